-- Nothing to undo: what is checked stays checked.
SELECT 1;
