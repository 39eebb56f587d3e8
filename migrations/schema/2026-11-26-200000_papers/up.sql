-- The owner's store (Kho quản lý dữ liệu điện tử của tổ chức, cá nhân: NĐ 310/2026, NĐ 216/2026 Art. 25(2)): what was
-- scanned for a dossier, and what came of it, is kept for its owner, and later dossiers reuse it.
ALTER TABLE attachments
-- What it is to its dossier: a component, or its result, which is a draft until it is signed.
ADD COLUMN purpose text NOT NULL DEFAULT 'component',
ADD COLUMN digitisation text NOT NULL DEFAULT 'not_digitised',
-- The paper that it reuses instead of a file of its own, and the code of the dossier that one came from.
ADD COLUMN paper_id uuid,
ADD COLUMN source_code text;
ALTER TABLE attachments ADD CONSTRAINT attachments_purpose_check CHECK (
    purpose IN ('component', 'draft_result', 'result')
) NOT VALID;
ALTER TABLE attachments ADD CONSTRAINT attachments_digitisation_check CHECK (
    digitisation IN ('not_digitised', 'digitised', 'reused_component', 'reused_result')
) NOT VALID;

-- A paper is an attachment, under the same id; its content stays where it is.
CREATE TABLE papers (
    id uuid PRIMARY KEY REFERENCES attachments (id),
    -- Its owner's own changes; it comes with an entry of its dossier, at 0.
    version integer NOT NULL DEFAULT 0,
    -- Whose it is: the identity number that the dossier is for, and the account that filed it.
    owner_number text NOT NULL,
    owner_id uuid REFERENCES citizens (id),
    origin text NOT NULL CHECK (origin IN ('component', 'result')),
    dossier_id uuid NOT NULL REFERENCES dossiers (id),
    dossier_code text,
    procedure_id uuid NOT NULL REFERENCES procedures (id),
    paper_type text,
    -- The type under which the national repository knows it.
    national_type text,
    number text,
    summary text,
    issuer text,
    issuer_agency_id uuid REFERENCES agencies (id),
    signer text,
    issue_date date,
    valid_from date,
    -- The last day on which it is valid; without one it is permanent.
    valid_to date,
    scope text,
    -- What is known of its electronic signature, and what a machine has read in it.
    signature jsonb,
    ocr jsonb,
    -- Who has held the data against the paper, and when.
    digitised_by uuid,
    digitised_at timestamptz,
    hidden boolean NOT NULL DEFAULT false,
    -- Since when its owner has it: the dossier's acceptance, or the signature under the result.
    kept_at timestamptz,
    CHECK ((digitised_by IS NULL) = (digitised_at IS NULL)),
    CHECK (kept_at IS NULL OR dossier_code IS NOT NULL),
    CHECK (valid_to >= valid_from)
);
CREATE INDEX papers_owner_number ON papers (owner_number, id) WHERE kept_at IS NOT NULL;
CREATE INDEX papers_owner ON papers (owner_id, id) WHERE owner_id IS NOT NULL;
CREATE INDEX papers_dossier ON papers (dossier_id);
CREATE INDEX papers_procedure ON papers (procedure_id);
CREATE INDEX papers_issuer ON papers (issuer_agency_id) WHERE issuer_agency_id IS NOT NULL;

ALTER TABLE attachments ADD CONSTRAINT attachments_paper_id_fkey FOREIGN KEY (paper_id) REFERENCES papers (id) NOT VALID;
-- squawk-ignore require-concurrent-index-creation -- no row has a paper yet, and the index holds only those
CREATE INDEX attachments_paper ON attachments (paper_id) WHERE paper_id IS NOT NULL;
