ALTER TABLE dossiers DROP CONSTRAINT dossiers_status_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_status_check CHECK (status IN (
    'draft', 'submitted', 'rejected', 'accepted', 'processing', 'supplement_requested', 'result_ready', 'returned',
    'withdrawn'
));
ALTER TABLE dossiers DROP COLUMN intake_supplements, DROP COLUMN state_before, DROP COLUMN proposed_outcome;
