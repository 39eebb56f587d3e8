-- Who deals with whom: agencies, their staff, citizens, and their sign-ins.

CREATE TABLE agencies (
    id uuid PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    name_en text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('city', 'centre', 'department', 'commune')),
    parent_id uuid REFERENCES agencies (id)
);
CREATE INDEX agencies_parent ON agencies (parent_id);

CREATE TABLE staff (
    id uuid PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    username text NOT NULL UNIQUE,
    name text NOT NULL,
    password_hash text NOT NULL,
    roles text [] NOT NULL,
    agency_id uuid NOT NULL REFERENCES agencies (id),
    active boolean NOT NULL DEFAULT true
);
CREATE INDEX staff_agency ON staff (agency_id);

CREATE TABLE citizens (
    id uuid PRIMARY KEY,
    -- Who vouches for the identity, and under which name it knows the person.
    issuer text NOT NULL,
    subject text NOT NULL,
    name text NOT NULL,
    identity_number text,
    version integer NOT NULL DEFAULT 1,
    UNIQUE (issuer, subject)
);

-- A sign-in. Its refresh token changes at every use; using an old one again ends the session.
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    staff_id uuid REFERENCES staff (id),
    citizen_id uuid REFERENCES citizens (id),
    -- SHA-256 of the refresh token that is valid now, and of the one before it.
    token_hash bytea NOT NULL UNIQUE,
    previous_hash bytea UNIQUE,
    refreshed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK (num_nonnulls(staff_id, citizen_id) = 1)
);
CREATE INDEX sessions_staff ON sessions (staff_id);
CREATE INDEX sessions_citizen ON sessions (citizen_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

-- Authorization codes and pending hand-overs to the identity provider (RFC 6749, RFC 7636): single use, minutes long.
CREATE TABLE authorizations (
    -- SHA-256 of the code or of the state handed out.
    hash bytea PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('code', 'hand_over')),
    client_id text NOT NULL,
    redirect_uri text NOT NULL,
    client_state text NOT NULL,
    -- The client's PKCE challenge (S256).
    challenge text NOT NULL,
    -- Our own verifier and nonce towards the provider, sealed.
    secrets bytea,
    staff_id uuid REFERENCES staff (id),
    citizen_id uuid REFERENCES citizens (id),
    expires_at timestamptz NOT NULL
);
CREATE INDEX authorizations_staff ON authorizations (staff_id);
CREATE INDEX authorizations_citizen ON authorizations (citizen_id);
CREATE INDEX authorizations_expires ON authorizations (expires_at);

-- Failed sign-ins in the running window, counted here so that all replicas agree.
CREATE TABLE sign_in_failures (
    -- SHA-256 of what is counted: a user name, an address.
    subject bytea PRIMARY KEY,
    failures integer NOT NULL,
    window_ends_at timestamptz NOT NULL
);
