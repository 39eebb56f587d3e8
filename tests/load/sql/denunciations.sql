-- One denunciation for fifty cases of :size, as the server would have left them since 250 days before :now; a tenth at the inspectorate of the city. Who
-- denounces is known of none of them: the keys of the vault are the server's, which is sent those that are opened.
SET session_replication_role = replica; -- no foreign keys are checked: the rows are right by themselves
SET synchronous_commit = off;
BEGIN;

CREATE TEMPORARY TABLE seeded ON COMMIT DROP AS
WITH numbered AS (
    SELECT n, load.pick(n, 1, 100) AS chance, load.pick(n, 2, 100) AS further, 250.0 * (:size / 50 - n) / (:size / 50) AS age, n % 5 = 0 AS lead
    FROM generate_series(1, :size / 50) AS n
), placed AS (
    SELECT numbered.*, places.id AS agency, places.code AS agency_code, :'now'::timestamptz - age * interval '1 day' AS at
    FROM numbered JOIN load.places ON CASE n % 10 WHEN 0 THEN places.code = 'H26.5' ELSE places.nth = n % places.of_all END
), stood AS (
    SELECT *,
        CASE
            WHEN chance < CASE WHEN age < 20 THEN 97 WHEN age < 36 THEN 85 WHEN age < 60 THEN 6 ELSE 1 END THEN
                CASE WHEN age < 8 THEN 'received' WHEN lead OR further < 70 THEN 'verifying' WHEN further < 90 THEN 'verified' ELSE 'accepted' END
            WHEN further < 15 THEN 'refused'
            WHEN further < 25 THEN 'forwarded'
            WHEN lead AND further < 70 THEN 'filed'
            ELSE 'closed'
        END AS status
    FROM placed
), owed AS (
    SELECT *, status IN ('received', 'accepted', 'verifying', 'verified') AS open, at + interval '7 days' AS accepted_at, at + interval '30 days' AS finished_at,
        CASE WHEN status = 'received' THEN date_trunc('day', at + interval '9 days') + interval '17 hours'
            WHEN status IN ('accepted', 'verifying', 'verified') AND NOT lead THEN date_trunc('day', at + interval '37 days') + interval '17 hours'
        END AS due_at
    FROM stood
)
SELECT owed.*, officers.id AS officer, load.id((extract(epoch FROM at) * 1000)::bigint, n % 4096, n) AS id, due_at < :'now'::timestamptz AS overdue,
    string_to_array(concat_ws(' ', 'received',
        CASE WHEN status IN ('refused', 'forwarded', 'filed') THEN status WHEN status <> 'received' AND lead THEN 'lead_taken' WHEN status <> 'received' THEN 'accepted' END,
        CASE WHEN status IN ('verifying', 'verified', 'closed') THEN 'assigned' END, CASE WHEN status IN ('verified', 'closed') THEN 'reported' END,
        CASE status WHEN 'closed' THEN 'concluded conclusion_sent handled published closed' END,
        CASE WHEN due_at < :'now'::timestamptz THEN 'deadline_passed' END
    ), ' ') AS events
FROM owed JOIN load.officers ON officers.agency_id = agency AND officers.nth = load.pick(n, 3, 8);

INSERT INTO denunciations.denunciations (
    id, version, kind, status, open, channel, receiving_agency_id, handling_agency_id, assigned_to, receipt_hash, words, accused, barred, code,
    received_on, clocks, next_due_at, marks, outcome, received_at, accepted_at, finished_at, closed_at, escalation
)
SELECT id, cardinality(events), CASE WHEN lead THEN 'lead' ELSE 'denunciation' END, status, open, CASE n % 3 WHEN 0 THEN 'post' ELSE 'online' END,
    agency, agency, CASE WHEN 'assigned' = ANY (events) THEN officer END, load.hash(n),
    jsonb_build_object(
        'subject', 'Tố cáo nhận tiền khi cấp phép',
        'contents', jsonb_build_array('Ngày 03/8/2026, một cán bộ yêu cầu đưa ' || n || ' đồng để được cấp phép sớm, và hẹn trả lời sau.')
    ),
    jsonb_build_array(jsonb_build_object('name', 'Ông Nguyễn Văn A', 'office', 'Cán bộ quầy số ' || n % 9)), '{}',
    'TC-' || agency_code || to_char(at, '-YY-') || lpad(n::text, 7, '0'), (at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date,
    jsonb_build_object('check', load.clock(at, 9, date_trunc('day', at + interval '9 days') + interval '17 hours', CASE WHEN status <> 'received' THEN accepted_at END, NULL))
    || CASE WHEN lead OR 'accepted' <> ALL (events) THEN '{}'::jsonb ELSE jsonb_build_object('resolve', load.clock(
        accepted_at, 30, date_trunc('day', accepted_at + interval '30 days') + interval '17 hours', CASE WHEN NOT open THEN finished_at END, NULL
    )) END,
    coalesce(due_at, '9999-01-01 00:00:00Z'), '{}', CASE status WHEN 'closed' THEN 'partly_true' END, at,
    CASE WHEN 'accepted' = ANY (events) THEN accepted_at END, CASE status WHEN 'closed' THEN finished_at END, CASE WHEN NOT open THEN finished_at END,
    CASE WHEN overdue THEN 2 ELSE 0 END
FROM seeded ORDER BY n;

INSERT INTO denunciations.serials (agency_id, year, last)
SELECT DISTINCT agency, extract(year FROM at)::integer, :size FROM seeded ON CONFLICT DO NOTHING;

INSERT INTO journal (
    entity_kind, entity_id, entity_version, agency_id, actor_kind, actor_id, event_kind, event_version, event, occurred_at, recorded_at,
    seen_before, seen_after
)
SELECT 'denunciation', id, v, agency, 'staff', officer, 'denunciation.' || what, 1,
    jsonb_build_object(what, CASE what
        WHEN 'received' THEN jsonb_build_object('signed', CASE WHEN lead THEN 'lead' ELSE 'denunciation' END, 'channel', 'online')
        WHEN 'refused' THEN '{"ground": "no_grounds"}'
        WHEN 'filed' THEN '{"ground": "not_specific"}'
        WHEN 'assigned' THEN jsonb_build_object('to', officer)
        WHEN 'concluded' THEN '{"outcome": "partly_true", "in_time": true}'
        WHEN 'deadline_passed' THEN jsonb_build_object('stage', CASE status WHEN 'received' THEN 'check' ELSE 'resolve' END, 'statutory_due_at', due_at)
        ELSE '{}'
    END)::text,
    at + (v - 1) * interval '1 hour', at + (v - 1) * interval '1 hour', CASE v WHEN 1 THEN '{}'::uuid [] ELSE ARRAY[agency] END, ARRAY[agency]
FROM seeded, unnest(events) WITH ORDINALITY AS entry (what, v)
ORDER BY n, v;

INSERT INTO timers (entity_id, kind, entity_kind, fire_at)
SELECT id, unnest(ARRAY[CASE status WHEN 'received' THEN 'check' ELSE 'resolve' END, 'escalation']), 'denunciation', due_at
FROM seeded WHERE due_at > :'now'::timestamptz + interval '1 day';

COMMIT;
