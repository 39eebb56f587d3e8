-- Apart from the migration that adds it, so that nobody is kept waiting while old rows are looked at.
ALTER TABLE tickets VALIDATE CONSTRAINT tickets_status_check;
