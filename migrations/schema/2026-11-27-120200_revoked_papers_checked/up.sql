-- Apart from the migration that adds them, so that nobody is kept waiting while old rows are looked at.
ALTER TABLE attachments VALIDATE CONSTRAINT attachments_replaced_by_fkey;
ALTER TABLE attachments VALIDATE CONSTRAINT attachments_replaced_check;
