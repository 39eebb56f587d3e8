-- Apart from the migration that adds them, so that nobody is kept waiting while old rows are looked at.
ALTER TABLE dossiers VALIDATE CONSTRAINT dossiers_status_check;
ALTER TABLE dossiers VALIDATE CONSTRAINT dossiers_state_before_check;
