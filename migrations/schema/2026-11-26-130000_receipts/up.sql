-- What the applicant was promised, signed at that moment: a compact JWS, which anybody can check with the published keys.
CREATE TABLE receipts (
    dossier_id uuid NOT NULL REFERENCES dossiers (id),
    -- The dossier's version that it speaks of.
    version integer NOT NULL,
    signed text NOT NULL,
    PRIMARY KEY (dossier_id, version)
);
