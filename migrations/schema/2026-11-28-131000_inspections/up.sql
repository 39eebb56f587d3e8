-- Public-duty inspections (kiểm tra công vụ): what was found at a unit, what it has to remedy and by when, and whether it did.
CREATE TABLE inspections (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    -- Who inspects, and who is inspected.
    agency_id uuid NOT NULL REFERENCES agencies (id),
    inspected_id uuid NOT NULL REFERENCES agencies (id),
    -- Not told to the inspected before it is held.
    surprise boolean NOT NULL,
    subject text NOT NULL,
    planned_on date NOT NULL,
    -- What gave rise to it: for those who inspect alone.
    case_id uuid REFERENCES cases (id),
    status text NOT NULL CHECK (status IN ('planned', 'held', 'concluded', 'closed', 'cancelled')),
    findings jsonb NOT NULL,
    conclusion text,
    number text,
    cancelled_for text,
    -- The next day on which a remedy is due that has not been reported.
    next_due_on date,
    held_on date,
    planned_at timestamptz NOT NULL,
    concluded_at timestamptz,
    closed_at timestamptz,
    CHECK ((status = 'planned' OR status = 'cancelled') = (held_on IS NULL)),
    CHECK ((status = 'cancelled') = (cancelled_for IS NOT NULL)),
    CHECK ((status = 'concluded' OR status = 'closed') = (concluded_at IS NOT NULL))
);
CREATE INDEX inspections_agency ON inspections (agency_id, id);
CREATE INDEX inspections_inspected ON inspections (inspected_id, id);
CREATE INDEX inspections_case ON inspections (case_id);
CREATE INDEX inspections_due ON inspections (next_due_on, id) WHERE next_due_on IS NOT NULL;
