CREATE OR REPLACE FUNCTION take_dossier_code(prefix text, agency uuid, on_day date) RETURNS text LANGUAGE sql AS $$
    INSERT INTO dossier_serials AS serial (agency_id, day, last) VALUES (agency, on_day, 1)
    ON CONFLICT (agency_id, day) DO UPDATE SET last = serial.last + 1
    RETURNING prefix || lpad(last::text, greatest(4, length(last::text)), '0')
$$;
