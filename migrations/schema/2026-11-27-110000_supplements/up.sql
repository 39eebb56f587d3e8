-- What an applicant is asked to supply (NĐ 61/2018 Art. 15(3), 19(4)): proposed, signed, sent; then supplied, or not.
CREATE TABLE supplements (
    dossier_id uuid NOT NULL REFERENCES dossiers (id),
    -- The dossier's version that proposed it.
    version integer NOT NULL,
    ground text NOT NULL CHECK (ground IN ('incomplete', 'inaccurate', 'unreadable', 'expired', 'contradicts_data')),
    reason text NOT NULL,
    components text [] NOT NULL,
    proposed_at timestamptz NOT NULL,
    -- By when the applicant is to be told, and why it was later.
    notice_due_at timestamptz,
    late_reason text,
    sent_at timestamptz,
    -- By when the applicant is to supply it, and when that was over.
    due_at timestamptz,
    lapsed_at timestamptz,
    closed_at timestamptz,
    PRIMARY KEY (dossier_id, version),
    CHECK (sent_at IS NOT NULL OR (due_at IS NULL AND lapsed_at IS NULL))
);
-- At most one is not settled.
CREATE UNIQUE INDEX supplements_open ON supplements (dossier_id) WHERE closed_at IS NULL;

-- squawk-ignore ban-drop-constraint -- the next statement puts a wider one in its place
ALTER TABLE dossiers DROP CONSTRAINT dossiers_status_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_status_check CHECK (status IN (
    'draft', 'submitted', 'intake_supplement', 'awaiting_intake_decision', 'rejected', 'accepted', 'transferred',
    'processing', 'verifying', 'consulting', 'supplement_proposed', 'supplement_signed', 'supplement_requested',
    'awaiting_payment', 'awaiting_approval', 'withdrawal_requested', 'result_ready', 'returned', 'withdrawn',
    'stopped'
)) NOT VALID;
-- squawk-ignore ban-drop-constraint -- the next statement puts a wider one in its place
ALTER TABLE dossiers DROP CONSTRAINT dossiers_state_before_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_state_before_check CHECK (state_before IN (
    'draft', 'submitted', 'intake_supplement', 'accepted', 'transferred', 'processing', 'verifying', 'consulting',
    'supplement_proposed', 'supplement_signed', 'supplement_requested', 'awaiting_payment', 'awaiting_approval'
)) NOT VALID;

-- Who is waited for already was told no time: they have the general rule's, from today.
INSERT INTO supplements (dossier_id, version, ground, reason, components, proposed_at, sent_at, due_at)
SELECT dossiers.id, said.version, said.ground, said.words, '{}', now(), now(), date_trunc('day', now()) + '31 days'
FROM dossiers
CROSS JOIN LATERAL (
    SELECT version, ground, words FROM remarks
    WHERE dossier_id = dossiers.id
    AND ground IN ('incomplete', 'inaccurate', 'unreadable', 'expired', 'contradicts_data')
    ORDER BY version DESC LIMIT 1
) AS said
WHERE
    status IN ('intake_supplement', 'supplement_requested')
    OR (status = 'withdrawal_requested' AND state_before = 'supplement_requested');
INSERT INTO timers (entity_kind, entity_id, kind, fire_at)
SELECT 'dossier', dossier_id, 'supply', due_at FROM supplements;
