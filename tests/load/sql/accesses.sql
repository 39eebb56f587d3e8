-- Ten million reads of identities over two years, of a million citizens, into a demo database that nothing else uses:
--   caunoi serve --demo --data-dir DIR     in another terminal
--   psql -h DIR/postgres/run -U caunoi caunoi -f tests/load/sql/accesses.sql
-- It ends with what docs/decisions/0023 tells: the size, a page of one citizen, and removing what is too old. What noting a read costs:
--   pgbench -h DIR/postgres/run -U caunoi -n -c 4 -j 2 -T 10 -M prepared -f tests/load/sql/access.sql caunoi
SET synchronous_commit = off;
ALTER TABLE data_accesses DROP CONSTRAINT data_accesses_pkey, DROP CONSTRAINT data_accesses_staff_id_entity_id_hour_key;
DROP INDEX data_accesses_citizen;
ALTER TABLE data_accesses DROP CONSTRAINT data_accesses_staff_id_fkey, DROP CONSTRAINT data_accesses_citizen_id_fkey;
CREATE TEMP TABLE who AS SELECT id, agency_id, row_number() OVER () AS n FROM staff;
INSERT INTO citizens (id, issuer, subject, name, version) SELECT gen_random_uuid(), 'https://many', n::text, 'Một người', 1 FROM generate_series(1, 1000000) n;
CREATE TEMP TABLE whose AS SELECT id, row_number() OVER () AS n FROM citizens;
-- Two years: ten million reads, the id made of its moment.
INSERT INTO data_accesses (id, staff_id, agency_id, citizen_id, entity_kind, entity_id, through, hour, read_at)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(reads.n::text), 1, 3) || '8' || substr(md5(reads.n::text), 4, 15))::uuid,
  w.id, w.agency_id, c.id, 'dossier', md5((reads.n / 3)::text)::uuid, 'read', date_trunc('hour', at), at
FROM (SELECT n, timestamptz '2024-11-27' + n * interval '6.3 seconds' AS at FROM generate_series(1, 10000000) AS n) AS reads
JOIN who AS w ON w.n = 1 + reads.n % 17 JOIN whose AS c ON c.n = 1 + (reads.n / 3) % 1000000;
ALTER TABLE data_accesses ADD PRIMARY KEY (id);
ALTER TABLE data_accesses ADD UNIQUE (staff_id, entity_id, hour);
CREATE INDEX data_accesses_citizen ON data_accesses (citizen_id, id) WHERE citizen_id IS NOT NULL;
ALTER TABLE data_accesses ADD CONSTRAINT data_accesses_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff (id), ADD CONSTRAINT data_accesses_citizen_id_fkey FOREIGN KEY (citizen_id) REFERENCES citizens (id);
ANALYZE data_accesses; ANALYZE citizens; VACUUM data_accesses;

SELECT pg_size_pretty(pg_total_relation_size('data_accesses'));
EXPLAIN (ANALYZE) SELECT * FROM data_accesses
WHERE citizen_id = (SELECT citizen_id FROM data_accesses ORDER BY id DESC LIMIT 1) ORDER BY id DESC LIMIT 51;
BEGIN;
EXPLAIN (ANALYZE) DELETE FROM data_accesses WHERE id = ANY (ARRAY(SELECT id FROM data_accesses ORDER BY id LIMIT 20000));
ROLLBACK;
