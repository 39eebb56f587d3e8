-- squawk-ignore-file require-concurrent-index-creation -- drafts are few
-- All that grew out of one letter, the case itself among it: what `origin_id` leads to, up and down. It is one file, kept as long as any
-- of it is.
CREATE FUNCTION case_family(of_case uuid)
RETURNS TABLE (id uuid, kind text, status text, closed_at timestamptz, in_court boolean) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE family (id, origin_id, kind, status, closed_at, in_court) AS (
        SELECT here.id, here.origin_id, here.kind, here.status, here.closed_at, here.marks ? 'in_court_since'
        FROM cases AS here WHERE here.id = of_case
        UNION
        SELECT near.*
        FROM family CROSS JOIN LATERAL (
            SELECT child.id, child.origin_id, child.kind, child.status, child.closed_at, child.marks ? 'in_court_since'
            FROM cases AS child WHERE child.origin_id = family.id
            UNION ALL
            SELECT origin.id, origin.origin_id, origin.kind, origin.status, origin.closed_at, origin.marks ? 'in_court_since'
            FROM cases AS origin WHERE origin.id = family.origin_id
        ) AS near
    )
    SELECT family.id, family.kind, family.status, family.closed_at, family.in_court FROM family
$$;

-- Letters that were never sent, by when they were begun.
CREATE INDEX cases_unsent ON cases (created_at, id)
WHERE submitted_at IS NULL AND channel = 'online' AND NOT marks ? 'erased_at';
