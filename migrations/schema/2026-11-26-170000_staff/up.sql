-- Whoever works for the city may hold roles at several agencies, each for a time.
ALTER TABLE staff
ADD COLUMN title text,
-- [{"agency_id", "role", "valid_from", "valid_to"}]. The old column `roles` keeps those at the main agency, for a program
-- of the release before that runs beside this one.
ADD COLUMN postings jsonb NOT NULL DEFAULT '[]',
-- The main agency and those of the postings: whose staff they are.
ADD COLUMN agencies uuid [] NOT NULL DEFAULT '{}',
-- User name and name as people search for them: what `kernel::text::fold` makes of what is typed.
-- squawk-ignore adding-field-with-default -- a city has some thousand staff: rewritten in a moment
ADD COLUMN folded text NOT NULL GENERATED ALWAYS AS (
    translate(
        lower(regexp_replace(normalize(username || E'\n' || name, NFD), '[\u0300-\u036f]', '', 'g')), 'đĐ', 'dd'
    )
) STORED;
UPDATE staff SET
    agencies = ARRAY[agency_id],
    postings = (
        SELECT
            coalesce(
                jsonb_agg(jsonb_build_object('agency_id', agency_id, 'role', role, 'valid_from', '2025-07-01')), '[]'
            )
        FROM unnest(roles) AS role
    );
-- squawk-ignore require-concurrent-index-creation -- some thousand rows
CREATE INDEX staff_agencies ON staff USING gin (agencies);

-- A session is for one agency; null is the main one.
-- squawk-ignore adding-foreign-key-constraint -- the column is new and empty
ALTER TABLE sessions ADD COLUMN agency_id uuid REFERENCES agencies (id);
-- squawk-ignore require-concurrent-index-creation -- only those who are signed in
CREATE INDEX sessions_agency ON sessions (agency_id);
-- squawk-ignore adding-foreign-key-constraint -- the column is new and empty
ALTER TABLE authorizations ADD COLUMN agency_id uuid REFERENCES agencies (id);
-- squawk-ignore require-concurrent-index-creation -- only those who are signing in
CREATE INDEX authorizations_agency ON authorizations (agency_id);

-- With such a code somebody sets a password of their own, once.
CREATE TABLE password_codes (
    staff_id uuid PRIMARY KEY REFERENCES staff (id),
    -- SHA-256 of the code.
    hash bytea NOT NULL UNIQUE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX password_codes_expires ON password_codes (expires_at);
