ALTER TABLE dossier_agencies DROP COLUMN waits;
