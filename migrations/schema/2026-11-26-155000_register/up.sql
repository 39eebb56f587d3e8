-- The register of accepted dossiers (Sổ theo dõi hồ sơ): for each agency and year from 01, without a gap, in the order of
-- acceptance (TT 01/2018/TT-VPCP Art. 10). A number is given with the dossier's code, in the same statement, and stays.
CREATE TABLE register_serials (
    agency_id uuid NOT NULL REFERENCES agencies (id),
    year smallint NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (agency_id, year)
);

CREATE TABLE register_entries (
    dossier_id uuid NOT NULL,
    agency_id uuid NOT NULL,
    year smallint NOT NULL,
    month smallint NOT NULL,
    number integer NOT NULL
);

-- Whoever accepts the day's dossiers of an agency already waits for its day's serial: the year's adds no other queue.
CREATE FUNCTION enter_in_register() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    in_vietnam timestamp := NEW.accepted_at AT TIME ZONE INTERVAL '07:00';
    of_year smallint := extract(year FROM in_vietnam);
    number_given integer;
BEGIN
    INSERT INTO register_serials AS serial (agency_id, year, last) VALUES (NEW.receiving_agency_id, of_year, 1)
    ON CONFLICT (agency_id, year) DO UPDATE SET last = serial.last + 1
    RETURNING last INTO number_given;
    INSERT INTO register_entries (dossier_id, agency_id, year, month, number)
    VALUES (NEW.id, NEW.receiving_agency_id, of_year, extract(month FROM in_vietnam), number_given);
    RETURN NULL;
END
$$;

-- A trigger, because during an update the version before, which knows of no register, accepts dossiers too. It is asked of
-- acceptances alone: no other statement sets the code. Until this is committed it keeps all others from writing dossiers,
-- so that what was accepted before comes first.
CREATE TRIGGER entered_in_register AFTER UPDATE OF code ON dossiers FOR EACH ROW
WHEN (OLD.accepted_at IS NULL AND NEW.accepted_at IS NOT NULL) EXECUTE FUNCTION enter_in_register();

INSERT INTO register_entries (dossier_id, agency_id, year, month, number)
SELECT
    id, receiving_agency_id, extract(year FROM in_vietnam), extract(month FROM in_vietnam),
    row_number() OVER (
        PARTITION BY receiving_agency_id, extract(year FROM in_vietnam) ORDER BY accepted_at, length(code), code
    )
FROM (SELECT *, accepted_at AT TIME ZONE INTERVAL '07:00' AS in_vietnam FROM dossiers WHERE accepted_at IS NOT NULL) AS accepted;
INSERT INTO register_serials (agency_id, year, last)
SELECT agency_id, year, max(number) FROM register_entries GROUP BY agency_id, year;

-- Afterwards, because together they are checked in a fraction of the time.
ALTER TABLE register_entries
    ADD PRIMARY KEY (dossier_id),
    ADD UNIQUE (agency_id, year, number),
    ADD FOREIGN KEY (dossier_id) REFERENCES dossiers (id),
    ADD FOREIGN KEY (agency_id) REFERENCES agencies (id);
CREATE INDEX register_entries_by_month ON register_entries (agency_id, year, month, number);
