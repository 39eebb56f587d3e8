-- The older schema has no word for this kind.
UPDATE agencies SET kind = 'department' WHERE kind = 'police';
ALTER TABLE agencies DROP CONSTRAINT agencies_kind_check;
ALTER TABLE agencies ADD CONSTRAINT agencies_kind_check CHECK (kind IN (
    'city', 'centre', 'branch', 'point', 'department', 'district', 'commune', 'school', 'hospital'
));
