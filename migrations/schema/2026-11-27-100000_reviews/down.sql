DROP TABLE reviews;
ALTER TABLE procedures DROP COLUMN publication;
