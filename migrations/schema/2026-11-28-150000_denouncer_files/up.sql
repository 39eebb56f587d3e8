-- What its denouncer shows: declared with the code, then sent to an address that is good for an hour. The content is in the vault.
CREATE TABLE denunciations.files (
    denunciation_id uuid NOT NULL REFERENCES denunciations.denunciations (id),
    number integer NOT NULL CHECK (number BETWEEN 1 AND 1000),
    media_type text NOT NULL,
    size bigint NOT NULL CHECK (size BETWEEN 1 AND 26214400),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    -- SHA-256 of the address: the address itself is nowhere.
    upload_hash bytea NOT NULL UNIQUE,
    upload_until timestamptz NOT NULL,
    declared_at timestamptz NOT NULL,
    stored_at timestamptz,
    -- Shown to all who settle it, by somebody who decides and has looked at it.
    released_at timestamptz,
    released_by uuid REFERENCES staff (id),
    PRIMARY KEY (denunciation_id, number),
    CHECK ((released_at IS NULL) = (released_by IS NULL)),
    CHECK (released_at IS NULL OR stored_at IS NOT NULL)
);
CREATE INDEX denouncer_files_released_by ON denunciations.files (released_by);
GRANT SELECT, INSERT, UPDATE ON denunciations.files TO caunoi_denunciations;
