ALTER TABLE dossiers DROP CONSTRAINT dossiers_state_before_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_state_before_check CHECK (state_before IN (
    'draft', 'submitted', 'intake_supplement', 'accepted', 'transferred', 'processing', 'verifying', 'consulting',
    'supplement_proposed', 'supplement_signed', 'supplement_requested', 'awaiting_payment', 'awaiting_approval'
)) NOT VALID;
ALTER TABLE dossiers DROP CONSTRAINT dossiers_status_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_status_check CHECK (status IN (
    'draft', 'submitted', 'intake_supplement', 'awaiting_intake_decision', 'rejected', 'accepted', 'transferred',
    'processing', 'verifying', 'consulting', 'supplement_proposed', 'supplement_signed', 'supplement_requested',
    'awaiting_payment', 'awaiting_approval', 'withdrawal_requested', 'result_ready', 'returned', 'withdrawn',
    'stopped'
)) NOT VALID;
