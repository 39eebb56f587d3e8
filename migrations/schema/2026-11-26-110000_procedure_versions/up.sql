-- Versions of procedures are published and ended by the authority that keeps the catalogue, and the journal tells of it.
ALTER TABLE procedures ADD COLUMN version integer NOT NULL DEFAULT 1;

-- squawk-ignore ban-drop-constraint -- the next statement puts a wider one in its place
ALTER TABLE reference_data DROP CONSTRAINT reference_data_kind_check;
-- squawk-ignore constraint-missing-not-valid -- the table has one row
ALTER TABLE reference_data ADD CONSTRAINT reference_data_kind_check CHECK (kind IN ('agencies', 'procedures'));
INSERT INTO reference_data (kind, version) VALUES ('procedures', 1);
