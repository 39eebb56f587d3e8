ALTER TABLE papers DROP CONSTRAINT papers_organisation_id_fkey;
ALTER TABLE papers ADD CONSTRAINT papers_organisation_id_fkey
FOREIGN KEY (organisation_id) REFERENCES organisations (id) NOT VALID;
