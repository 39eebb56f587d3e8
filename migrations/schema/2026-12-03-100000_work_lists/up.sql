-- squawk-ignore-file require-concurrent-index-creation -- for a million cases all of them take ten seconds
-- Work lists among a million cases, each read in its order: see tests/load/results-cases.md.
-- Of all agencies below one's own, and of whoever has theirs anywhere.
CREATE INDEX cases_open ON cases (next_due_at, id) WHERE open;
CREATE INDEX cases_open_status ON cases (status, next_due_at, id) WHERE open;
CREATE INDEX cases_rest_status ON cases (status, next_due_at, id) WHERE NOT open;
-- Of an agency, in one state.
CREATE INDEX cases_open_handling_status ON cases (handling_agency_id, status, next_due_at, id) WHERE open;
-- Of whoever verifies them. In one index, all that is over came before what is open and waits for somebody else.
CREATE INDEX cases_open_assigned ON cases (assigned_to, next_due_at, id) WHERE open AND assigned_to IS NOT NULL;
CREATE INDEX cases_rest_assigned ON cases (assigned_to, status, next_due_at, id) WHERE NOT open AND assigned_to IS NOT NULL;
-- squawk-ignore require-concurrent-index-deletion -- the two before it have all its rows
DROP INDEX cases_assigned;
