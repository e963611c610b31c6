-- Two students' fortnights, as an earlier release left them.
INSERT INTO users (id, external_id, time_zone)
SELECT md5('user' || n)::uuid, 'user_' || n, 'America/New_York' FROM generate_series(1, 2) n;
INSERT INTO tasks (user_id, id, title, type, due_ts, priority_score, effort_minutes)
SELECT md5('user' || (1 + n % 2))::uuid, md5('task' || n)::uuid, 'Exam ' || n, 'EXAM',
       '2026-03-06 12:00Z'::timestamptz + n * interval '1 day', 70 + n, 60 * n
  FROM generate_series(1, 20) n;
INSERT INTO calendar_events (user_id, id, title, start_ts, end_ts, type, is_movable, protected, task_id, metadata)
SELECT t.user_id, md5('event' || n)::uuid, 'Event ' || n, '2026-03-01Z'::timestamptz + n * interval '67 minutes',
       '2026-03-01Z'::timestamptz + n * interval '67 minutes' + interval '1 hour',
       (ARRAY['CLASS', 'FOCUS', 'CHILL', 'LOW_PRIORITY', 'WORK'])[1 + n % 5], n % 5 IN (1, 2, 3), n % 50 = 0,
       CASE WHEN n % 5 = 1 THEN t.id END, jsonb_build_object('room', n)
  FROM generate_series(1, 300) n, tasks t WHERE t.id = md5('task' || (1 + n % 20))::uuid;
INSERT INTO rebalancing_proposals (user_id, id, trigger_item_id, status, closed_at)
SELECT user_id, md5('proposal' || id)::uuid, id, 'REJECTED', now() FROM tasks;
UPDATE rebalancing_proposals SET problem = '{"schema": 1}', answer_sha256 = sha256(''), work = 1, why_not = '{}',
       bound = '{0,0,0,0,0,0,0,0,0,0,0}', planning_micros = 1500 WHERE id < '80000000-0000-0000-0000-000000000000';
INSERT INTO proposal_moves (user_id, proposal_id, action, event_id, to_start_ts, to_end_ts, position, group_no)
SELECT p.user_id, p.id, 'move', gen_random_uuid(), now(), now() + interval '1 hour', n, n
  FROM rebalancing_proposals p, generate_series(0, 2) n;
INSERT INTO rebalancing_snapshots (user_id, id, proposal_id, digest)
SELECT user_id, gen_random_uuid(), id, sha256('') FROM rebalancing_proposals;
INSERT INTO rebalancing_audit (user_id, id, action, proposal_id)
SELECT user_id, gen_random_uuid(), 'REJECTED', id FROM rebalancing_proposals;
INSERT INTO churn_ledger (user_id, local_day, churn, cap, proposal_id)
SELECT user_id, '2026-03-02', 1, 3, id FROM rebalancing_proposals;
INSERT INTO user_settings (user_id, focus_min) SELECT id, 45 FROM users;
INSERT INTO churn_settings (user_id, churn_cap) SELECT id, 2 FROM users;
INSERT INTO realtime_events (user_id, seq, kind, proposal_id)
SELECT user_id, row_number() OVER (PARTITION BY user_id ORDER BY id), 'proposal.rejected', id FROM rebalancing_proposals;
INSERT INTO rate_limits (user_id, name, taken) SELECT id, 'proposals', '{2026-03-01 08:00Z}' FROM users;
INSERT INTO jobs (kind, job_key, status, last_error) VALUES ('sweep', 'sweep', 'QUEUED', NULL), ('sweep', 'sweep', 'DEAD', 'x');
UPDATE users SET encrypted_refresh_token = 'sealed' WHERE external_id = 'user_1';
INSERT INTO google_accounts (user_id, scopes, connected_at)
SELECT id, '{https://www.googleapis.com/auth/calendar.events}', '2026-02-01Z' FROM users;
INSERT INTO google_sign_ins (user_id, state_digest, sealed_verifier, redirect_uri, expires_at)
SELECT id, sha256(id::text::bytea), 'sealed', 'https://app.example.org/back', '2026-02-01Z' FROM users;
INSERT INTO google_calendars (user_id, id, google_id, title, access, is_primary, sealed_position)
SELECT u.id, md5('calendar' || n)::uuid, 'calendar' || n, 'Calendar ' || n, 'OWNER', n = 1, 'CAoQ'
  FROM users u, generate_series(1, 2) n;
INSERT INTO google_events (user_id, calendar_id, google_id, group_id, etag, fields)
SELECT c.user_id, c.id, 'event' || n, 'event' || n, '"1"', '{"title": "Event", "start": {"day": "2026-03-02"}, "end": {"day": "2026-03-03"}}'
  FROM google_calendars c, generate_series(1, 50) n;
INSERT INTO google_links (user_id, event_id, calendar_id, google_id, group_id, agreed_title, agreed_start_ts,
                          agreed_end_ts, agreed_version)
SELECT user_id, id, md5('calendar1')::uuid, 'event' || id, 'event' || id, title, start_ts, end_ts, version
  FROM calendar_events WHERE type = 'CLASS';
INSERT INTO busy_intervals (user_id, calendar_id, span_start_ts, span_end_ts, busy_from, busy_to, read_at)
SELECT user_id, id, '2026-03-01Z', '2026-06-01Z', '{2026-03-02 09:00Z}', '{2026-03-02 10:00Z}', '2026-03-01Z'
  FROM google_calendars WHERE NOT is_primary;
INSERT INTO google_channels (user_id, id, calendar_id, token_digest, resource, until)
SELECT user_id, md5('channel' || user_id), id, sha256('token'), 'resource', '2026-03-08Z' FROM google_calendars WHERE is_primary;
INSERT INTO canvas_accounts (user_id, host, sealed_token, canvas_id, name, run, run_started_at, run_courses)
SELECT id, 'canvas.example.edu', 'v1.k1.sealed', '7', 'A Student', 3, '2026-03-01Z', 2 FROM users;
INSERT INTO canvas_sign_ins (user_id, state_digest, host, redirect_uri, expires_at)
SELECT id, sha256(id::text::bytea), 'canvas.example.edu', 'https://app.example.org/canvas', '2026-02-01Z' FROM users;
INSERT INTO canvas_courses (user_id, id, canvas_id, name, code, time_zone, priority_score)
SELECT u.id, md5('course' || n)::uuid, n::text, 'Course ' || n, 'C ' || n, 'America/Denver', CASE WHEN n = 2 THEN 60 END
  FROM users u, generate_series(1, 2) n;
INSERT INTO canvas_items (user_id, task_id, course_id, kind, canvas_id, imported_title, imported_type, imported_due_ts,
                          imported_priority_score, imported_effort_minutes, imported_status)
SELECT user_id, id, md5('course1')::uuid, 'assignment', id::text, title, type, due_ts, priority_score, effort_minutes, status
  FROM tasks;
INSERT INTO canvas_pages (user_id, course_id, place, title, body, read_at)
SELECT user_id, id, 'syllabus', 'Syllabus', '<p>Exam on May 5</p>', '2026-03-01Z' FROM canvas_courses;
