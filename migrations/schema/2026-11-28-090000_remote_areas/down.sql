ALTER TABLE agencies DROP COLUMN remote_area;
