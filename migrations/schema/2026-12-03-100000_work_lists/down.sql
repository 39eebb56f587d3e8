CREATE INDEX cases_assigned ON cases (assigned_to, next_due_at, id) WHERE assigned_to IS NOT NULL;
DROP INDEX cases_open, cases_open_status, cases_rest_status, cases_open_handling_status, cases_open_assigned, cases_rest_assigned;
