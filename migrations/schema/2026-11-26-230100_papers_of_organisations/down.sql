ALTER TABLE papers DROP COLUMN organisation_id;
