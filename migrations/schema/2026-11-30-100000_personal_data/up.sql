-- Personal data (Luật 91/2025/QH15): who has agreed to what, and what went wrong. The purposes themselves are a seed file.

-- What a citizen has agreed to, purpose by purpose, as it stands now.
CREATE TABLE consents (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    citizen_id uuid NOT NULL REFERENCES citizens (id),
    purpose text NOT NULL,
    given boolean NOT NULL,
    -- The version of the purpose's words that was shown when it was last given.
    words_version integer NOT NULL,
    changed_at timestamptz NOT NULL,
    UNIQUE (citizen_id, purpose)
);

-- Each time that it was given or withdrawn: the proof (Art. 9), which is added to and never changed.
CREATE TABLE consent_events (
    consent_id uuid NOT NULL REFERENCES consents (id),
    -- The consent's version that it made.
    version integer NOT NULL,
    given boolean NOT NULL,
    words_version integer NOT NULL,
    happened_at timestamptz NOT NULL,
    PRIMARY KEY (consent_id, version)
);
REVOKE UPDATE ON consent_events FROM caunoi_app;

-- The register of breaches, and of whom was told (Art. 23).
CREATE TABLE data_breaches (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    -- Where it happened.
    agency_id uuid NOT NULL REFERENCES agencies (id),
    status text NOT NULL CHECK (status IN ('open', 'closed')),
    detected_at timestamptz NOT NULL,
    registered_at timestamptz NOT NULL,
    registered_by uuid NOT NULL REFERENCES staff (id),
    -- What happened, to which data, and what was done about it: words, which the journal never holds.
    happened text NOT NULL,
    categories text [] NOT NULL,
    people integer NOT NULL CHECK (people >= 0),
    measures text NOT NULL,
    -- By when the authority is to be told, with the text that says so and how sure we are of it.
    notify_due_at timestamptz NOT NULL,
    source text NOT NULL,
    mark text NOT NULL,
    -- That the moment passed is in the journal.
    overdue_told boolean NOT NULL,
    authority_notified_at timestamptz,
    authority_document text,
    people_notified_at timestamptz,
    people_notified_by text,
    closed_at timestamptz,
    conclusion text,
    -- It turned out to be none.
    unfounded boolean NOT NULL,
    CHECK ((status = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX data_breaches_agency ON data_breaches (agency_id, id);
CREATE INDEX data_breaches_registered_by ON data_breaches (registered_by);
