DROP TABLE reference_data;
-- The older schema has no word for these kinds: each becomes the nearest one.
UPDATE agencies SET kind = 'centre' WHERE kind IN ('branch', 'point');
UPDATE agencies SET kind = 'commune' WHERE kind = 'district';
UPDATE agencies SET kind = 'department' WHERE kind IN ('school', 'hospital');
ALTER TABLE agencies DROP CONSTRAINT agencies_kind_check;
ALTER TABLE agencies ADD CONSTRAINT agencies_kind_check CHECK (kind IN ('city', 'centre', 'department', 'commune'));
ALTER TABLE agencies
DROP COLUMN contact,
DROP COLUMN valid_to,
DROP COLUMN valid_from,
DROP COLUMN version;
