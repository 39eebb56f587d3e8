-- The document of a result that was put right (NĐ 61/2018 Art. 21) holds no more: since when, and which one took its place.
ALTER TABLE attachments
ADD COLUMN revoked_at timestamptz,
ADD COLUMN replaced_by uuid;
ALTER TABLE attachments ADD CONSTRAINT attachments_replaced_by_fkey
FOREIGN KEY (replaced_by) REFERENCES attachments (id) NOT VALID;
ALTER TABLE attachments ADD CONSTRAINT attachments_replaced_check CHECK (
    replaced_by IS NULL OR revoked_at IS NOT NULL
) NOT VALID;
-- squawk-ignore require-concurrent-index-creation -- no row is replaced yet, and the index holds only those
CREATE INDEX attachments_replaced_by ON attachments (replaced_by) WHERE replaced_by IS NOT NULL;
