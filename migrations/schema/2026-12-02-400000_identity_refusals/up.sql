-- Whoever may allow somebody to know who denounces may also refuse it, with a reason; once either way.
ALTER TABLE denunciations.identity_requests
ADD COLUMN refused_by uuid,
ADD COLUMN refused_at timestamptz,
ADD COLUMN refusal text;
ALTER TABLE denunciations.identity_requests ADD CONSTRAINT identity_requests_refused_by_fkey
FOREIGN KEY (refused_by) REFERENCES staff (id) NOT VALID;
ALTER TABLE denunciations.identity_requests ADD CONSTRAINT identity_requests_refusal_check
CHECK (
    refused_by <> requested_by
    AND (refused_by IS NULL) = (refused_at IS NULL)
    AND (refused_by IS NULL) = (refusal IS NULL)
) NOT VALID;
ALTER TABLE denunciations.identity_requests ADD CONSTRAINT identity_requests_decided_once_check
CHECK (num_nonnulls(approved_by, refused_by) <= 1) NOT VALID;
-- squawk-ignore require-concurrent-index-creation -- the table is new, and small
CREATE INDEX identity_requests_refused_by ON denunciations.identity_requests (refused_by);
