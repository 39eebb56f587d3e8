-- A hundred thousand people who wait at one centre.

INSERT INTO tickets (id, version, agency_id, day, field, number, status, issued_at)
SELECT gen_random_uuid(), 1, load.agency(1), (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date,
    (ARRAY['Hộ tịch', 'Cư trú', 'Chứng thực'])[1 + n % 3], lpad(n::text, 7, '0'), 'waiting', now() + n * interval '1 microsecond'
FROM generate_series(1, 100000) AS n
ON CONFLICT DO NOTHING;
