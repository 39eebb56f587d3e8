-- The archive register: fonds of an agency and a period, and in them a file for each finished dossier, or added by hand.
CREATE TABLE fonds (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    agency_id uuid NOT NULL REFERENCES agencies (id),
    name text NOT NULL,
    from_year smallint NOT NULL,
    -- Still growing without one.
    to_year smallint,
    CHECK (to_year >= from_year)
);
CREATE INDEX fonds_agency ON fonds (agency_id, from_year, id);

CREATE TABLE archive_items (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    fonds_id uuid NOT NULL REFERENCES fonds (id),
    -- That of the fonds: whose register it is in.
    agency_id uuid NOT NULL REFERENCES agencies (id),
    dossier_id uuid UNIQUE REFERENCES dossiers (id),
    code text NOT NULL,
    title text NOT NULL,
    -- When the work was over.
    ended_on date NOT NULL,
    digitised boolean NOT NULL,
    -- Its code: see migrations/seed/retention.csv; and what it said that day.
    retention_rule text NOT NULL,
    -- Permanent without one.
    retention_years smallint,
    transfer_due_on date NOT NULL,
    -- When it is to be reviewed for destruction.
    review_due_on date,
    transferred_on date,
    minutes_number text,
    transferred_by uuid,
    CHECK ((retention_years IS NULL) = (review_due_on IS NULL)),
    CHECK ((transferred_on IS NULL) = (minutes_number IS NULL)),
    CHECK ((transferred_on IS NULL) = (transferred_by IS NULL))
);
CREATE INDEX archive_items_fonds ON archive_items (fonds_id, ended_on, id);
CREATE INDEX archive_items_agency ON archive_items (agency_id, ended_on, id);
CREATE INDEX archive_items_transfer ON archive_items (agency_id, transfer_due_on, id) WHERE transferred_on IS NULL;
CREATE INDEX archive_items_review ON archive_items (agency_id, review_due_on, id) WHERE review_due_on IS NOT NULL;
