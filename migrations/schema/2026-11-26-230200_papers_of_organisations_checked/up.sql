ALTER TABLE papers VALIDATE CONSTRAINT papers_organisation_id_fkey;
