-- Apart from the migration that adds it, so that nobody is kept waiting while old rows are looked at.
ALTER TABLE agencies VALIDATE CONSTRAINT agencies_kind_check;
