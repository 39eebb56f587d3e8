-- Administrative procedures and the dossiers that citizens file under them.

-- A version of a procedure as published; a dossier keeps the version it was accepted under.
CREATE TABLE procedures (
    id uuid PRIMARY KEY,
    code text NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    field text NOT NULL,
    -- Limits, components and rules by case, with source and mark: see procedures::catalogue.
    content jsonb NOT NULL,
    UNIQUE (code, valid_from)
);

CREATE TABLE dossiers (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    status text NOT NULL CHECK (status IN (
        'draft', 'submitted', 'rejected', 'accepted', 'processing', 'supplement_requested', 'result_ready',
        'returned', 'withdrawn'
    )),
    -- Somebody still has to do something: the work list. Final and draft dossiers are not open.
    open boolean NOT NULL,
    procedure_id uuid NOT NULL REFERENCES procedures (id),
    case_code text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('online', 'counter')),
    -- NĐ 118/2025 Art. 14: who receives it need not be who decides it.
    receiving_agency_id uuid NOT NULL REFERENCES agencies (id),
    competent_agency_id uuid NOT NULL REFERENCES agencies (id),
    -- The account that files it, when there is one; who created it, citizen or officer.
    applicant_id uuid REFERENCES citizens (id),
    created_by uuid NOT NULL,
    -- SHA-256 of the request that created it: the same id with the same content is a retry.
    content_hash bytea NOT NULL,
    applicant jsonb NOT NULL,
    form jsonb NOT NULL,
    -- Given at reception (TT 01/2018/TT-VPCP Art. 19): a draft has none.
    code text UNIQUE,
    -- Start, limit, calendar version and events: the whole input of the deadline. Null until accepted.
    clock jsonb,
    -- It stands, waiting for the applicant.
    clock_stands boolean NOT NULL DEFAULT false,
    original_due_at timestamptz,
    statutory_due_at timestamptz,
    due_at timestamptz,
    -- When the work list should show it: the deadline of the step it is in.
    next_due_at timestamptz NOT NULL,
    submitted_at timestamptz,
    accepted_at timestamptz,
    finished_at timestamptz,
    closed_at timestamptz,
    outcome text CHECK (outcome IN ('granted', 'refused')),
    result_number text,
    created_at timestamptz NOT NULL,
    CHECK ((code IS NULL) = (accepted_at IS NULL)),
    CHECK ((clock IS NULL) = (accepted_at IS NULL)),
    CHECK ((due_at IS NULL) = (accepted_at IS NULL)),
    CHECK ((outcome IS NULL) = (finished_at IS NULL))
);
CREATE INDEX dossiers_procedure ON dossiers (procedure_id);
CREATE INDEX dossiers_applicant ON dossiers (applicant_id) WHERE applicant_id IS NOT NULL;
CREATE INDEX dossiers_open_competent ON dossiers (competent_agency_id, next_due_at, id) WHERE open;
CREATE INDEX dossiers_open_receiving ON dossiers (receiving_agency_id, next_due_at, id) WHERE open;
CREATE INDEX dossiers_rest_competent ON dossiers (competent_agency_id, status, next_due_at, id) WHERE NOT open;
CREATE INDEX dossiers_rest_receiving ON dossiers (receiving_agency_id, status, next_due_at, id) WHERE NOT open;

-- Papers declared with a dossier; one whose content has not arrived has no stored_at.
CREATE TABLE attachments (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers (id),
    component text NOT NULL,
    file_name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    sha256 bytea NOT NULL,
    declared_at timestamptz NOT NULL,
    stored_at timestamptz
);
CREATE INDEX attachments_dossier ON attachments (dossier_id);

-- What was said at a step: reasons and grounds in words. Kept here, not in the journal, so that it can be corrected.
CREATE TABLE remarks (
    dossier_id uuid NOT NULL REFERENCES dossiers (id),
    -- The dossier's version that the step made.
    version integer NOT NULL,
    ground text,
    words text NOT NULL,
    PRIMARY KEY (dossier_id, version)
);

-- The last serial given per unit and day of reception.
CREATE TABLE dossier_serials (
    agency_id uuid NOT NULL REFERENCES agencies (id),
    day date NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (agency_id, day)
);

-- The next code of a unit on a day: prefix and serial of at least four digits (TT 01/2018/TT-VPCP Art. 19).
-- Called in the statement that accepts a dossier, so that the counter is held only until that one commits.
CREATE FUNCTION take_dossier_code(prefix text, agency uuid, on_day date) RETURNS text LANGUAGE sql AS $$
    INSERT INTO dossier_serials AS serial (agency_id, day, last) VALUES (agency, on_day, 1)
    ON CONFLICT (agency_id, day) DO UPDATE SET last = serial.last + 1
    RETURNING prefix || lpad(last::text, greatest(4, length(last::text)), '0')
$$;
