DROP TABLE reference_data;
-- Agencies of the newer kinds have no place in the older schema.
DELETE FROM agencies WHERE kind IN ('branch', 'point', 'district', 'school', 'hospital');
ALTER TABLE agencies DROP CONSTRAINT agencies_kind_check;
ALTER TABLE agencies ADD CONSTRAINT agencies_kind_check CHECK (kind IN ('city', 'centre', 'department', 'commune'));
ALTER TABLE agencies
DROP COLUMN contact,
DROP COLUMN valid_to,
DROP COLUMN valid_from,
DROP COLUMN version;
