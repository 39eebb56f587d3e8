-- The older schema has no word for these ways.
UPDATE data_accesses SET through = 'read' WHERE through IN ('look_up', 'representation');
ALTER TABLE data_accesses DROP CONSTRAINT data_accesses_through_check;
ALTER TABLE data_accesses ADD CONSTRAINT data_accesses_through_check CHECK (through IN (
    'read', 'timeline', 'notes', 'file', 'form', 'draft', 'receipt', 'register', 'accesses'
));
