-- Apart from the migration that adds them, so that nobody is kept waiting while old rows are looked at.
ALTER TABLE attachments VALIDATE CONSTRAINT attachments_purpose_check;
ALTER TABLE attachments VALIDATE CONSTRAINT attachments_digitisation_check;
ALTER TABLE attachments VALIDATE CONSTRAINT attachments_paper_id_fkey;
