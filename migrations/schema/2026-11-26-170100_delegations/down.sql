ALTER TABLE journal DROP COLUMN delegation_id;
DROP TABLE delegations;
