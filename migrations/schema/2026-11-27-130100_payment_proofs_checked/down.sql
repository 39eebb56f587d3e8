ALTER TABLE payments DROP CONSTRAINT payments_proof_id_fkey;
ALTER TABLE payments ADD CONSTRAINT payments_proof_id_fkey FOREIGN KEY (proof_id) REFERENCES attachments (id) NOT VALID;
ALTER TABLE attachments DROP CONSTRAINT attachments_purpose_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_purpose_check CHECK (
    purpose IN ('component', 'draft_result', 'result', 'payment_proof')
) NOT VALID;
