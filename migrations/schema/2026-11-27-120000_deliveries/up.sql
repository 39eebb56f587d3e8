-- How a result came to its applicant, and who took it (NĐ 61/2018 Art. 20, Art. 6(2)(b)). A dossier is returned once; names
-- and references stay out of the journal.
CREATE TABLE deliveries (
    dossier_id uuid PRIMARY KEY REFERENCES dossiers (id),
    -- The dossier's version that the step made.
    version integer NOT NULL,
    -- When it was handed over, to its recipient or to the post.
    returned_at timestamptz NOT NULL,
    method text NOT NULL CHECK (method IN ('counter', 'post', 'online')),
    recipient text NOT NULL CHECK (recipient IN ('applicant', 'representative')),
    -- Of a representative: online the journal's entry says who it was.
    recipient_name text,
    authorisation text,
    -- At the counter, whether the recipient has signed for it.
    signature text CHECK (signature IN ('paper', 'electronic', 'not_signed')),
    -- What became of the originals that were taken for comparison.
    originals text CHECK (originals IN ('none_taken', 'handed_back', 'kept')),
    carrier text,
    tracking_number text,
    CHECK ((recipient_name IS NOT NULL) = (method <> 'online' AND recipient = 'representative')),
    CHECK ((recipient_name IS NULL) = (authorisation IS NULL)),
    CHECK ((signature IS NOT NULL) = (method = 'counter')),
    CHECK ((originals IS NULL) = (method = 'online')),
    CHECK ((carrier IS NOT NULL) = (method = 'post')),
    CHECK ((carrier IS NULL) = (tracking_number IS NULL))
);
