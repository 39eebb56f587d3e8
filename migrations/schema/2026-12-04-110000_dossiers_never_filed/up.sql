-- squawk-ignore-file require-concurrent-index-creation -- few of a city's dossiers are drafts
-- What was never filed goes some time after it was last touched: the oldest first, while it says whose it was.
CREATE INDEX dossiers_never_filed ON dossiers (created_at, id)
WHERE NOT (submitted_at IS NOT NULL OR channel IN ('counter', 'post')) AND created_by <> '00000000-0000-0000-0000-000000000000';
