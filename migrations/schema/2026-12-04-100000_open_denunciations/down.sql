CREATE INDEX denunciations_handling ON denunciations.denunciations (handling_agency_id, next_due_at, id);
CREATE INDEX denunciations_receiving ON denunciations.denunciations (receiving_agency_id, next_due_at, id);
DROP INDEX denunciations.denunciations_open_handling, denunciations.denunciations_open_receiving;
