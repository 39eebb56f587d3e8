-- What the load test adds to a demo database: a procedure without papers, staff at three communes, and functions that
-- make the input of pgbench out of numbers, the only thing it can make itself.

INSERT INTO procedures (id, code, valid_from, valid_to, name, name_en, field, content)
VALUES (
    '018cc251-f400-7000-8000-000000000001', '9.000001', '2024-01-01', '9999-12-31',
    'Thủ tục đo tải', 'Load test procedure', 'Đo tải',
    '{"source": "load test", "mark": "C", "cases": [{
        "code": "standard", "name": "Thông thường", "name_en": "Standard",
        "limit": {"amount": 3, "unit": "working_day"}, "limit_source": "load test", "limit_mark": "C",
        "supplement": "restart", "immediate": true, "components": []}]}'
);

-- The people of the first commune, at the two others, too.
INSERT INTO staff (id, username, name, password_hash, roles, agency_id, agencies, postings)
SELECT
    gen_random_uuid(), staff.username || right(agencies.code, 2), staff.name, staff.password_hash, staff.roles,
    agencies.id, ARRAY[agencies.id],
    (SELECT jsonb_agg(posting || jsonb_build_object('agency_id', agencies.id)) FROM jsonb_array_elements(staff.postings) AS posting)
FROM staff, agencies
WHERE staff.username IN ('tiepnhan', 'lanhdao') AND agencies.code IN ('H26.13.02', 'H26.13.03');

CREATE SCHEMA load;

-- A UUIDv7 of this millisecond and with these 12 and 60 bits of lower digits.
CREATE FUNCTION load.id(millisecond bigint, high bigint, low bigint) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN (
    lpad(to_hex(millisecond), 12, '0') || '7' || lpad(to_hex(high), 3, '0') || '8' || lpad(to_hex(low), 15, '0')
)::uuid;

-- The code of the n-th seeded dossier that has one. Simple, so that it costs nearly nothing beside the query; like the
-- other functions here it is inlined, and must hold nothing that is not immutable, as `||` with a number.
CREATE FUNCTION load.code(n bigint) RETURNS text LANGUAGE sql IMMUTABLE RETURN '000.00.13.H26-240101-' || (1000000 + n)::text;

-- 32 bytes that look random.
CREATE FUNCTION load.hash(n bigint) RETURNS bytea LANGUAGE sql IMMUTABLE RETURN sha256(int8send(n));

-- Of the commune with this number, 1 to 3: its id, its reception officer and its leader.
DO $$
DECLARE
    ids uuid [] := (SELECT array_agg(id ORDER BY code) FROM agencies WHERE code LIKE 'H26.13.%');
    receptions uuid [] := (SELECT array_agg(id ORDER BY agency_id) FROM staff WHERE username LIKE 'tiepnhan%');
    leaders uuid [] := (SELECT array_agg(id ORDER BY agency_id) FROM staff WHERE username LIKE 'lanhdao%');
    body text := $f$CREATE FUNCTION load.%I(commune bigint) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN
        CASE commune WHEN 1 THEN %L::uuid WHEN 2 THEN %L::uuid ELSE %L::uuid END$f$;
BEGIN
    EXECUTE format(body, 'agency', ids[1], ids[2], ids[3]);
    EXECUTE format(body, 'reception', receptions[1], receptions[2], receptions[3]);
    EXECUTE format(body, 'leader', leaders[1], leaders[2], leaders[3]);
END $$;
