-- The same function in a language that keeps its plan: in SQL it was planned anew for every dossier that is accepted.
CREATE OR REPLACE FUNCTION take_dossier_code(prefix text, agency uuid, on_day date) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    serial_given integer;
BEGIN
    INSERT INTO dossier_serials AS serial (agency_id, day, last) VALUES (agency, on_day, 1)
    ON CONFLICT (agency_id, day) DO UPDATE SET last = serial.last + 1
    RETURNING last INTO serial_given;
    RETURN prefix || lpad(serial_given::text, greatest(4, length(serial_given::text)), '0');
END
$$;
