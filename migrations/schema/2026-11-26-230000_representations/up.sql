-- Organisations that deal with the city, and who may act for whom.
CREATE TABLE organisations (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    kind text NOT NULL CHECK (
        kind IN ('enterprise', 'cooperative', 'household_business', 'public_body', 'association', 'other')
    ),
    -- The tax number, which is an enterprise's number too.
    number text NOT NULL UNIQUE,
    name text NOT NULL,
    address text NOT NULL,
    phone text,
    email text
);

CREATE TABLE representations (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    -- Who is represented: an organisation, or the person with this identity number.
    organisation_id uuid REFERENCES organisations (id),
    principal_number text,
    -- Who acts, as the papers say: they need not have an account yet.
    representative_number text NOT NULL,
    representative_name text NOT NULL,
    basis text NOT NULL CHECK (basis IN ('legal', 'power_of_attorney')),
    -- Codes; null for all procedures.
    procedures text [],
    -- Number and date of the paper it rests on.
    document text NOT NULL,
    valid_from date NOT NULL,
    -- The last day; null while no end is known.
    valid_to date,
    -- Who checked the papers; null where the principal said it online.
    confirmed_by_id uuid REFERENCES staff (id),
    made_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CHECK (num_nonnulls(organisation_id, principal_number) = 1),
    CHECK (principal_number <> representative_number),
    CHECK (valid_to >= valid_from),
    CHECK (basis = 'legal' OR valid_to IS NOT NULL)
);
CREATE INDEX representations_organisation ON representations (organisation_id, id);
CREATE INDEX representations_principal ON representations (principal_number, id);
CREATE INDEX representations_representative ON representations (representative_number, id);
CREATE INDEX representations_confirmed_by ON representations (confirmed_by_id);
-- squawk-ignore require-concurrent-index-creation -- a second per million citizens, in which only first sign-ins wait
CREATE INDEX citizens_identity_number ON citizens (identity_number);

-- Representations that nobody has revoked, by the accounts of those who act and of those they act for.
CREATE VIEW acting_for AS
SELECT
    representations.id AS representation_id,
    citizens.id AS citizen_id,
    principals.id AS principal_id,
    representations.organisation_id,
    representations.basis,
    representations.procedures,
    representations.valid_from,
    coalesce(representations.valid_to, 'infinity') AS valid_to
FROM representations
LEFT JOIN citizens ON representations.representative_number = citizens.identity_number
LEFT JOIN citizens AS principals ON representations.principal_number = principals.identity_number
WHERE representations.revoked_at IS NULL;

-- The dossiers whose applicant is an organisation. (`dossiers` has as many columns as it can have.)
CREATE TABLE dossier_organisations (
    dossier_id uuid PRIMARY KEY REFERENCES dossiers (id),
    organisation_id uuid NOT NULL REFERENCES organisations (id)
);
CREATE INDEX dossier_organisations_organisation ON dossier_organisations (organisation_id);

-- The dossiers that a citizen may act in because of whom they represent, and on which days: those of that organisation or
-- person, in the procedures that they may act in.
CREATE VIEW represented_dossiers AS
SELECT
    acting_for.citizen_id,
    theirs.id AS dossier_id,
    acting_for.valid_from,
    acting_for.valid_to
FROM acting_for
CROSS JOIN LATERAL (
    SELECT
        dossiers.id,
        dossiers.procedure_id
    FROM dossiers
    WHERE dossiers.applicant_id = acting_for.principal_id
    UNION ALL
    SELECT
        dossiers.id,
        dossiers.procedure_id
    FROM dossier_organisations
    JOIN dossiers ON dossier_organisations.dossier_id = dossiers.id
    WHERE dossier_organisations.organisation_id = acting_for.organisation_id
) AS theirs
JOIN procedures ON theirs.procedure_id = procedures.id
WHERE acting_for.procedures IS NULL OR procedures.code = ANY (acting_for.procedures);
