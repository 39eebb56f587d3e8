-- Reviews of procedures and regulations: what is proposed to simplify them, what is decided, what that saves. And how the
-- publication of a version was held to its limits.

-- The decision that published it, with its due days as the law was then; none where nothing is known of it.
ALTER TABLE procedures ADD COLUMN publication jsonb;

CREATE TABLE reviews (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    agency_id uuid NOT NULL REFERENCES agencies (id),
    -- The version that is reviewed, and its code: or else a regulation, by its number.
    procedure_id uuid REFERENCES procedures (id),
    procedure_code text,
    document_number text,
    plan_year smallint NOT NULL,
    title text NOT NULL,
    reason text NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'submitted', 'decided')),
    -- As it was when the review was opened.
    hourly_rate jsonb NOT NULL,
    -- Each with its costs, and with its decision once there is one.
    proposals jsonb NOT NULL,
    -- In đồng a year, as computed from the proposals.
    proposed_saving bigint NOT NULL,
    accepted_saving bigint NOT NULL,
    opened_at timestamptz NOT NULL,
    submitted_at timestamptz,
    decided_at timestamptz,
    CHECK ((procedure_id IS NULL) = (procedure_code IS NULL)),
    CHECK ((procedure_id IS NULL) <> (document_number IS NULL)),
    CHECK ((status = 'open') = (submitted_at IS NULL)),
    CHECK ((status = 'decided') = (decided_at IS NOT NULL))
);
CREATE INDEX reviews_agency ON reviews (agency_id, id);
CREATE INDEX reviews_procedure ON reviews (procedure_code, id);
CREATE INDEX reviews_procedure_id ON reviews (procedure_id);
CREATE INDEX reviews_status ON reviews (status, id);
