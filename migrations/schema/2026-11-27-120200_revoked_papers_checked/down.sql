ALTER TABLE attachments DROP CONSTRAINT attachments_replaced_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_replaced_check CHECK (
    replaced_by IS NULL OR revoked_at IS NOT NULL
) NOT VALID;
ALTER TABLE attachments DROP CONSTRAINT attachments_replaced_by_fkey;
ALTER TABLE attachments ADD CONSTRAINT attachments_replaced_by_fkey
FOREIGN KEY (replaced_by) REFERENCES attachments (id) NOT VALID;
