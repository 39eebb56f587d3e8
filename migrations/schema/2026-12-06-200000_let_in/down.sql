ALTER TABLE staff DROP COLUMN let_in_at;
