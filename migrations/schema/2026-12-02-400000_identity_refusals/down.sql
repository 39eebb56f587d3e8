DROP INDEX denunciations.identity_requests_refused_by;
ALTER TABLE denunciations.identity_requests
DROP COLUMN refused_by, DROP COLUMN refused_at, DROP COLUMN refusal;
