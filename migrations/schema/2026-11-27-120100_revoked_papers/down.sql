ALTER TABLE attachments
DROP COLUMN replaced_by,
DROP COLUMN revoked_at;
