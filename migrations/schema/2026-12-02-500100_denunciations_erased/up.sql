-- squawk-ignore-file require-concurrent-index-creation -- denunciations are few
-- What is past its time loses its words: found by kind and by when it ended.
CREATE INDEX denunciations_retention ON denunciations.denunciations (kind, closed_at, id)
WHERE closed_at IS NOT NULL AND NOT marks ? 'erased_at';
