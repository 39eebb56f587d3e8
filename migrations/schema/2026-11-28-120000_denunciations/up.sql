-- Denunciations, apart from everything else: a schema, a role and a pool of their own. Who denounces is not here but in the vault.
CREATE SCHEMA denunciations;
GRANT USAGE ON SCHEMA denunciations TO caunoi_denunciations;

CREATE TABLE denunciations.denunciations (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    -- Signed by somebody, or a lead that nobody has signed (Luật Tố cáo 25/2018/QH14 Art. 22, 25).
    kind text NOT NULL CHECK (kind IN ('denunciation', 'lead')),
    status text NOT NULL CHECK (status IN (
        'received', 'accepted', 'verifying', 'verified', 'suspended', 'concluded', 'refused', 'forwarded', 'filed',
        'terminated', 'investigated', 'closed'
    )),
    open boolean NOT NULL,
    channel text NOT NULL CHECK (channel IN ('online', 'counter', 'post')),
    receiving_agency_id uuid NOT NULL REFERENCES agencies (id),
    handling_agency_id uuid NOT NULL REFERENCES agencies (id),
    assigned_to uuid REFERENCES staff (id),
    -- SHA-256 of the code that is all its denouncer has: the code itself is nowhere.
    receipt_hash bytea NOT NULL UNIQUE,
    -- What it says, without what tells who says it. The letter as it was sent is in the vault.
    words jsonb NOT NULL,
    accused jsonb NOT NULL,
    -- The agencies and members of staff that it accuses: they never see it.
    barred uuid [] NOT NULL,
    code text NOT NULL UNIQUE,
    received_on date NOT NULL,
    clocks jsonb NOT NULL,
    next_due_at timestamptz NOT NULL,
    state_before text,
    marks jsonb NOT NULL,
    outcome text CHECK (outcome IN ('true', 'partly_true', 'false', 'false_in_bad_faith')),
    received_at timestamptz NOT NULL,
    accepted_at timestamptz,
    finished_at timestamptz,
    closed_at timestamptz
);
CREATE INDEX denunciations_receiving ON denunciations.denunciations (receiving_agency_id, next_due_at, id);
CREATE INDEX denunciations_handling ON denunciations.denunciations (handling_agency_id, next_due_at, id);
CREATE INDEX denunciations_assigned ON denunciations.denunciations (assigned_to, next_due_at, id);

-- What was said at a step by officers, and what is asked of the denouncer and answered: without what tells who they are.
CREATE TABLE denunciations.messages (
    denunciation_id uuid NOT NULL REFERENCES denunciations.denunciations (id),
    -- The denunciation's version that it made.
    version integer NOT NULL,
    -- An officer's own remark, a question to the denouncer, or what the denouncer says.
    part text NOT NULL CHECK (part IN ('remark', 'question', 'denouncer')),
    ground text,
    words text NOT NULL,
    said_at timestamptz NOT NULL,
    PRIMARY KEY (denunciation_id, version)
);

-- Who wanted to know who denounces, why, and who else allowed it.
CREATE TABLE denunciations.identity_requests (
    id uuid PRIMARY KEY,
    denunciation_id uuid NOT NULL REFERENCES denunciations.denunciations (id),
    reason text NOT NULL,
    requested_by uuid NOT NULL REFERENCES staff (id),
    requested_at timestamptz NOT NULL,
    approved_by uuid REFERENCES staff (id),
    approved_at timestamptz,
    -- Until then it may be opened.
    open_until timestamptz,
    CHECK (approved_by <> requested_by),
    CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
    CHECK ((approved_by IS NULL) = (open_until IS NULL))
);
CREATE INDEX identity_requests_denunciation ON denunciations.identity_requests (denunciation_id, id);
CREATE INDEX identity_requests_requested_by ON denunciations.identity_requests (requested_by);
CREATE INDEX identity_requests_approved_by ON denunciations.identity_requests (approved_by);

CREATE TABLE denunciations.serials (
    agency_id uuid NOT NULL REFERENCES agencies (id),
    year integer NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (agency_id, year)
);

-- The next code of an agency in a year.
CREATE FUNCTION denunciations.take_code(prefix text, agency uuid, in_year integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    serial_given integer;
BEGIN
    INSERT INTO denunciations.serials AS serial (agency_id, year, last) VALUES (agency, in_year, 1)
    ON CONFLICT (agency_id, year) DO UPDATE SET last = serial.last + 1
    RETURNING last INTO serial_given;
    RETURN prefix || lpad(serial_given::text, greatest(5, length(serial_given::text)), '0');
END
$$;

GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA denunciations TO caunoi_denunciations;
-- What every write of any aggregate takes part in, and no more of what is the others'.
GRANT SELECT, INSERT ON journal TO caunoi_denunciations;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO caunoi_denunciations;
GRANT SELECT, INSERT, UPDATE, DELETE ON timers TO caunoi_denunciations;
GRANT SELECT, INSERT ON idempotency TO caunoi_denunciations;
