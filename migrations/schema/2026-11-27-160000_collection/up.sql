-- Results that wait to be fetched where they were not received: the list of a return point is what waits there now, however much
-- was ever fetched there.
ALTER TABLE dossier_agencies ADD COLUMN waits boolean NOT NULL DEFAULT false;
