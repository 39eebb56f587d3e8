ALTER TABLE payments DROP COLUMN proof_id;
DELETE FROM attachments WHERE purpose = 'payment_proof';
ALTER TABLE attachments DROP CONSTRAINT attachments_purpose_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_purpose_check CHECK (
    purpose IN ('component', 'draft_result', 'result')
);
