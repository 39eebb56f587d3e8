-- Apart from the migration that adds them, so that nobody is kept waiting while old rows are looked at.
ALTER TABLE attachments VALIDATE CONSTRAINT attachments_purpose_check;
ALTER TABLE payments VALIDATE CONSTRAINT payments_proof_id_fkey;
