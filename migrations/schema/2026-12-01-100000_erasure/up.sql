-- squawk-ignore-file require-concurrent-index-creation -- whoever declares a file meanwhile can wait for it
-- What is past its time loses what tells of whom it was: found by kind and by when it ended.
CREATE INDEX cases_retention ON cases (kind, closed_at, id) WHERE closed_at IS NOT NULL AND NOT marks ? 'erased_at';

-- Contents of files whose rows were erased: each leaves the store once no other row has the same content.
CREATE TABLE leaving_files (
    sha256 bytea PRIMARY KEY,
    asked_at timestamptz NOT NULL,
    -- It is being removed: whoever wants to bring the same content waits for that.
    going_at timestamptz
);
CREATE INDEX case_files_content ON case_files (sha256);
CREATE INDEX attachments_content ON attachments (sha256);
CREATE INDEX assessment_files_content ON assessment_files (sha256);
