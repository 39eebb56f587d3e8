-- Look-ups in the State's databases instead of asking for a paper (NĐ 118/2025 Art. 4(2)(a) as amended by NĐ 309/2026), each
-- kept with its dossier, the failed ones too.
CREATE TABLE look_ups (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers (id),
    -- The dossier's version that recorded it.
    version integer NOT NULL,
    component text NOT NULL,
    -- Its code: see migrations/seed/data_sources.csv.
    source text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('found', 'not_found', 'failed')),
    -- What was found.
    data jsonb,
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    -- When an officer has found the data to be inaccurate; why is a remark of the dossier.
    disputed_at timestamptz,
    CHECK ((outcome = 'found') = (data IS NOT NULL))
);
CREATE INDEX look_ups_dossier ON look_ups (dossier_id, version);
