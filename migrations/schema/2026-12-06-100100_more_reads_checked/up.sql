-- Apart from the migration that adds it, so that nobody is kept waiting while old rows are looked at.
ALTER TABLE data_accesses VALIDATE CONSTRAINT data_accesses_through_check;
