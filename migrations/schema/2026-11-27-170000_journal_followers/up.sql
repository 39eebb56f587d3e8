-- How far whoever follows the journal has come: the number of the entry that comes next. What it has to do for an entry is done when
-- that is higher, so the journal itself is the outbox.
CREATE TABLE journal_followers (
    name text PRIMARY KEY,
    next_number bigint NOT NULL CHECK (next_number >= 0)
);
