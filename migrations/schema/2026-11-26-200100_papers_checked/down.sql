ALTER TABLE attachments DROP CONSTRAINT attachments_paper_id_fkey;
ALTER TABLE attachments ADD CONSTRAINT attachments_paper_id_fkey FOREIGN KEY (paper_id) REFERENCES papers (id) NOT VALID;
ALTER TABLE attachments DROP CONSTRAINT attachments_digitisation_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_digitisation_check CHECK (
    digitisation IN ('not_digitised', 'digitised', 'reused_component', 'reused_result')
) NOT VALID;
ALTER TABLE attachments DROP CONSTRAINT attachments_purpose_check;
ALTER TABLE attachments ADD CONSTRAINT attachments_purpose_check CHECK (
    purpose IN ('component', 'draft_result', 'result')
) NOT VALID;
