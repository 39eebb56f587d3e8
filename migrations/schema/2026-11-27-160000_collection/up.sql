-- Results that wait to be fetched where they were not received: the list of a return point is what waits there now, however much
-- was ever fetched there.
ALTER TABLE dossier_agencies ADD COLUMN waits boolean NOT NULL DEFAULT false;
UPDATE dossier_agencies SET waits = true
FROM dossiers
WHERE dossiers.id = dossier_agencies.dossier_id AND dossiers.status = 'result_ready' AND dossier_agencies.part = 'return';
-- squawk-ignore require-concurrent-index-creation -- it holds only what waits now
CREATE INDEX dossier_agencies_waiting ON dossier_agencies (agency_id, dossier_id) WHERE waits;
