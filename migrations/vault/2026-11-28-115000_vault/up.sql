-- Who denounces, sealed: one random key for each denunciation, itself sealed by a key that no database has. It may lie in a
-- database of its own (VAULT_DATABASE_URL).
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'caunoi_vault') THEN
        BEGIN
            CREATE ROLE caunoi_vault NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END IF;
    IF NOT pg_has_role(current_user, 'caunoi_vault', 'MEMBER') THEN
        GRANT caunoi_vault TO CURRENT_USER;
    END IF;
END
$$;

CREATE SCHEMA vault;
GRANT USAGE ON SCHEMA vault TO caunoi_vault;

CREATE TABLE vault.keys (
    -- Of the denunciation. Nothing refers to it: the other tables may be in another database.
    id uuid PRIMARY KEY,
    -- The key that seals this one.
    key_id text NOT NULL,
    wrapped bytea NOT NULL
);
CREATE INDEX keys_key_id ON vault.keys (key_id, id);

CREATE TABLE vault.secrets (
    id uuid NOT NULL REFERENCES vault.keys (id) ON DELETE CASCADE,
    -- Who it is, the letter as it was sent, or something said later.
    part text NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (id, part)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA vault TO caunoi_vault;
