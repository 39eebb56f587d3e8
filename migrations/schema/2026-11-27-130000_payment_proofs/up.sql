-- What proves a payment without cash (NĐ 61/2018 Art. 22) is a paper of the dossier, and the payment names it.
-- squawk-ignore ban-drop-constraint -- the next statement puts a wider one in its place
ALTER TABLE attachments DROP CONSTRAINT attachments_purpose_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_purpose_check CHECK (
    purpose IN ('component', 'draft_result', 'result', 'payment_proof')
) NOT VALID;
ALTER TABLE payments ADD COLUMN proof_id uuid;
ALTER TABLE payments ADD CONSTRAINT payments_proof_id_fkey FOREIGN KEY (proof_id) REFERENCES attachments (id) NOT VALID;
-- squawk-ignore require-concurrent-index-creation -- no payment has a proof yet, and the index holds only those
CREATE INDEX payments_proof ON payments (proof_id) WHERE proof_id IS NOT NULL;
