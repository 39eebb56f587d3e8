-- Whom a denunciation accuses is shut out of it whichever of their agencies they act for, as in cases: who asks is looked up by their
-- id, and nothing else of the staff is anything to those who settle denunciations.
GRANT SELECT (id, agencies) ON staff TO caunoi_denunciations;

-- Of whom a denunciation accuses by name.
-- squawk-ignore require-concurrent-index-creation -- some thousand rows
CREATE INDEX staff_name ON staff (split_part(folded, E'\n', 2));
