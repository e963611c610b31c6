-- Ten thousand users with a hundred events each, and what comes with them. Triggers and foreign keys are left out while
-- it is made: it breaks none. One statement at a time, since VACUUM wants no transaction. Whoever is there already is left
-- alone.
SET session_replication_role = replica;
INSERT INTO users (id, external_id) SELECT md5('u' || n)::uuid, 'many_' || n FROM generate_series(1, 10000) n;
CREATE TEMPORARY TABLE crowd AS SELECT id FROM users WHERE external_id LIKE 'many\_%';
INSERT INTO user_settings (user_id) SELECT id FROM crowd;
INSERT INTO churn_settings (user_id) SELECT id FROM crowd;
INSERT INTO tasks (user_id, id, title, due_ts, priority_score, created_at)
SELECT u.id, md5('t' || n || u.id)::uuid, 'task', '2026-03-06 12:00Z'::timestamptz + n * interval '1 day', 80,
       '2025-01-01Z'::timestamptz + n * interval '1 day'
  FROM crowd u, generate_series(1, 10) n;
INSERT INTO calendar_events (user_id, id, title, start_ts, end_ts, type, is_movable, task_id)
SELECT u.id, md5('e' || n || u.id)::uuid, 'event', ts, ts + interval '1 hour',
       CASE WHEN n % 10 = 0 THEN 'FOCUS' ELSE 'CHILL' END, true,
       CASE WHEN n % 10 = 0 THEN md5('t' || (1 + n / 10 % 10) || u.id)::uuid END
  FROM crowd u, generate_series(1, 100) n,
       LATERAL (SELECT '2025-12-01Z'::timestamptz + n * interval '44 hours' AS ts) t;
INSERT INTO rebalancing_proposals (user_id, id, trigger_item_id, status, created_at, accepted_at, reversible_until,
                                   undo_token_digest)
SELECT user_id, md5('p' || id)::uuid, id, 'APPLIED', created_at, created_at, created_at,
       sha256(convert_to(id::text, 'UTF8')) FROM tasks WHERE user_id IN (SELECT id FROM crowd);
INSERT INTO proposal_moves (user_id, proposal_id, action, event_id, to_start_ts, to_end_ts, position, group_no)
SELECT user_id, id, 'move', gen_random_uuid(), accepted_at, accepted_at + interval '1 hour', 0, 0
  FROM rebalancing_proposals WHERE user_id IN (SELECT id FROM crowd);
INSERT INTO rebalancing_snapshots (user_id, id, proposal_id, digest, released_at)
SELECT user_id, snapshot_id, id, sha256(''), created_at FROM rebalancing_proposals WHERE user_id IN (SELECT id FROM crowd);
INSERT INTO rebalancing_audit (user_id, id, action, at)
SELECT user_id, id, 'CREATED', created_at FROM rebalancing_proposals WHERE user_id IN (SELECT id FROM crowd);
INSERT INTO rebalancing_apply_attempts (user_id, id, proposal_id, at)
SELECT user_id, id, id, created_at FROM rebalancing_proposals WHERE user_id IN (SELECT id FROM crowd);
INSERT INTO churn_ledger (user_id, local_day, churn, proposal_id)
SELECT user_id, accepted_at::date, 1, id FROM rebalancing_proposals WHERE user_id IN (SELECT id FROM crowd);
INSERT INTO realtime_events (user_id, seq, kind, at)
SELECT id, n, 'proposal.created', '2026-03-01Z' FROM crowd, generate_series(1, 10) n;
INSERT INTO idempotency_keys (user_id, method, path, key, fingerprint, response_status, response_body, expires_at)
SELECT id, 'POST', '/', n::text, sha256(''), 200, '', '2027-01-01Z' FROM crowd, generate_series(1, 10) n;
INSERT INTO rate_limits (user_id, name) SELECT id, 'proposals' FROM crowd;
INSERT INTO jobs (kind, user_id, run_at) SELECT 'other', id, '2027-01-01Z' FROM crowd;
SET session_replication_role = origin;
VACUUM ANALYZE;
