-- The states between intake and result: papers asked for before acceptance, a proposal that waits for its signature, a
-- withdrawal that waits for its decision, and the stop.
ALTER TABLE dossiers
ADD COLUMN intake_supplements smallint NOT NULL DEFAULT 0,
ADD COLUMN state_before text CHECK (state_before IN (
    'accepted', 'processing', 'supplement_requested', 'awaiting_approval'
)),
ADD COLUMN proposed_outcome text CHECK (proposed_outcome IN ('granted', 'refused'));

-- squawk-ignore ban-drop-constraint -- the next statement puts a wider one in its place
ALTER TABLE dossiers DROP CONSTRAINT dossiers_status_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_status_check CHECK (status IN (
    'draft', 'submitted', 'intake_supplement', 'rejected', 'accepted', 'processing', 'supplement_requested',
    'awaiting_approval', 'withdrawal_requested', 'result_ready', 'returned', 'withdrawn', 'stopped'
)) NOT VALID;
