-- One read of an identity, noted: see accesses.sql.
\set n random(1, 100000000)
\set s random(1, 17)
INSERT INTO data_accesses (id, staff_id, agency_id, entity_kind, through, hour, read_at, entity_id, citizen_id)
SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 4, 15))::uuid, staff.id, staff.agency_id, 'dossier', 'read', date_trunc('hour', now()), now(), md5(:n::text)::uuid, c.id
FROM (SELECT id, agency_id FROM staff OFFSET :s - 1 LIMIT 1) AS staff, (SELECT id FROM citizens WHERE id > md5(:n::text)::uuid ORDER BY id LIMIT 1) AS c ON CONFLICT (staff_id, entity_id, hour) DO NOTHING;
