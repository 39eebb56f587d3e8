ALTER TABLE citizens DROP COLUMN looked_at;
