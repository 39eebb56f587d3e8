-- Cases :from to :to of :size, as the server would have left them since 250 days before :now, with everything that hangs on them.
-- About a tenth is open, a seventh of that overdue. The same numbers give the same rows. Journal entries go to the tail; the server's
-- leader numbers them.
SET session_replication_role = replica; -- no foreign keys are checked: the rows are right by themselves
SET synchronous_commit = off;
BEGIN;

CREATE TEMPORARY TABLE seeded ON COMMIT DROP AS
WITH numbered AS (
    SELECT n, load.pick(n, 1, 100) AS chance, load.pick(n, 2, 100) AS further, load.pick(n, 3, 100) AS share,
        250.0 * (:size - n) / :size AS age,
        -- A tenth goes to the three communes whose people sign in, the rest evenly to all.
        CASE n % 10 WHEN 0 THEN load.agency(n / 10 % 3 + 1) END AS commune, n % of_all AS place
    FROM generate_series(:from::bigint, :to::bigint) AS n, (SELECT max(of_all) AS of_all FROM load.places) AS places
), placed AS (
    SELECT numbered.*, kinds.*, places.id AS agency, places.code AS agency_code, :'now'::timestamptz - age * interval '1 day' AS at,
        coalesce(accept, 0) + resolve AS days
    FROM numbered
    JOIN load.kinds ON share >= from_share AND share < to_share
    JOIN load.places ON places.id = commune OR (commune IS NULL AND places.nth = place)
), stood AS (
    SELECT *,
        -- Older drafts have been erased.
        CASE WHEN further = 0 AND age < 80 THEN 'draft'
            WHEN chance < CASE WHEN age < 0.6 * days THEN 97 WHEN age < days THEN 85 WHEN age < days + 30 THEN 6 ELSE 1 END THEN
                CASE
                    WHEN further < 20 AND age < coalesce(accept, resolve) + 5 THEN 'submitted'
                    WHEN further < 24 THEN 'supplement_requested'
                    WHEN kind = 'data_subject_request' THEN CASE WHEN further < 90 THEN 'accepted' ELSE 'answered' END
                    WHEN further < 36 AND kind NOT IN ('petition', 'supervision_recommendation') THEN 'accepted'
                    WHEN further < 75 THEN 'verifying'
                    WHEN further < 90 THEN 'verified'
                    WHEN kind <> 'complaint' THEN 'answered'
                    WHEN further < 93 THEN 'suspended'
                    WHEN further < 98 THEN 'decided'
                    ELSE 'effective'
                END
            WHEN further < 4 THEN 'withdrawn'
            WHEN further < 10 AND kind IN ('complaint', 'regulation_feedback', 'accountability_request', 'information_request') THEN 'refused'
            WHEN further < 16 AND kind <> 'data_subject_request' THEN 'guided'
            WHEN further < 22 AND kind IN ('complaint', 'petition') THEN 'filed'
            ELSE 'closed'
        END AS status
    FROM placed
), timed AS (
    SELECT *, status IN ('submitted', 'supplement_requested', 'accepted', 'verifying', 'verified', 'suspended', 'decided', 'effective', 'answered') AS open,
        status IN ('accepted', 'verifying', 'verified', 'suspended', 'decided', 'effective', 'answered', 'closed') AS taken,
        status IN ('verifying', 'verified', 'suspended', 'decided', 'effective', 'answered', 'closed') AND kind <> 'data_subject_request' AS verified,
        status IN ('decided', 'effective', 'answered', 'closed') AS finished,
        at + least(age, coalesce(accept, 0) * 0.8) * interval '1 day' AS accepted_at,
        at + least(age, days * 0.7) * interval '1 day' AS finished_at
    FROM stood
), due AS (
    SELECT *,
        date_trunc('day', at + accept * interval '1 day') + interval '17 hours' AS accept_due_at,
        date_trunc('day', accepted_at + resolve * interval '1 day') + interval '17 hours' AS resolve_due_at,
        date_trunc('day', finished_at + interval '5 days') + interval '17 hours' AS serve_due_at,
        CASE WHEN status IN ('supplement_requested', 'suspended') THEN at + least(age, 2) * interval '1 day' END AS stood_at,
        CASE WHEN NOT open THEN finished_at END AS over_at
    FROM timed
), owing AS (
    SELECT *,
        CASE WHEN stood_at IS NOT NULL THEN NULL
            WHEN status = 'submitted' THEN CASE WHEN accept IS NULL THEN 'resolve' ELSE 'accept' END
            WHEN status IN ('accepted', 'verifying', 'verified') THEN 'resolve'
            WHEN status = 'decided' THEN 'serve'
        END AS owed,
        string_to_array(concat_ws(' ',
            'created', CASE WHEN status <> 'draft' THEN 'submitted' END, CASE WHEN taken AND accept IS NOT NULL THEN 'accepted' END,
            CASE WHEN verified THEN 'assigned' END, CASE WHEN verified AND status NOT IN ('verifying', 'suspended') THEN 'reported' END,
            CASE WHEN finished THEN CASE kind WHEN 'complaint' THEN 'decided' ELSE 'answered' END END,
            CASE WHEN status IN ('supplement_requested', 'suspended', 'withdrawn', 'refused', 'guided', 'filed', 'closed') THEN status END
        ), ' ') AS way
    FROM due
), owed AS (
    SELECT *, CASE owed WHEN 'accept' THEN accept_due_at WHEN 'resolve' THEN resolve_due_at WHEN 'serve' THEN serve_due_at END AS due_at
    FROM owing
)
SELECT owed.*, coalesce(due_at < :'now'::timestamptz, false) AS overdue, officers.id AS officer,
    load.id((extract(epoch FROM at) * 1000)::bigint, n % 4096, n) AS id,
    CASE WHEN load.pick(n, 4, 100) < 60 THEN load.id(1704067200000, 1, n % (:size / 5)) END AS citizen,
    -- What ran out was told, and shown all the way up.
    way || CASE WHEN due_at < :'now'::timestamptz THEN ARRAY['deadline_passed', 'escalated', 'escalated', 'escalated'] ELSE '{}' END AS events
FROM owed JOIN load.officers ON officers.agency_id = agency AND officers.nth = load.pick(n, 5, 8);

INSERT INTO citizens (id, issuer, subject, name, identity_number)
SELECT load.id(1704067200000, 1, n % (:size / 5)), 'load test', n % (:size / 5), 'Công dân ' || n, lpad((n % (:size / 5))::text, 12, '0')
FROM seeded WHERE n <= :size / 5;

INSERT INTO cases (
    id, version, kind, declared_kind, level, status, open, channel, receiving_agency_id, handling_agency_id, sender_id, created_by,
    content_hash, people, words, facts, barred, code, basis, clocks, next_due_at, assigned_to, state_before, escalation, marks, outcome,
    submitted_at, accepted_at, finished_at, closed_at, created_at
)
SELECT id, cardinality(events), kind, kind, 1, status, open,
    CASE WHEN citizen IS NOT NULL THEN 'online' WHEN n % 3 = 0 THEN 'post' ELSE 'counter' END, agency, agency, citizen, coalesce(citizen, officer),
    load.hash(n),
    jsonb_build_array(jsonb_build_object(
        'part', 'sender', 'name', 'Nguyễn Thị Bình ' || n, 'identity_number', lpad(n::text, 12, '0'), 'phone', '+849' || lpad(n::text, 8, '0'),
        'address', 'Số ' || n % 300 || ' phố Hàng Bài, phường Hoàn Kiếm, Hà Nội'
    )),
    jsonb_build_object(
        'subject', 'Về việc thu hồi thửa đất số ' || n % 999,
        'contents', jsonb_build_array(
            jsonb_build_object('text', 'Quyết định số ' || n || '/QĐ-UBND không nêu căn cứ pháp lý và chưa được giải thích khi tôi hỏi.'),
            jsonb_build_object('text', 'Diện tích thu hồi tính thừa ' || 1 + n % 40 || ' m² so với bản đồ địa chính đã được phê duyệt.')
        ),
        'request', 'Đề nghị xem xét, đo đạc lại và trả lời bằng văn bản.'
    ),
    facts, '{}',
    CASE WHEN status <> 'draft' THEN prefix || '-' || agency_code || to_char(at, '-YY-') || lpad(n::text, 7, '0') END,
    CASE WHEN status <> 'draft' THEN jsonb_build_object('on', (at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, 'remote_area', false) END,
    CASE WHEN status = 'draft' THEN '{}'::jsonb ELSE
        CASE WHEN accept IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('accept', load.clock(
            at, accept, accept_due_at, CASE WHEN taken THEN accepted_at ELSE over_at END, CASE WHEN NOT taken THEN stood_at END
        )) END
        || CASE WHEN accept IS NOT NULL AND NOT taken THEN '{}'::jsonb ELSE jsonb_build_object('resolve', load.clock(
            accepted_at, resolve, resolve_due_at, CASE WHEN finished THEN finished_at ELSE over_at END, stood_at
        )) END
        || CASE WHEN finished AND kind = 'complaint' THEN jsonb_build_object('serve', load.clock(
            finished_at, 5, serve_due_at, CASE WHEN status <> 'decided' THEN finished_at + interval '1 day' END, NULL
        )) ELSE '{}'::jsonb END
    END,
    coalesce(due_at, '9999-01-01 00:00:00Z'), CASE WHEN verified THEN officer END, CASE status WHEN 'suspended' THEN 'verifying' END,
    CASE WHEN overdue THEN 3 ELSE 0 END,
    CASE WHEN taken OR over_at IS NOT NULL THEN jsonb_build_object('processed_at', accepted_at, 'field', 'land') ELSE '{}'::jsonb END,
    CASE WHEN finished THEN CASE kind WHEN 'complaint' THEN 'partly_right' ELSE 'granted' END END,
    CASE WHEN status <> 'draft' THEN at END, CASE WHEN taken THEN accepted_at END, CASE WHEN finished THEN finished_at END, over_at, at
FROM seeded ORDER BY n;

INSERT INTO case_serials (agency_id, year, last)
SELECT DISTINCT agency, extract(year FROM at)::integer, :size FROM seeded ON CONFLICT DO NOTHING;

INSERT INTO case_answers (case_id, version, outcome, number, words, given_at, given_by)
SELECT id, array_position(events, CASE kind WHEN 'complaint' THEN 'decided' ELSE 'answered' END),
    CASE kind WHEN 'complaint' THEN 'partly_right' ELSE 'granted' END, n || '/QĐ-UBND',
    'Quyết định thu hồi đúng thẩm quyền nhưng tính thiếu diện tích; giữ nguyên phần còn lại, bồi thường bổ sung phần thiếu.', finished_at, officer
FROM seeded WHERE finished ORDER BY n;

INSERT INTO case_remarks (case_id, version, words)
SELECT id, array_position(events, 'reported'), 'Đã làm việc với người gửi và kiểm tra hồ sơ; nội dung phản ánh là đúng.'
FROM seeded WHERE 'reported' = ANY (events) ORDER BY n;

INSERT INTO case_files (id, case_id, purpose, file_name, media_type, size, sha256, declared_at, declared_by, stored_at)
SELECT load.id((extract(epoch FROM at) * 1000)::bigint, 2048, n), id, 'evidence', 'quyet-dinh.pdf', 'application/pdf', 81920 + n % 4096, load.hash(n), at,
    coalesce(citizen, officer), at
FROM seeded WHERE n % 2 = 0 ORDER BY n;

INSERT INTO journal (
    entity_kind, entity_id, entity_version, agency_id, actor_kind, actor_id, event_kind, event_version, event, occurred_at, recorded_at,
    seen_before, seen_after
)
SELECT 'case', id, v, agency, 'staff', officer, 'case.' || what, 1,
    jsonb_build_object(what, CASE what
        WHEN 'created' THEN jsonb_build_object('case_kind', kind, 'channel', CASE WHEN citizen IS NULL THEN 'counter' ELSE 'online' END)
        WHEN 'submitted' THEN jsonb_build_object('received_on', (at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
        WHEN 'assigned' THEN jsonb_build_object('to', officer)
        WHEN 'decided' THEN '{"outcome": "partly_right", "in_time": true}'
        WHEN 'answered' THEN '{"outcome": "granted", "in_time": true}'
        WHEN 'refused' THEN '{"ground": "out_of_time"}'
        WHEN 'filed' THEN '{"ground": "not_eligible"}'
        WHEN 'suspended' THEN '{"ground": "obstacle"}'
        WHEN 'deadline_passed' THEN jsonb_build_object('stage', owed, 'statutory_due_at', due_at)
        WHEN 'escalated' THEN jsonb_build_object('stage', owed, 'rung', 'head', 'to', agency)
        ELSE '{}'
    END)::text,
    at + (finished_at - at) * (v - 1) / cardinality(events), at + (finished_at - at) * (v - 1) / cardinality(events),
    CASE v WHEN 1 THEN '{}'::uuid [] ELSE array_remove(ARRAY[agency, citizen], NULL) END, array_remove(ARRAY[agency, citizen], NULL)
FROM seeded, unnest(events) WITH ORDINALITY AS entry (what, v)
ORDER BY n, v;

INSERT INTO timers (entity_id, kind, entity_kind, fire_at)
SELECT id, kind, 'case', due_at FROM (SELECT id, unnest(ARRAY[owed, 'escalation']) AS kind, due_at FROM seeded WHERE due_at > :'now'::timestamptz + interval '1 day') AS owed;

COMMIT;
