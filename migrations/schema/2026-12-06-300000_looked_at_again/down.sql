-- Nothing to undo: what was wrong is not made wrong again.
SELECT 1;
