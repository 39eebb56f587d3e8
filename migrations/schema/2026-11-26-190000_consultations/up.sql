-- Agencies that take part in a dossier beside the one that received it and the one that decides it (NĐ 61/2018 Art. 18–20,
-- NĐ 118/2025 Art. 14): where somebody helped to file it, where the result is fetched, who was asked for an opinion.
CREATE TABLE dossier_agencies (
    dossier_id uuid NOT NULL REFERENCES dossiers (id),
    agency_id uuid NOT NULL REFERENCES agencies (id),
    part text NOT NULL CHECK (part IN ('support', 'return', 'consulted')),
    PRIMARY KEY (dossier_id, agency_id, part)
);
CREATE INDEX dossier_agencies_agency ON dossier_agencies (agency_id, part, dossier_id);
CREATE UNIQUE INDEX dossier_agencies_return ON dossier_agencies (dossier_id) WHERE part = 'return';

-- Other agencies, asked for their opinion on a dossier (NĐ 61/2018 Art. 19(5)-(6)). Parts of their dossier, as payments are.
CREATE TABLE consultations (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers (id),
    -- Who is asked.
    agency_id uuid NOT NULL REFERENCES agencies (id),
    status text NOT NULL CHECK (status IN ('open', 'answered', 'consented', 'ended')),
    question text NOT NULL,
    asked_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    -- Whether no answer by then is a yes.
    silence_consents boolean NOT NULL,
    opinion text CHECK (opinion IN ('agreed', 'agreed_on_conditions', 'opposed')),
    words text,
    closed_at timestamptz,
    CHECK ((status = 'open') = (closed_at IS NULL)),
    CHECK ((status = 'answered') = (opinion IS NOT NULL)),
    CHECK ((opinion IS NULL) = (words IS NULL))
);
-- The same agency is not asked twice at once.
CREATE UNIQUE INDEX consultations_open ON consultations (dossier_id, agency_id) WHERE closed_at IS NULL;
CREATE INDEX consultations_dossier ON consultations (dossier_id, agency_id);
-- What an agency is asked: what is open, most urgent first, and the rest.
CREATE INDEX consultations_asked ON consultations (agency_id, due_at, id) WHERE closed_at IS NULL;
CREATE INDEX consultations_closed ON consultations (agency_id, due_at, id) WHERE closed_at IS NOT NULL;

-- What an agency puts right at its own cost, after the result (NĐ 61/2018 Art. 21): no fee, and the old result is kept.
CREATE TABLE corrections (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers (id),
    opened_at timestamptz NOT NULL,
    -- What is wrong, and the apology.
    reason text NOT NULL,
    -- The number of the result that is put right, and of the one that takes its place.
    wrong_number text NOT NULL,
    right_number text,
    closed_at timestamptz,
    CHECK ((right_number IS NULL) = (closed_at IS NULL))
);
CREATE INDEX corrections_dossier ON corrections (dossier_id);
CREATE UNIQUE INDEX corrections_open ON corrections (dossier_id) WHERE closed_at IS NULL;
