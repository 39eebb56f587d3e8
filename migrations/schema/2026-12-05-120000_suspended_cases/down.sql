-- Nothing to undo: it stood there.
SELECT 1;
