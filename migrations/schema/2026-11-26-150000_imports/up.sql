-- Dossiers that another system has handled, read from its log: with its own start, deadline and end. They name nobody,
-- and take no part in the workflow.

-- One reading of one file. The same file is read once; a later file of the same source adds and corrects.
CREATE TABLE imports (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    source text NOT NULL,
    sha256 bytea NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    UNIQUE (source, sha256)
);

-- How far it is. Moved in the transaction that writes what was read, so that a killed import goes on where it stopped.
CREATE TABLE import_progress (
    import_id uuid PRIMARY KEY REFERENCES imports (id),
    -- The first byte that was not read yet, and the line it stands on.
    position bigint NOT NULL,
    line bigint NOT NULL,
    report jsonb NOT NULL
);

CREATE TABLE external_dossiers (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    source text NOT NULL,
    source_key text NOT NULL,
    channel text CHECK (channel IN ('online', 'counter', 'post', 'kiosk')),
    started_at timestamptz NOT NULL,
    due_at timestamptz,
    ended_at timestamptz,
    -- The last one that read of it.
    import_id uuid NOT NULL REFERENCES imports (id),
    UNIQUE (source, source_key)
);
CREATE INDEX external_dossiers_timeliness ON external_dossiers ((ended_at >= due_at), source, source_key);
CREATE INDEX external_dossiers_import ON external_dossiers (import_id);

CREATE TABLE external_events (
    dossier_id uuid NOT NULL REFERENCES external_dossiers (id),
    source_key text NOT NULL,
    activity text NOT NULL,
    occurred_at timestamptz NOT NULL,
    PRIMARY KEY (dossier_id, source_key)
);
