-- What was done to a case while it was suspended made the program forget where it stood, and it could not be resumed. Where it is
-- assigned it is being verified; whoever verifies it reports once more, where they had.
UPDATE cases
SET state_before = CASE WHEN assigned_to IS NULL THEN 'accepted' ELSE 'verifying' END
WHERE state_before = 'suspended';
