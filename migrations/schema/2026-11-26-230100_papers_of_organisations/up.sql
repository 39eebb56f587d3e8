-- The papers of an organisation's dossier are the organisation's, not those of whoever acted for it.
ALTER TABLE papers ADD COLUMN organisation_id uuid;
ALTER TABLE papers ADD CONSTRAINT papers_organisation_id_fkey
FOREIGN KEY (organisation_id) REFERENCES organisations (id) NOT VALID;
-- squawk-ignore require-concurrent-index-creation -- no paper is an organisation's yet, and the index holds only those
CREATE INDEX papers_organisation ON papers (organisation_id, id) WHERE organisation_id IS NOT NULL;
