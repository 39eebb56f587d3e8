-- squawk-ignore-file require-concurrent-index-creation -- the tables are as new as this
-- Registers go by the day of receipt. Reports on a period ask beside for what came before it and was not over when it began.
CREATE INDEX cases_received_by ON cases (receiving_agency_id, submitted_at, id) WHERE submitted_at IS NOT NULL;
CREATE INDEX cases_received_for ON cases (handling_agency_id, submitted_at, id) WHERE submitted_at IS NOT NULL;
CREATE INDEX cases_over_receiving ON cases (receiving_agency_id, closed_at) WHERE submitted_at IS NOT NULL;
CREATE INDEX cases_over_handling ON cases (handling_agency_id, closed_at) WHERE submitted_at IS NOT NULL;
CREATE INDEX denunciations_received_by ON denunciations.denunciations (receiving_agency_id, received_at, id);
CREATE INDEX denunciations_received_for ON denunciations.denunciations (handling_agency_id, received_at, id);
CREATE INDEX denunciations_over_receiving ON denunciations.denunciations (receiving_agency_id, closed_at);
CREATE INDEX denunciations_over_handling ON denunciations.denunciations (handling_agency_id, closed_at);
