-- The queue of a centre: tickets by field, called to counters (NĐ 61/2018 Art. 13(2)(b): an automatic queue-number
-- machine linked to the one-stop system). A ticket knows nobody.
CREATE TABLE tickets (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    agency_id uuid NOT NULL REFERENCES agencies (id),
    day date NOT NULL,
    field text NOT NULL,
    number text NOT NULL,
    status text NOT NULL CHECK (status IN ('waiting', 'called', 'served', 'no_show', 'cancelled')),
    counter smallint CHECK (counter > 0),
    -- How often it was called.
    calls smallint NOT NULL DEFAULT 0,
    issued_at timestamptz NOT NULL,
    called_at timestamptz,
    closed_at timestamptz,
    UNIQUE (agency_id, day, number),
    CHECK ((calls = 0) = (called_at IS NULL)),
    CHECK ((calls = 0) = (counter IS NULL))
);
CREATE INDEX tickets_waiting ON tickets (agency_id, day, length(number), number) WHERE status = 'waiting';
CREATE INDEX tickets_called ON tickets (agency_id, day, called_at DESC) WHERE called_at IS NOT NULL;

-- The last number given per centre and day.
CREATE TABLE ticket_serials (
    agency_id uuid NOT NULL REFERENCES agencies (id),
    day date NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (agency_id, day)
);

-- The next number of a centre on a day, of three digits or more. Called in the statement that gives the ticket out, so that
-- the counter is held only until that one commits.
CREATE FUNCTION take_ticket_number(agency uuid, on_day date) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    serial_given integer;
BEGIN
    INSERT INTO ticket_serials AS serial (agency_id, day, last) VALUES (agency, on_day, 1)
    ON CONFLICT (agency_id, day) DO UPDATE SET last = serial.last + 1
    RETURNING last INTO serial_given;
    RETURN lpad(serial_given::text, greatest(3, length(serial_given::text)), '0');
END
$$;
