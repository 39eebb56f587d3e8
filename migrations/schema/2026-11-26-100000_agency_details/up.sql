-- Agencies are founded, renamed, moved and dissolved: on 2025-07-01 the districts ended and 126 communes began
-- (NQ 1656/NQ-UBTVQH15). Those known until now are of that day.
ALTER TABLE agencies
ADD COLUMN version integer NOT NULL DEFAULT 1,
ADD COLUMN valid_from date NOT NULL DEFAULT '2025-07-01',
-- The last day on which it exists; null while no end is known.
ADD COLUMN valid_to date,
ADD COLUMN contact jsonb NOT NULL DEFAULT '{}';
ALTER TABLE agencies ADD CONSTRAINT agencies_validity CHECK (valid_to >= valid_from) NOT VALID;

-- squawk-ignore ban-drop-constraint -- the next statement puts a wider one in its place
ALTER TABLE agencies DROP CONSTRAINT agencies_kind_check;
ALTER TABLE agencies ADD CONSTRAINT agencies_kind_check CHECK (kind IN (
    'city', 'centre', 'branch', 'point', 'department', 'district', 'commune', 'school', 'hospital'
)) NOT VALID;

-- What every replica keeps in memory, and how often it has changed: who holds an older version reads it again.
CREATE TABLE reference_data (
    kind text PRIMARY KEY CHECK (kind IN ('agencies')),
    version bigint NOT NULL
);
INSERT INTO reference_data (kind, version) VALUES ('agencies', 1);
