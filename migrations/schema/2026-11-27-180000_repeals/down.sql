ALTER TABLE procedures DROP COLUMN repeal;
