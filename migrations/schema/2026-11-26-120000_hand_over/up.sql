-- Hand-over from reception to whoever decides (NĐ 61/2018 Art. 18), verification on the spot (Art. 19(3)), and dossiers
-- that come by post or from a kiosk.
ALTER TABLE dossiers ADD COLUMN hand_over_due_at timestamptz;

-- squawk-ignore ban-drop-constraint -- the next statement puts a wider one in its place
ALTER TABLE dossiers DROP CONSTRAINT dossiers_status_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_status_check CHECK (status IN (
    'draft', 'submitted', 'intake_supplement', 'rejected', 'accepted', 'transferred', 'processing', 'verifying',
    'supplement_requested', 'awaiting_approval', 'withdrawal_requested', 'result_ready', 'returned', 'withdrawn',
    'stopped'
)) NOT VALID;
-- squawk-ignore ban-drop-constraint -- the next statement puts a wider one in its place
ALTER TABLE dossiers DROP CONSTRAINT dossiers_state_before_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_state_before_check CHECK (state_before IN (
    'accepted', 'transferred', 'processing', 'verifying', 'supplement_requested', 'awaiting_approval'
)) NOT VALID;
-- squawk-ignore ban-drop-constraint -- the next statement puts a wider one in its place
ALTER TABLE dossiers DROP CONSTRAINT dossiers_channel_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_channel_check CHECK (
    channel IN ('online', 'counter', 'post', 'kiosk')
) NOT VALID;

-- What a verification has shown: names and words, which stay out of the journal.
CREATE TABLE verifications (
    dossier_id uuid NOT NULL REFERENCES dossiers (id),
    -- The dossier's version that recorded it.
    version integer NOT NULL,
    held_at timestamptz NOT NULL,
    place text NOT NULL,
    participants text NOT NULL,
    findings text NOT NULL,
    PRIMARY KEY (dossier_id, version)
);
