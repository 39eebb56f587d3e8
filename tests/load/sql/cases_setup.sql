-- What the load test of cases adds to that: eight officers at every agency, who verify, and a way to spread rows.

INSERT INTO staff (id, username, name, password_hash, roles, agency_id, agencies, postings)
SELECT
    gen_random_uuid(), 'canbo-' || lower(agencies.code) || '-' || k, 'Cán bộ ' || k, model.password_hash, model.roles,
    agencies.id, ARRAY[agencies.id],
    (SELECT jsonb_agg(posting || jsonb_build_object('agency_id', agencies.id)) FROM jsonb_array_elements(model.postings) AS posting)
FROM agencies, generate_series(0, 7) AS k, staff AS model
WHERE model.username = 'chuyenvien';

-- One of so many choices, the same for the same number; `what` is chosen without regard to what else is.
CREATE FUNCTION load.pick(n bigint, what bigint, choices bigint) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN
(hashint8extended(n, what) & 9223372036854775807) % choices;

CREATE TABLE load.places AS
SELECT row_number() OVER (ORDER BY code) - 1 AS nth, count(*) OVER () AS of_all, id, code FROM agencies;
CREATE TABLE load.officers AS
SELECT agency_id, right(username, 1)::bigint AS nth, id FROM staff WHERE username LIKE 'canbo-%';

-- Limits in days, as `migrations/seed/clocks.csv` has them: until it is taken up, where that is owed; from then until it is answered.
-- Of a hundred cases, so many come before this kind.
CREATE TABLE load.kinds (kind text, prefix text, accept integer, resolve integer, from_share integer, to_share integer, facts jsonb);
INSERT INTO load.kinds VALUES
('complaint', 'KN', 10, 30, 0, 22, '{"kind": "complaint", "about": "decision", "respondent": "Ủy ban nhân dân phường", "document_number": "45/QĐ-UBND", "known_on": "2026-01-15"}'),
('petition', 'DN', NULL, 14, 22, 62, '{"kind": "petition"}'),
('regulation_feedback', 'PAKN', 7, 21, 62, 74, '{"kind": "regulation_feedback", "about": "procedure", "reference": "1.013225"}'),
('conduct_report', 'PACB', NULL, 21, 74, 82, '{"kind": "conduct_report", "about": "attitude"}'),
('accountability_request', 'GT', 7, 15, 82, 85, '{"kind": "accountability_request", "decision": "Quyết định 45/QĐ-UBND", "affected": "Thu hồi một phần thửa đất của tôi."}'),
('information_request', 'CCTT', NULL, 7, 85, 93, '{"kind": "information_request", "shape": "electronic", "published_is_wrong": false}'),
('supervision_recommendation', 'KNGS', NULL, 21, 93, 94, '{"kind": "supervision_recommendation", "document_number": "12/KN-MTTQ", "document_date": "2026-01-15"}'),
('data_subject_request', 'DLCN', 2, 20, 94, 100, '{"kind": "data_subject_request", "right": "access", "via_processor": false}');

-- One stage of a case as the server keeps it.
CREATE FUNCTION load.clock(starts_at timestamptz, days integer, due_at timestamptz, ended_at timestamptz, stood_at timestamptz)
RETURNS jsonb LANGUAGE sql STABLE RETURN jsonb_strip_nulls(jsonb_build_object(
    'clock', jsonb_build_object(
        'starts_at', starts_at, 'limit', jsonb_build_object('amount', days, 'unit', 'calendar_day'),
        'calendar_version', (SELECT max(version) FROM calendars),
        'events', CASE WHEN stood_at IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(jsonb_build_object('kind', 'pause', 'at', stood_at)) END
    ),
    'stands', stood_at IS NOT NULL, 'original_due_at', due_at, 'statutory_due_at', due_at, 'due_at', due_at, 'ended_at', ended_at,
    'source', 'Luật Khiếu nại 02/2011/QH13 Art. 28', 'mark', 'C'
));
