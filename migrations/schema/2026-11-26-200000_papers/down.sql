-- The older schema knows components alone.
ALTER TABLE attachments DROP CONSTRAINT attachments_paper_id_fkey;
DROP TABLE papers;
DELETE FROM attachments WHERE purpose <> 'component';
ALTER TABLE attachments
DROP COLUMN source_code,
DROP COLUMN paper_id,
DROP COLUMN digitisation,
DROP COLUMN purpose;
