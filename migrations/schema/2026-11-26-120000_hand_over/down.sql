DROP TABLE verifications;
-- The older schema has no word for these states and channels: what stands in them goes to the nearest one.
UPDATE dossiers SET status = 'accepted' WHERE status = 'transferred';
UPDATE dossiers SET status = 'processing' WHERE status = 'verifying';
UPDATE dossiers SET state_before = 'accepted' WHERE state_before = 'transferred';
UPDATE dossiers SET state_before = 'processing' WHERE state_before = 'verifying';
UPDATE dossiers SET channel = 'counter' WHERE channel = 'post';
UPDATE dossiers SET channel = 'online' WHERE channel = 'kiosk';
ALTER TABLE dossiers DROP CONSTRAINT dossiers_channel_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_channel_check CHECK (channel IN ('online', 'counter'));
ALTER TABLE dossiers DROP CONSTRAINT dossiers_state_before_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_state_before_check CHECK (state_before IN (
    'accepted', 'processing', 'supplement_requested', 'awaiting_approval'
));
ALTER TABLE dossiers DROP CONSTRAINT dossiers_status_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_status_check CHECK (status IN (
    'draft', 'submitted', 'intake_supplement', 'rejected', 'accepted', 'processing', 'supplement_requested',
    'awaiting_approval', 'withdrawal_requested', 'result_ready', 'returned', 'withdrawn', 'stopped'
));
ALTER TABLE dossiers DROP COLUMN hand_over_due_at;
