-- What every domain shares: the journal, timers, idempotency, rules.

-- One row: what kind of installation this database is. A demo database is never served as a real one.
CREATE TABLE installation (
    id boolean PRIMARY KEY DEFAULT true CHECK (id),
    demo boolean NOT NULL,
    created_at timestamptz NOT NULL
);

-- The journal. An entry is inserted with the work it records and lies in the tail, without a number, until
-- the leader gives it one and so moves it into its numbered partition, where nothing changes it any more.
CREATE SEQUENCE journal_position AS bigint;
CREATE TABLE journal (
    number bigint,
    position bigint NOT NULL DEFAULT nextval('journal_position'),
    entity_kind text NOT NULL,
    entity_id uuid NOT NULL,
    entity_version integer NOT NULL,
    agency_id uuid,
    actor_kind text NOT NULL,
    actor_id uuid,
    event_kind text NOT NULL,
    event_version smallint NOT NULL,
    event text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    seen_before uuid [] NOT NULL,
    seen_after uuid [] NOT NULL,
    leaf bytea
) PARTITION BY RANGE (number);
CREATE UNIQUE INDEX journal_number ON journal (number);
CREATE INDEX journal_of_entity ON journal (entity_id, entity_version);

CREATE TABLE journal_tail PARTITION OF journal DEFAULT;
CREATE UNIQUE INDEX journal_tail_position ON journal_tail (position);
-- Every entry passes through the tail: it is emptied many times a second and must stay small.
ALTER TABLE journal_tail SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0
);
CREATE TABLE journal_0 PARTITION OF journal FOR VALUES FROM (0) TO (20000000);

-- How far the journal is numbered: the next number, and the right edge of the Merkle tree over all leaves before it.
CREATE TABLE journal_head (
    id boolean PRIMARY KEY DEFAULT true CHECK (id),
    size bigint NOT NULL,
    edge bytea NOT NULL,
    partitioned_to bigint NOT NULL
);
INSERT INTO journal_head (size, edge, partitioned_to) VALUES (0, '', 20000000);

-- Signed statements of the tree's root at a size, as exported.
CREATE TABLE checkpoints (
    size bigint PRIMARY KEY,
    root bytea NOT NULL,
    signed text NOT NULL,
    made_at timestamptz NOT NULL
);

-- What must happen at a moment, set in the transaction that makes it necessary.
CREATE TABLE timers (
    entity_id uuid NOT NULL,
    kind text NOT NULL,
    entity_kind text NOT NULL,
    fire_at timestamptz NOT NULL,
    attempts smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (entity_id, kind)
);
CREATE INDEX timers_fire_at ON timers (fire_at);

-- Answers of writes, kept so that a retry gets the first answer and does the work once.
CREATE TABLE idempotency (
    -- SHA-256 of caller, method, path and key: the key itself is not stored.
    key bytea PRIMARY KEY,
    -- SHA-256 of the body.
    fingerprint bytea NOT NULL,
    -- Sealed under a key derived from the Idempotency-Key: only who has that can read it.
    answer bytea NOT NULL,
    -- The part of the answer which only the database knew when it was sealed: a new dossier's code.
    late text,
    kept_until timestamptz NOT NULL,
    -- false when another request with this key is under way.
    alone boolean NOT NULL CONSTRAINT idempotency_in_flight CHECK (alone)
);
CREATE INDEX idempotency_kept_until ON idempotency (kept_until);

-- Law as data.
CREATE TABLE calendars (
    version text PRIMARY KEY,
    country text NOT NULL,
    loaded_at timestamptz NOT NULL
);
CREATE TABLE calendar_days (
    calendar_version text NOT NULL REFERENCES calendars (version),
    date date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('HOLIDAY', 'COMPENSATION', 'SWAP_OFF', 'SWAP_WORK')),
    name text NOT NULL,
    source text NOT NULL,
    confidence text NOT NULL,
    PRIMARY KEY (calendar_version, date)
);
CREATE TABLE clock_rules (
    kind text NOT NULL,
    stage text NOT NULL,
    variant text NOT NULL DEFAULT '',
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    amount integer NOT NULL CHECK (amount >= 0),
    unit text NOT NULL,
    start_event text NOT NULL,
    extension_amount integer,
    extension_max smallint,
    extension_reason text,
    source text NOT NULL,
    -- How sure we are: C confirmed, P partly, S secondary, R recalled only.
    mark text NOT NULL,
    note text,
    PRIMARY KEY (kind, stage, variant, valid_from)
);
