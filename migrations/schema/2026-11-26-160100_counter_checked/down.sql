ALTER TABLE tickets DROP CONSTRAINT tickets_status_check;
ALTER TABLE tickets ADD CONSTRAINT tickets_status_check CHECK (
    status IN ('waiting', 'called', 'served', 'no_show', 'cancelled', 'closed')
) NOT VALID;
