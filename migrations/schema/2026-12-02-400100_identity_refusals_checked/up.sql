-- Apart from the migration that adds them, so that nobody is kept waiting while old rows are looked at.
ALTER TABLE denunciations.identity_requests VALIDATE CONSTRAINT identity_requests_refused_by_fkey;
ALTER TABLE denunciations.identity_requests VALIDATE CONSTRAINT identity_requests_refusal_check;
ALTER TABLE denunciations.identity_requests VALIDATE CONSTRAINT identity_requests_decided_once_check;
