DELETE FROM timers WHERE kind = 'supply';
DROP TABLE supplements;
-- The older schema has no word for these states: what stands in them goes on where it came from.
UPDATE dossiers SET status = state_before WHERE status = 'awaiting_intake_decision';
UPDATE dossiers SET status = 'processing' WHERE status IN ('supplement_proposed', 'supplement_signed');
UPDATE dossiers SET state_before = 'processing' WHERE state_before IN ('supplement_proposed', 'supplement_signed');
UPDATE dossiers SET state_before = NULL WHERE state_before IN ('draft', 'submitted', 'intake_supplement');
ALTER TABLE dossiers DROP CONSTRAINT dossiers_state_before_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_state_before_check CHECK (state_before IN (
    'accepted', 'transferred', 'processing', 'verifying', 'consulting', 'supplement_requested', 'awaiting_payment',
    'awaiting_approval'
));
ALTER TABLE dossiers DROP CONSTRAINT dossiers_status_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_status_check CHECK (status IN (
    'draft', 'submitted', 'intake_supplement', 'rejected', 'accepted', 'transferred', 'processing', 'verifying',
    'consulting', 'supplement_requested', 'awaiting_payment', 'awaiting_approval', 'withdrawal_requested',
    'result_ready', 'returned', 'withdrawn', 'stopped'
));
