ALTER TABLE agencies DROP CONSTRAINT agencies_kind_check;
ALTER TABLE agencies ADD CONSTRAINT agencies_kind_check CHECK (kind IN (
    'city', 'centre', 'branch', 'point', 'department', 'district', 'commune', 'police', 'school', 'hospital'
)) NOT VALID;
