ALTER TABLE agencies DROP CONSTRAINT agencies_validity;
ALTER TABLE agencies ADD CONSTRAINT agencies_validity CHECK (valid_to >= valid_from) NOT VALID;
ALTER TABLE agencies DROP CONSTRAINT agencies_kind_check;
ALTER TABLE agencies ADD CONSTRAINT agencies_kind_check CHECK (kind IN (
    'city', 'centre', 'branch', 'point', 'department', 'district', 'commune', 'school', 'hospital'
)) NOT VALID;
