-- What databases of the State said of an applicant, and representations, tell of people, too.
-- squawk-ignore ban-drop-constraint -- the next statement puts a wider one in its place
ALTER TABLE data_accesses DROP CONSTRAINT data_accesses_through_check;
ALTER TABLE data_accesses ADD CONSTRAINT data_accesses_through_check CHECK (through IN (
    'read', 'timeline', 'notes', 'file', 'form', 'draft', 'receipt', 'look_up', 'representation', 'register', 'accesses'
)) NOT VALID;
