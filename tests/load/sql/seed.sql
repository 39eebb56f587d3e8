-- Dossiers :from to :to of :size, as the server would have left them since 500 days before :now, with everything that
-- hangs on them. The same numbers give the same rows. Journal entries go to the tail; the server's leader numbers them.
SET session_replication_role = replica; -- no foreign keys are checked: the rows are right by themselves
SET synchronous_commit = off;
BEGIN;

-- Of 100 dossiers 97 have a code; 2 were refused at intake and 1 is new.
CREATE TEMPORARY TABLE seeded ON COMMIT DROP AS
WITH numbered AS (
    SELECT n, :size * 97 / 100 AS coded, :size - :size * 97 / 100 AS rest, n % 3 + 1 AS commune
    FROM generate_series(:from::bigint, :to::bigint) AS n
), dated AS (
    SELECT *, n <= coded AS has_code,
        CASE WHEN n <= coded THEN 500.0 * (coded - n) / coded
            WHEN (n - coded) * 3 <= rest * 2 THEN 500.0 * (rest - (n - coded)) / rest
            ELSE 2.0 * (:size - n) / rest
        END AS age
    FROM numbered
), placed AS (
    SELECT *, :'now'::timestamptz - age * interval '1 day' AS at,
        CASE
            WHEN NOT has_code AND (n - coded) * 3 <= rest * 2 THEN 'rejected'
            WHEN NOT has_code THEN CASE n % 2 WHEN 0 THEN 'draft' ELSE 'submitted' END
            WHEN n % 101 = 0 THEN 'withdrawn'
            WHEN age < 1.5 THEN 'accepted'
            WHEN age < 8.5 THEN CASE n % 7 WHEN 0 THEN 'supplement_requested' ELSE 'processing' END
            WHEN age < 10.5 THEN 'result_ready'
            ELSE 'returned'
        END AS status
    FROM dated
)
SELECT n, status, at, has_code,
    load.id((extract(epoch FROM at) * 1000)::bigint, n % 4096, n) AS id,
    load.agency(commune) AS agency,
    load.reception(commune) AS reception,
    status IN ('submitted', 'accepted', 'processing', 'supplement_requested', 'result_ready') AS open,
    CASE WHEN n % 5 < 3 THEN load.id(1704067200000, 1, n % (:size / 5)) END AS citizen,
    CASE WHEN has_code THEN date_trunc('day', at) + (4 + n % 9) * interval '1 day' + interval '10 hours' END AS due_at,
    CASE status WHEN 'draft' THEN 1 WHEN 'accepted' THEN 2 WHEN 'rejected' THEN 2 WHEN 'submitted' THEN 2
        WHEN 'processing' THEN 3 WHEN 'withdrawn' THEN 3 WHEN 'returned' THEN 5 ELSE 4
    END AS version
FROM placed;

INSERT INTO citizens (id, issuer, subject, name, identity_number)
SELECT load.id(1704067200000, 1, n % (:size / 5)), 'load test', n % (:size / 5), 'Công dân ' || n, lpad((n % (:size / 5))::text, 12, '0')
FROM seeded WHERE n <= :size / 5;

INSERT INTO dossiers (
    id, version, status, open, procedure_id, case_code, channel, receiving_agency_id, competent_agency_id, applicant_id,
    created_by, content_hash, applicant, form, code, clock, clock_stands, original_due_at, statutory_due_at, due_at, next_due_at,
    submitted_at, accepted_at, finished_at, closed_at, outcome, result_number, created_at
)
SELECT seeded.id, seeded.version, status, open, procedure.id, procedure.content -> 'cases' -> 0 ->> 'code',
    CASE WHEN citizen IS NULL THEN 'counter' ELSE 'online' END, agency, agency, citizen,
    coalesce(citizen, reception), load.hash(n),
    jsonb_build_object(
        'name', 'Nguyễn Thị Bình ' || n, 'identity_number', lpad(n::text, 12, '0'), 'phone', '+849' || lpad(n::text, 8, '0'),
        'email', 'binh' || n || '@example.vn', 'address', 'Số ' || n % 300 || ' phố Hàng Bài, phường Hoàn Kiếm, Hà Nội'
    ),
    jsonb_build_object('floors', n % 5 + 1, 'area_m2', 40 + n % 90, 'parcel', 'tờ 14 thửa ' || n % 999, 'purpose', 'nhà ở riêng lẻ'),
    CASE WHEN has_code THEN load.code(n) END,
    CASE WHEN has_code THEN jsonb_build_object(
        'starts_at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'limit', procedure.content -> 'cases' -> 0 -> 'limit',
        'calendar_version', calendar.version, 'events', '[]'::jsonb
    ) END,
    status IN ('supplement_requested', 'withdrawn'), due_at, due_at, due_at, coalesce(due_at, at + CASE status WHEN 'submitted' THEN interval '3 days' ELSE interval '0' END),
    CASE WHEN citizen IS NOT NULL AND status <> 'draft' THEN at END,
    CASE WHEN has_code THEN at END,
    CASE WHEN status IN ('result_ready', 'returned') THEN at + interval '3 days' END,
    CASE WHEN status IN ('returned', 'rejected', 'withdrawn') THEN at + interval '4 days' END,
    CASE WHEN status IN ('result_ready', 'returned') THEN 'granted' END,
    CASE WHEN status IN ('result_ready', 'returned') THEN n || '/QĐ-UBND' END,
    at
FROM seeded
JOIN (SELECT row_number() OVER (ORDER BY code) - 1 AS nth, count(*) OVER () AS of_all, * FROM procedures) AS procedure
    ON procedure.nth = n % procedure.of_all
CROSS JOIN (SELECT max(version) AS version FROM calendars) AS calendar
ORDER BY n;

INSERT INTO attachments (id, dossier_id, component, file_name, media_type, size, sha256, declared_at, stored_at)
SELECT load.id((extract(epoch FROM at) * 1000)::bigint, 2048 + k, n), id, component, component || '.pdf', 'application/pdf', 81920 + n % 4096,
    load.hash(n * 2 + k), at, CASE WHEN status <> 'draft' THEN at END
FROM seeded, unnest(ARRAY['application', 'identity_paper']) WITH ORDINALITY AS paper (component, k)
ORDER BY n, k;

INSERT INTO journal (
    entity_kind, entity_id, entity_version, agency_id, actor_kind, actor_id, event_kind, event_version, event, occurred_at, recorded_at,
    seen_before, seen_after
)
SELECT 'dossier', id, v, agency, 'staff', reception, 'dossier.' || what, 1, json, at + (v - 1) * interval '1 day', at + (v - 1) * interval '1 day',
    CASE v WHEN 1 THEN '{}'::uuid [] ELSE array_remove(ARRAY[agency, citizen], NULL) END, array_remove(ARRAY[agency, citizen], NULL)
FROM seeded, unnest(
    ARRAY['created', CASE WHEN has_code THEN 'accepted' ELSE status END, CASE status WHEN 'withdrawn' THEN status ELSE 'processing_started' END,
        CASE status WHEN 'supplement_requested' THEN status ELSE 'result_issued' END, 'result_returned'],
    ARRAY['{"created":{"procedure":"9.000001","case":"standard","channel":"counter"}}',
        '{"accepted":{"due_at":"2026-11-26T17:00:00Z","calendar_version":"vn-2026-11"}}', '"processing_started"',
        '{"result_issued":{"outcome":"granted","ground":null,"in_time":true}}', '"result_returned"']
) WITH ORDINALITY AS entry (what, json, v)
WHERE v <= version
ORDER BY n, v;

INSERT INTO timers (entity_id, kind, entity_kind, fire_at)
SELECT id, CASE status WHEN 'submitted' THEN 'answer' ELSE 'deadline' END, 'dossier', coalesce(due_at, at + interval '3 days')
FROM seeded
WHERE status IN ('submitted', 'accepted', 'processing') AND coalesce(due_at, at + interval '3 days') > :'now'::timestamptz + interval '1 day';

-- Answers are kept for 48 hours.
INSERT INTO idempotency (key, fingerprint, answer, kept_until, alone)
SELECT sha256(int8send(n) || int4send(v::int)), load.hash(n), decode(repeat(md5(n::text), 60), 'hex'), at + interval '48 hours', true
FROM seeded, generate_series(1, version) AS v
WHERE at > :'now'::timestamptz - interval '47 hours';

COMMIT;
