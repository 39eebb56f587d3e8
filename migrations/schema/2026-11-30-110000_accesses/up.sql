-- Who of the staff has read whose identity, through one case or one dossier: one row for each of them and each hour, written with
-- the read itself. It grows with every read and is written far more often than it is read, so it has three indexes and no more.
CREATE TABLE data_accesses (
    -- Made when it is read, and so in the order of time: what is too old is the beginning of the index.
    id uuid PRIMARY KEY,
    staff_id uuid NOT NULL REFERENCES staff (id),
    -- For which they acted.
    agency_id uuid NOT NULL,
    -- Whose account the case or dossier belongs to, where it belongs to one.
    citizen_id uuid REFERENCES citizens (id),
    entity_kind text NOT NULL,
    entity_id uuid NOT NULL,
    -- Through what, the first time in that hour.
    through text NOT NULL CHECK (through IN ('read', 'timeline', 'notes', 'file', 'form', 'draft', 'receipt', 'accesses')),
    hour timestamptz NOT NULL,
    read_at timestamptz NOT NULL,
    UNIQUE (staff_id, entity_id, hour)
);
CREATE INDEX data_accesses_citizen ON data_accesses (citizen_id, id) WHERE citizen_id IS NOT NULL;
