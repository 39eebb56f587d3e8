-- What a dossier's e-form said before it was put right, while it was with the agency already: receipts that were given out fit
-- these words, and an officer sees what has changed.
CREATE TABLE earlier_forms (
    dossier_id uuid NOT NULL REFERENCES dossiers (id),
    -- The dossier's version that replaced it.
    version integer NOT NULL,
    replaced_at timestamptz NOT NULL,
    applicant jsonb NOT NULL,
    form jsonb NOT NULL,
    PRIMARY KEY (dossier_id, version)
);
