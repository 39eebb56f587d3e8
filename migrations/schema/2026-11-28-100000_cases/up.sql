-- What citizens bring before the administration beside procedures: complaints, petitions, feedback, requests.

CREATE TABLE cases (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    kind text NOT NULL CHECK (kind IN (
        'complaint', 'petition', 'regulation_feedback', 'conduct_report', 'accountability_request',
        'information_request', 'supervision_recommendation', 'data_subject_request'
    )),
    -- What its sender called it: class goes by content, not by title (TT 05/2021/TT-TTCP Art. 6).
    declared_kind text NOT NULL,
    -- Of a complaint: the first, or the second against what became of the first.
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 2),
    status text NOT NULL CHECK (status IN (
        'draft', 'submitted', 'supplement_requested', 'accepted', 'verifying', 'verified', 'suspended', 'decided',
        'effective', 'answered', 'refused', 'guided', 'forwarded', 'filed', 'withdrawn', 'terminated', 'appealed',
        'converted', 'closed'
    )),
    open boolean NOT NULL,
    channel text NOT NULL CHECK (channel IN ('online', 'counter', 'post')),
    receiving_agency_id uuid NOT NULL REFERENCES agencies (id),
    handling_agency_id uuid NOT NULL REFERENCES agencies (id),
    -- The account that sent it, when there is one; who created it, citizen or officer.
    sender_id uuid REFERENCES citizens (id),
    created_by uuid NOT NULL,
    -- SHA-256 of the request that created it: the same id with the same content is a retry.
    content_hash bytea NOT NULL,
    -- Personal data and free text: kept here and nowhere else, so that it can be corrected and erased.
    people jsonb NOT NULL,
    words jsonb NOT NULL,
    facts jsonb NOT NULL,
    -- The agencies and members of staff that it accuses: they never see it.
    barred uuid [] NOT NULL,
    code text UNIQUE,
    -- The day whose rules it keeps, and the area it comes from. Null in a draft.
    basis jsonb,
    -- Stage by stage: start, limit, calendar version and events, with the dates that follow.
    clocks jsonb NOT NULL,
    -- When the next thing is due that the administration owes.
    next_due_at timestamptz NOT NULL,
    assigned_to uuid REFERENCES staff (id),
    -- The case that it grew out of.
    origin_id uuid REFERENCES cases (id),
    -- Where it stood when it was suspended.
    state_before text,
    -- How far up it has been escalated.
    escalation smallint NOT NULL,
    marks jsonb NOT NULL,
    outcome text,
    submitted_at timestamptz,
    accepted_at timestamptz,
    finished_at timestamptz,
    closed_at timestamptz,
    created_at timestamptz NOT NULL,
    CHECK ((code IS NULL) = (submitted_at IS NULL)),
    CHECK ((basis IS NULL) = (submitted_at IS NULL))
);
CREATE INDEX cases_sender ON cases (sender_id, next_due_at, id) WHERE sender_id IS NOT NULL;
CREATE INDEX cases_open_handling ON cases (handling_agency_id, next_due_at, id) WHERE open;
CREATE INDEX cases_open_receiving ON cases (receiving_agency_id, next_due_at, id) WHERE open;
CREATE INDEX cases_rest_handling ON cases (handling_agency_id, status, next_due_at, id) WHERE NOT open;
CREATE INDEX cases_rest_receiving ON cases (receiving_agency_id, status, next_due_at, id) WHERE NOT open;
CREATE INDEX cases_assigned ON cases (assigned_to, next_due_at, id) WHERE assigned_to IS NOT NULL;
CREATE INDEX cases_kind ON cases (kind, next_due_at, id) WHERE open;
CREATE INDEX cases_origin ON cases (origin_id) WHERE origin_id IS NOT NULL;

-- What was said at a step: grounds, reasons, findings.
CREATE TABLE case_remarks (
    case_id uuid NOT NULL REFERENCES cases (id),
    -- The case's version that the step made.
    version integer NOT NULL,
    ground text,
    words text NOT NULL,
    PRIMARY KEY (case_id, version)
);

-- Decisions and answers, as they were given.
CREATE TABLE case_answers (
    case_id uuid NOT NULL REFERENCES cases (id),
    version integer NOT NULL,
    outcome text NOT NULL,
    -- Of the document.
    number text,
    words text NOT NULL,
    given_at timestamptz NOT NULL,
    given_by uuid NOT NULL REFERENCES staff (id),
    PRIMARY KEY (case_id, version)
);
CREATE INDEX case_answers_given_by ON case_answers (given_by);

-- What officers note for each other; never the sender's business.
CREATE TABLE case_notes (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    author_id uuid NOT NULL REFERENCES staff (id),
    words text NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX case_notes_case ON case_notes (case_id, id);
CREATE INDEX case_notes_author ON case_notes (author_id);

-- Meetings of those concerned: called, then held, put off, or missed by whoever was invited.
CREATE TABLE case_dialogues (
    case_id uuid NOT NULL REFERENCES cases (id),
    -- The case's version that called it.
    version integer NOT NULL,
    held_at timestamptz NOT NULL,
    place text NOT NULL,
    outcome text CHECK (outcome IN ('held', 'absent', 'postponed')),
    minutes text,
    PRIMARY KEY (case_id, version)
);

-- Files of a case; one whose content has not arrived has no stored_at.
CREATE TABLE case_files (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id),
    purpose text NOT NULL CHECK (purpose IN ('letter', 'evidence', 'finding', 'answer')),
    file_name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    sha256 bytea NOT NULL,
    declared_at timestamptz NOT NULL,
    declared_by uuid NOT NULL,
    stored_at timestamptz
);
CREATE INDEX case_files_case ON case_files (case_id, id);

-- The last serial given per agency and year.
CREATE TABLE case_serials (
    agency_id uuid NOT NULL REFERENCES agencies (id),
    year integer NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (agency_id, year)
);

-- The next code of an agency in a year. Called in the statement that takes a case in.
CREATE FUNCTION take_case_code(prefix text, agency uuid, in_year integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    serial_given integer;
BEGIN
    INSERT INTO case_serials AS serial (agency_id, year, last) VALUES (agency, in_year, 1)
    ON CONFLICT (agency_id, year) DO UPDATE SET last = serial.last + 1
    RETURNING last INTO serial_given;
    RETURN prefix || lpad(serial_given::text, greatest(5, length(serial_given::text)), '0');
END
$$;
