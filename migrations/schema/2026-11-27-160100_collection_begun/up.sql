-- What waits already, and has no time within which it is usually fetched (the `collect` rule of clocks.csv).
UPDATE dossier_agencies SET waits = true
FROM dossiers
WHERE dossiers.id = dossier_agencies.dossier_id AND dossiers.status = 'result_ready' AND dossier_agencies.part = 'return';
UPDATE dossiers SET next_due_at = finished_at + interval '30 days' WHERE status = 'result_ready';
INSERT INTO timers (entity_id, kind, entity_kind, fire_at)
SELECT id, 'collect', 'dossier', next_due_at FROM dossiers WHERE status = 'result_ready';
-- squawk-ignore require-concurrent-index-creation -- it holds only what waits now, and the table is one of few rows
CREATE INDEX dossier_agencies_waiting ON dossier_agencies (agency_id, dossier_id) WHERE waits;
-- Answers that are owed, to whomever: those who ask list the late ones first.
-- squawk-ignore require-concurrent-index-creation -- it holds only what is open, and the table is one of few rows
CREATE INDEX consultations_waited ON consultations (due_at, id) WHERE closed_at IS NULL;
