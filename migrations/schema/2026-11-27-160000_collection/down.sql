DROP INDEX dossier_agencies_waiting;
ALTER TABLE dossier_agencies DROP COLUMN waits;
