-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion -- denunciations are few
-- A work list reads what is open; all that was ever received by an agency is several times that. The rest is found by when it was over:
-- see denunciations_over_handling.
CREATE INDEX denunciations_open_handling ON denunciations.denunciations (handling_agency_id, next_due_at, id) WHERE open;
CREATE INDEX denunciations_open_receiving ON denunciations.denunciations (receiving_agency_id, next_due_at, id) WHERE open;
DROP INDEX denunciations.denunciations_handling, denunciations.denunciations_receiving;
