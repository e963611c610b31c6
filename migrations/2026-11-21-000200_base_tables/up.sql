-- Who there is, what they have to do, what their week looks like, and what was proposed for it.

SELECT canvascal_adopt('users', 'tasks', 'calendar_events', 'rebalancing_proposals', 'proposal_moves');

CREATE TABLE IF NOT EXISTS users (id uuid NOT NULL);
ALTER TABLE users
    ADD COLUMN IF NOT EXISTS external_id text,
    ADD COLUMN IF NOT EXISTS time_zone text NOT NULL DEFAULT 'UTC',
    ADD COLUMN IF NOT EXISTS encrypted_refresh_token text,
    ADD COLUMN IF NOT EXISTS google_calendar_settings jsonb NOT NULL DEFAULT
        '{"sync_enabled": false, "read_calendar_ids": ["primary"], "write_calendar_id": "primary", "calendar_rules": {}}',
    ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT canvascal_now(),
    ADD COLUMN IF NOT EXISTS updated_at timestamptz NOT NULL DEFAULT canvascal_now();
SELECT canvascal_not_null('users', 'id', 'time_zone', 'google_calendar_settings', 'created_at', 'updated_at');
SELECT canvascal_key('users', 'id');
SELECT canvascal_check('users', 'users_google_calendar_settings_check',
    $$jsonb_typeof(google_calendar_settings) = 'object'$$);
-- Row level security compares the name at the issuer. Not unique: two issuers may use one name.
CREATE INDEX IF NOT EXISTS users_external_id_idx ON users (external_id);

CREATE TABLE IF NOT EXISTS tasks (user_id uuid NOT NULL, id uuid NOT NULL);
ALTER TABLE tasks
    ADD COLUMN IF NOT EXISTS user_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS title text NOT NULL DEFAULT 'Untitled',
    ADD COLUMN IF NOT EXISTS type text NOT NULL DEFAULT 'OTHER',
    ADD COLUMN IF NOT EXISTS due_ts timestamptz,
    ADD COLUMN IF NOT EXISTS priority_score double precision NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS effort_minutes integer NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS status text NOT NULL DEFAULT 'OPEN',
    ADD COLUMN IF NOT EXISTS source text NOT NULL DEFAULT 'canvascal',
    ADD COLUMN IF NOT EXISTS source_id text,
    ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT canvascal_now(),
    ADD COLUMN IF NOT EXISTS updated_at timestamptz NOT NULL DEFAULT canvascal_now();
SELECT canvascal_not_null('tasks', 'user_id', 'id', 'title', 'type', 'priority_score', 'effort_minutes',
    'status', 'source', 'created_at', 'updated_at');
SELECT canvascal_key('tasks', 'user_id', 'id');
SELECT canvascal_foreign_key('tasks', '{user_id}', 'users', '{id}', 'CASCADE');
SELECT canvascal_check('tasks', 'tasks_title_check', $$char_length(title) <= 500 AND title ~ '\S'$$);
SELECT canvascal_check('tasks', 'tasks_type_check', $$type IN ('EXAM', 'ASSIGNMENT', 'OTHER')$$);
SELECT canvascal_check('tasks', 'tasks_due_ts_check', $$due_ts >= '1900-01-01 00:00Z' AND due_ts < '9001-01-01 00:00Z'$$);
SELECT canvascal_check('tasks', 'tasks_priority_score_check',
    $$priority_score BETWEEN 0 AND 100 AND priority_score = round(priority_score::numeric, 3)::double precision$$);
SELECT canvascal_check('tasks', 'tasks_effort_minutes_check', $$effort_minutes BETWEEN 0 AND 525600$$);
SELECT canvascal_check('tasks', 'tasks_status_check', $$status IN ('OPEN', 'DONE')$$);
CREATE INDEX IF NOT EXISTS tasks_user_created_idx ON tasks (user_id, created_at, id);

CREATE TABLE IF NOT EXISTS calendar_events (user_id uuid NOT NULL, id uuid NOT NULL);
ALTER TABLE calendar_events
    ADD COLUMN IF NOT EXISTS user_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS title text NOT NULL DEFAULT 'Untitled',
    ADD COLUMN IF NOT EXISTS start_ts timestamptz NOT NULL,
    ADD COLUMN IF NOT EXISTS end_ts timestamptz NOT NULL,
    ADD COLUMN IF NOT EXISTS type text NOT NULL DEFAULT 'OTHER',
    ADD COLUMN IF NOT EXISTS is_movable boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS protected boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS transparent boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS task_id uuid,
    ADD COLUMN IF NOT EXISTS source text NOT NULL DEFAULT 'canvascal',
    ADD COLUMN IF NOT EXISTS source_id text,
    ADD COLUMN IF NOT EXISTS metadata jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT canvascal_now(),
    ADD COLUMN IF NOT EXISTS updated_at timestamptz NOT NULL DEFAULT canvascal_now();
SELECT canvascal_not_null('calendar_events', 'user_id', 'id', 'title', 'start_ts', 'end_ts', 'type',
    'is_movable', 'protected', 'transparent', 'source', 'metadata', 'created_at', 'updated_at');
SELECT canvascal_key('calendar_events', 'user_id', 'id');
SELECT canvascal_foreign_key('calendar_events', '{user_id}', 'users', '{id}', 'CASCADE');
-- Only the link goes with the task; the event stays.
SELECT canvascal_foreign_key('calendar_events', '{user_id,task_id}', 'tasks', '{user_id,id}', 'SET NULL (task_id)');
SELECT canvascal_check('calendar_events', 'calendar_events_title_check', $$char_length(title) <= 500 AND title ~ '\S'$$);
SELECT canvascal_check('calendar_events', 'calendar_events_order_check', 'end_ts > start_ts');
SELECT canvascal_check('calendar_events', 'calendar_events_years_check',
    $$start_ts >= '1900-01-01 00:00Z' AND end_ts < '9001-01-01 00:00Z'$$);
-- The queries for a span look this far back, and no further.
SELECT canvascal_check('calendar_events', 'calendar_events_length_check', $$end_ts - start_ts < interval '62 days'$$);
SELECT canvascal_check('calendar_events', 'calendar_events_type_check',
    $$type IN ('CLASS', 'WORK', 'SLEEP', 'DND', 'EXAM', 'FOCUS', 'CHILL', 'LOW_PRIORITY', 'OTHER')$$);
SELECT canvascal_check('calendar_events', 'calendar_events_metadata_check',
    $$jsonb_typeof(metadata) = 'object' AND octet_length(metadata::text) <= 65536$$);
CREATE INDEX IF NOT EXISTS calendar_events_user_start_idx ON calendar_events (user_id, start_ts, id);
CREATE INDEX IF NOT EXISTS calendar_events_user_task_idx ON calendar_events (user_id, task_id)
    WHERE task_id IS NOT NULL;

CREATE TABLE IF NOT EXISTS rebalancing_proposals (user_id uuid NOT NULL, id uuid NOT NULL);
ALTER TABLE rebalancing_proposals
    ADD COLUMN IF NOT EXISTS user_id uuid NOT NULL,
    -- No foreign key: what was proposed stays known when the task is gone.
    ADD COLUMN IF NOT EXISTS trigger_item_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS status text NOT NULL DEFAULT 'PROPOSED',
    ADD COLUMN IF NOT EXISTS snapshot_id uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN IF NOT EXISTS lookahead_days smallint,
    ADD COLUMN IF NOT EXISTS override_churn_cap integer,
    ADD COLUMN IF NOT EXISTS churn_cost integer NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS summary text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS need_minutes integer NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS objective integer[] NOT NULL DEFAULT '{0,0,0,0,0,0,0,0,0,0,0}',
    ADD COLUMN IF NOT EXISTS proven_optimal boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS details jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT canvascal_now(),
    ADD COLUMN IF NOT EXISTS expires_at timestamptz NOT NULL DEFAULT canvascal_now() + interval '24 hours',
    ADD COLUMN IF NOT EXISTS accepted_at timestamptz,
    ADD COLUMN IF NOT EXISTS reversible_until timestamptz,
    ADD COLUMN IF NOT EXISTS closed_at timestamptz,
    ADD COLUMN IF NOT EXISTS undo_token_digest bytea;
SELECT canvascal_not_null('rebalancing_proposals', 'user_id', 'id', 'trigger_item_id', 'status',
    'snapshot_id', 'churn_cost', 'summary', 'need_minutes', 'objective', 'proven_optimal', 'details',
    'created_at', 'expires_at');
SELECT canvascal_key('rebalancing_proposals', 'user_id', 'id');
SELECT canvascal_foreign_key('rebalancing_proposals', '{user_id}', 'users', '{id}', 'CASCADE');
SELECT canvascal_check('rebalancing_proposals', 'rebalancing_proposals_status_check',
    $$status IN ('PROPOSED', 'APPLIED', 'REJECTED', 'EXPIRED', 'UNDONE')$$);
SELECT canvascal_check('rebalancing_proposals', 'rebalancing_proposals_numbers_check',
    $$lookahead_days BETWEEN 1 AND 14 AND override_churn_cap >= 0 AND churn_cost >= 0 AND need_minutes >= 0$$);
SELECT canvascal_check('rebalancing_proposals', 'rebalancing_proposals_objective_check',
    $$array_ndims(objective) = 1 AND cardinality(objective) = 11 AND array_position(objective, NULL) IS NULL
      AND 0 <= ALL (objective)$$);
SELECT canvascal_check('rebalancing_proposals', 'rebalancing_proposals_details_check',
    $$jsonb_typeof(details) = 'object'$$);
-- Applied means accepted, and that it can be undone with a token for a time.
SELECT canvascal_check('rebalancing_proposals', 'rebalancing_proposals_applied_check',
    $$status NOT IN ('APPLIED', 'UNDONE')
      OR num_nulls(accepted_at, reversible_until, undo_token_digest) = 0$$);
SELECT canvascal_check('rebalancing_proposals', 'rebalancing_proposals_closed_check',
    $$(status IN ('PROPOSED', 'APPLIED')) = (closed_at IS NULL)$$);
-- One question at a time: at most one open proposal for a task.
CREATE UNIQUE INDEX IF NOT EXISTS rebalancing_proposals_open_idx ON rebalancing_proposals (user_id, trigger_item_id)
    WHERE status = 'PROPOSED';
CREATE INDEX IF NOT EXISTS rebalancing_proposals_applied_idx ON rebalancing_proposals
    (user_id, trigger_item_id, accepted_at) WHERE status = 'APPLIED';
CREATE INDEX IF NOT EXISTS rebalancing_proposals_accepted_idx ON rebalancing_proposals (user_id, accepted_at)
    WHERE status = 'APPLIED';
CREATE INDEX IF NOT EXISTS rebalancing_proposals_token_idx ON rebalancing_proposals (user_id, undo_token_digest)
    WHERE undo_token_digest IS NOT NULL;

CREATE TABLE IF NOT EXISTS proposal_moves (user_id uuid NOT NULL, proposal_id uuid NOT NULL);
ALTER TABLE proposal_moves
    ADD COLUMN IF NOT EXISTS user_id uuid,
    ADD COLUMN IF NOT EXISTS id uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN IF NOT EXISTS proposal_id uuid,
    ADD COLUMN IF NOT EXISTS action text NOT NULL DEFAULT 'move',
    ADD COLUMN IF NOT EXISTS event_id uuid,
    ADD COLUMN IF NOT EXISTS from_start_ts timestamptz,
    ADD COLUMN IF NOT EXISTS from_end_ts timestamptz,
    ADD COLUMN IF NOT EXISTS to_start_ts timestamptz,
    ADD COLUMN IF NOT EXISTS to_end_ts timestamptz,
    ADD COLUMN IF NOT EXISTS delta_minutes integer,
    ADD COLUMN IF NOT EXISTS reason_code text NOT NULL DEFAULT 'HIGH_PRIORITY_PREEMPTION',
    ADD COLUMN IF NOT EXISTS detail text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT canvascal_now();
-- A move that was there before belongs to whom its proposal belongs to.
UPDATE proposal_moves m SET user_id = p.user_id
  FROM rebalancing_proposals p WHERE m.user_id IS NULL AND p.id = m.proposal_id;
DO $$
DECLARE
    orphans bigint;
BEGIN
    SELECT count(*) INTO orphans FROM proposal_moves WHERE user_id IS NULL OR proposal_id IS NULL;
    IF orphans > 0 THEN
        RAISE EXCEPTION 'proposal_moves has % rows whose proposal, and so whose owner, is unknown', orphans
            USING ERRCODE = 'not_null_violation', HINT = 'Remove these rows, or add their proposals, and migrate again.';
    END IF;
END
$$;
SELECT canvascal_not_null('proposal_moves', 'user_id', 'proposal_id', 'id', 'action', 'reason_code',
    'detail', 'created_at');
SELECT canvascal_key('proposal_moves', 'user_id', 'id');
SELECT canvascal_foreign_key('proposal_moves', '{user_id,proposal_id}', 'rebalancing_proposals', '{user_id,id}', 'CASCADE');
SELECT canvascal_check('proposal_moves', 'proposal_moves_action_check',
    $$action IN ('insert', 'move', 'resize', 'delete', 'link')$$);
SELECT canvascal_check('proposal_moves', 'proposal_moves_from_check', 'from_end_ts > from_start_ts');
SELECT canvascal_check('proposal_moves', 'proposal_moves_to_check', 'to_end_ts > to_start_ts');
-- What is made has no event yet; everything else is about one. What goes somewhere says where.
SELECT canvascal_check('proposal_moves', 'proposal_moves_event_check', $$(action = 'insert') OR event_id IS NOT NULL$$);
SELECT canvascal_check('proposal_moves', 'proposal_moves_place_check',
    $$num_nulls(to_start_ts, to_end_ts) = CASE WHEN action IN ('insert', 'move', 'resize') THEN 0 ELSE 2 END$$);
