ALTER TABLE dossiers DROP CONSTRAINT dossiers_status_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_status_check CHECK (status IN (
    'draft', 'submitted', 'intake_supplement', 'rejected', 'accepted', 'processing', 'supplement_requested',
    'awaiting_approval', 'withdrawal_requested', 'result_ready', 'returned', 'withdrawn', 'stopped'
)) NOT VALID;
