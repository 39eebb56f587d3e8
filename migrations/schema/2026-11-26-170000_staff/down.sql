DROP TABLE password_codes;
ALTER TABLE authorizations DROP COLUMN agency_id;
ALTER TABLE sessions DROP COLUMN agency_id;
ALTER TABLE staff DROP COLUMN folded, DROP COLUMN agencies, DROP COLUMN postings, DROP COLUMN title;
