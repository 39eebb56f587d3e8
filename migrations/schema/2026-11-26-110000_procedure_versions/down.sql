DELETE FROM reference_data WHERE kind = 'procedures';
ALTER TABLE reference_data DROP CONSTRAINT reference_data_kind_check;
ALTER TABLE reference_data ADD CONSTRAINT reference_data_kind_check CHECK (kind IN ('agencies'));
ALTER TABLE procedures DROP COLUMN version;
