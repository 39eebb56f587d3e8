-- Apart from the migration that adds it, so that nobody is kept waiting while old rows are looked at.
ALTER TABLE dossiers VALIDATE CONSTRAINT dossiers_status_check;
