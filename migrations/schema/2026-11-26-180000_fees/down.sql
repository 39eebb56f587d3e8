DROP TABLE payments;
DROP TABLE fee_orders;
-- The older schema has no word for these states: what stands in them goes on with the examination.
UPDATE dossiers SET status = 'processing' WHERE status IN ('awaiting_payment', 'consulting');
UPDATE dossiers SET state_before = 'processing' WHERE state_before IN ('awaiting_payment', 'consulting');
ALTER TABLE dossiers DROP CONSTRAINT dossiers_state_before_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_state_before_check CHECK (state_before IN (
    'accepted', 'transferred', 'processing', 'verifying', 'supplement_requested', 'awaiting_approval'
));
ALTER TABLE dossiers DROP CONSTRAINT dossiers_status_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_status_check CHECK (status IN (
    'draft', 'submitted', 'intake_supplement', 'rejected', 'accepted', 'transferred', 'processing', 'verifying',
    'supplement_requested', 'awaiting_approval', 'withdrawal_requested', 'result_ready', 'returned', 'withdrawn',
    'stopped'
));
