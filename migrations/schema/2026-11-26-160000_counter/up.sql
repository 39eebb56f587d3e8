-- A day at a centre: appointments by field, tickets that are closed in the evening, a bound on drawing them, and the
-- centre's assessment of itself.

-- A ticket that came of an appointment, and when that is: from then on it is called before those that were drawn.
ALTER TABLE tickets ADD COLUMN appointment_at timestamptz;
-- squawk-ignore ban-drop-constraint -- the next statement puts a wider one in its place
ALTER TABLE tickets DROP CONSTRAINT tickets_status_check;
ALTER TABLE tickets ADD CONSTRAINT tickets_status_check CHECK (
    status IN ('waiting', 'called', 'served', 'no_show', 'cancelled', 'closed')
) NOT VALID;
-- squawk-ignore require-concurrent-index-creation -- a day's waiting tickets are few
CREATE INDEX tickets_next ON tickets (agency_id, day, appointment_at, length(number), number) WHERE status = 'waiting';
-- Nothing needs it beside the new one but a program of before, which sorts the few tickets that wait until it is gone.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX tickets_waiting;

-- Those that nobody has closed until now: the worker does, as it will every evening.
INSERT INTO timers (entity_id, kind, entity_kind, fire_at)
SELECT id, 'evening', 'ticket', (day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' FROM tickets
WHERE status IN ('waiting', 'called');

-- How many tickets were drawn lately by one address or account at one centre. The subject is a hash under our key.
CREATE TABLE ticket_draws (
    subject bytea PRIMARY KEY,
    draws integer NOT NULL,
    bound integer NOT NULL,
    window_ends_at timestamptz NOT NULL,
    -- Broken by the draw that is one too many, and nothing of that draw happens.
    CONSTRAINT ticket_draws_bound CHECK (draws <= bound)
);
CREATE INDEX ticket_draws_window_ends_at ON ticket_draws (window_ends_at);

-- What a centre offers.
CREATE TABLE appointment_hours (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    agency_id uuid NOT NULL UNIQUE REFERENCES agencies (id),
    slot_minutes smallint NOT NULL CHECK (slot_minutes > 0),
    days_ahead smallint NOT NULL CHECK (days_ahead >= 0),
    -- Each with how many are received at one time.
    fields jsonb NOT NULL,
    closed_dates date [] NOT NULL
);

-- How many of the places of one time are taken: counted in the statement that books, and never beyond the capacity.
CREATE TABLE appointment_slots (
    agency_id uuid NOT NULL REFERENCES agencies (id),
    field text NOT NULL,
    starts_at timestamptz NOT NULL,
    taken smallint NOT NULL CHECK (taken >= 0),
    -- As it was when a place was last taken.
    capacity smallint NOT NULL,
    PRIMARY KEY (agency_id, field, starts_at),
    CONSTRAINT appointment_slots_full CHECK (taken <= capacity)
);
CREATE INDEX appointment_slots_starts_at ON appointment_slots (starts_at);

CREATE TABLE appointments (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    agency_id uuid NOT NULL REFERENCES agencies (id),
    -- Who booked it for themself; null when reception did, for somebody at the phone.
    citizen_id uuid REFERENCES citizens (id),
    status text NOT NULL CHECK (status IN ('booked', 'checked_in', 'cancelled', 'no_show')),
    field text NOT NULL,
    day date NOT NULL,
    starts_at timestamptz NOT NULL,
    name text NOT NULL,
    phone text NOT NULL,
    ticket_id uuid REFERENCES tickets (id),
    booked_at timestamptz NOT NULL,
    closed_at timestamptz,
    CHECK ((status = 'checked_in') = (ticket_id IS NOT NULL)),
    CHECK ((status = 'booked') = (closed_at IS NULL))
);
CREATE INDEX appointments_of_centre ON appointments (agency_id, day, starts_at, id);
CREATE INDEX appointments_of_citizen ON appointments (citizen_id, starts_at, id);
CREATE INDEX appointments_ticket_id ON appointments (ticket_id);
-- One open appointment per person, centre and day: by account, or by name and phone where reception booked it.
CREATE UNIQUE INDEX appointments_once_citizen ON appointments (agency_id, day, citizen_id)
WHERE status = 'booked' AND citizen_id IS NOT NULL;
CREATE UNIQUE INDEX appointments_once_caller ON appointments (agency_id, day, phone, name)
WHERE status = 'booked' AND citizen_id IS NULL;

-- What a modern centre has, as published: migrations/seed/centre-criteria.csv. A published version never changes.
CREATE TABLE centre_criteria (
    version text NOT NULL,
    code text NOT NULL,
    position smallint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('facility', 'service')),
    name text NOT NULL,
    name_en text NOT NULL,
    source text NOT NULL,
    mark text NOT NULL,
    PRIMARY KEY (version, code)
);

CREATE TABLE assessments (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    agency_id uuid NOT NULL REFERENCES agencies (id),
    period text NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'submitted')),
    criteria_version text NOT NULL,
    answers jsonb NOT NULL,
    -- The result, counted when it is submitted.
    met smallint,
    applicable smallint,
    created_at timestamptz NOT NULL,
    submitted_at timestamptz,
    CONSTRAINT assessments_period UNIQUE (agency_id, period),
    CHECK (met BETWEEN 0 AND applicable),
    CHECK ((status = 'submitted') = (submitted_at IS NOT NULL)),
    CHECK ((status = 'submitted') = (met IS NOT NULL AND applicable IS NOT NULL))
);

-- The files of its evidence that have arrived; what they are is said in the answers.
CREATE TABLE assessment_files (
    assessment_id uuid NOT NULL REFERENCES assessments (id),
    sha256 bytea NOT NULL,
    stored_at timestamptz NOT NULL,
    PRIMARY KEY (assessment_id, sha256)
);
