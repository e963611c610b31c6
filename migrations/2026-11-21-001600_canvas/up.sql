-- What is kept of a user's account at a Canvas, of the courses there, and of what became tasks.

SELECT canvascal_adopt('canvas_accounts', 'canvas_sign_ins', 'canvas_courses', 'canvas_items', 'canvas_pages');

CREATE TABLE IF NOT EXISTS canvas_accounts (user_id uuid NOT NULL);
ALTER TABLE canvas_accounts
    ADD COLUMN IF NOT EXISTS user_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS host text NOT NULL,
    ADD COLUMN IF NOT EXISTS state text NOT NULL DEFAULT 'CONNECTED',
    ADD COLUMN IF NOT EXISTS token_kind text NOT NULL DEFAULT 'PERSONAL',
    ADD COLUMN IF NOT EXISTS sealed_token text,
    ADD COLUMN IF NOT EXISTS canvas_id text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS name text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS time_zone text,
    ADD COLUMN IF NOT EXISTS connected_at timestamptz NOT NULL DEFAULT canvascal_now(),
    -- The last sync, or the one that is under way: courses that were read are not read again in it.
    ADD COLUMN IF NOT EXISTS run bigint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS run_started_at timestamptz,
    ADD COLUMN IF NOT EXISTS run_finished_at timestamptz,
    ADD COLUMN IF NOT EXISTS run_courses integer,
    ADD COLUMN IF NOT EXISTS run_done uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS run_items integer NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS succeeded_at timestamptz,
    ADD COLUMN IF NOT EXISTS tried_at timestamptz,
    ADD COLUMN IF NOT EXISTS failures integer NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS last_error text;
SELECT canvascal_not_null('canvas_accounts', 'user_id', 'host', 'state', 'token_kind', 'canvas_id', 'name', 'connected_at',
    'run', 'run_done', 'run_items', 'failures');
SELECT canvascal_key('canvas_accounts', 'user_id');
SELECT canvascal_foreign_key('canvas_accounts', '{user_id}', 'users', '{id}', 'CASCADE');
SELECT canvascal_check('canvas_accounts', 'canvas_accounts_state_check', $$state IN ('CONNECTED', 'RECONNECT_REQUIRED')$$);
SELECT canvascal_check('canvas_accounts', 'canvas_accounts_token_kind_check', $$token_kind IN ('PERSONAL', 'CONSENT')$$);
SELECT canvascal_check('canvas_accounts', 'canvas_accounts_counts_check',
    $$failures >= 0 AND run >= 0 AND run_items >= 0 AND run_courses >= 0$$);
SELECT canvascal_check('canvas_accounts', 'canvas_accounts_done_check', $$array_position(run_done, NULL) IS NULL$$);

CREATE TABLE IF NOT EXISTS canvas_sign_ins (user_id uuid NOT NULL, state_digest bytea NOT NULL);
ALTER TABLE canvas_sign_ins
    ADD COLUMN IF NOT EXISTS user_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS state_digest bytea NOT NULL,
    ADD COLUMN IF NOT EXISTS host text NOT NULL,
    ADD COLUMN IF NOT EXISTS redirect_uri text NOT NULL,
    ADD COLUMN IF NOT EXISTS expires_at timestamptz NOT NULL;
SELECT canvascal_not_null('canvas_sign_ins', 'user_id', 'state_digest', 'host', 'redirect_uri', 'expires_at');
SELECT canvascal_key('canvas_sign_ins', 'user_id', 'state_digest');
SELECT canvascal_foreign_key('canvas_sign_ins', '{user_id}', 'users', '{id}', 'CASCADE');
CREATE INDEX IF NOT EXISTS canvas_sign_ins_expires_idx ON canvas_sign_ins (expires_at);

CREATE TABLE IF NOT EXISTS canvas_courses (user_id uuid NOT NULL, id uuid NOT NULL);
ALTER TABLE canvas_courses
    ADD COLUMN IF NOT EXISTS user_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS canvas_id text NOT NULL,
    ADD COLUMN IF NOT EXISTS name text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS code text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS term text,
    ADD COLUMN IF NOT EXISTS time_zone text,
    ADD COLUMN IF NOT EXISTS is_active boolean NOT NULL DEFAULT true,
    ADD COLUMN IF NOT EXISTS empty_since timestamptz,
    -- What its owner has settled.
    ADD COLUMN IF NOT EXISTS is_ignored boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS effort_percent integer NOT NULL DEFAULT 100,
    ADD COLUMN IF NOT EXISTS priority_score double precision;
SELECT canvascal_not_null('canvas_courses', 'user_id', 'id', 'canvas_id', 'name', 'code', 'is_active', 'is_ignored',
    'effort_percent');
SELECT canvascal_key('canvas_courses', 'user_id', 'id');
SELECT canvascal_foreign_key('canvas_courses', '{user_id}', 'users', '{id}', 'CASCADE');
SELECT canvascal_check('canvas_courses', 'canvas_courses_effort_percent_check', $$effort_percent BETWEEN 10 AND 1000$$);
SELECT canvascal_check('canvas_courses', 'canvas_courses_priority_score_check', $$priority_score BETWEEN 0 AND 100$$);

-- What became a task, and what was last imported of it. No foreign key to the task: the item outlives it, to tell that its
-- owner has deleted it.
CREATE TABLE IF NOT EXISTS canvas_items (user_id uuid NOT NULL, task_id uuid NOT NULL);
ALTER TABLE canvas_items
    ADD COLUMN IF NOT EXISTS user_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS task_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS course_id uuid,
    ADD COLUMN IF NOT EXISTS kind text NOT NULL,
    ADD COLUMN IF NOT EXISTS canvas_id text NOT NULL,
    ADD COLUMN IF NOT EXISTS imported_title text NOT NULL,
    ADD COLUMN IF NOT EXISTS imported_type text NOT NULL,
    ADD COLUMN IF NOT EXISTS imported_due_ts timestamptz,
    ADD COLUMN IF NOT EXISTS imported_priority_score double precision NOT NULL,
    ADD COLUMN IF NOT EXISTS imported_effort_minutes integer NOT NULL,
    ADD COLUMN IF NOT EXISTS imported_status text NOT NULL;
SELECT canvascal_not_null('canvas_items', 'user_id', 'task_id', 'kind', 'canvas_id', 'imported_title', 'imported_type',
    'imported_priority_score', 'imported_effort_minutes', 'imported_status');
SELECT canvascal_key('canvas_items', 'user_id', 'task_id');
SELECT canvascal_foreign_key('canvas_items', '{user_id}', 'users', '{id}', 'CASCADE');
SELECT canvascal_foreign_key('canvas_items', '{user_id,course_id}', 'canvas_courses', '{user_id,id}', 'CASCADE');
SELECT canvascal_check('canvas_items', 'canvas_items_kind_check',
    $$kind IN ('assignment', 'quiz', 'discussion', 'page', 'note')$$);
CREATE INDEX IF NOT EXISTS canvas_items_course_idx ON canvas_items (user_id, course_id, task_id);

CREATE TABLE IF NOT EXISTS canvas_pages (user_id uuid NOT NULL, course_id uuid NOT NULL, place text COLLATE "C" NOT NULL);
ALTER TABLE canvas_pages
    ADD COLUMN IF NOT EXISTS user_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS course_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS place text COLLATE "C" NOT NULL,
    ADD COLUMN IF NOT EXISTS title text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS body text NOT NULL,
    ADD COLUMN IF NOT EXISTS is_cut boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS updated_at timestamptz,
    ADD COLUMN IF NOT EXISTS read_at timestamptz NOT NULL;
SELECT canvascal_not_null('canvas_pages', 'user_id', 'course_id', 'place', 'title', 'body', 'is_cut', 'read_at');
SELECT canvascal_key('canvas_pages', 'user_id', 'course_id', 'place');
SELECT canvascal_foreign_key('canvas_pages', '{user_id,course_id}', 'canvas_courses', '{user_id,id}', 'CASCADE');
SELECT canvascal_check('canvas_pages', 'canvas_pages_body_check', $$octet_length(body) <= 1048576$$);

-- Our tables, and what a user's own client may read of its own rows: all columns, these, or nothing.
CREATE OR REPLACE FUNCTION canvascal_readable(OUT table_name text, OUT columns text[]) RETURNS SETOF record
LANGUAGE sql IMMUTABLE AS $$
    VALUES
        ('users', '{id,external_id,time_zone,google_calendar_settings,created_at,updated_at,last_event_seq}'::text[]),
        ('user_settings', '{*}'),
        ('churn_settings', '{*}'),
        ('tasks', '{*}'),
        ('calendar_events', '{*}'),
        -- All but what a token is compared with, and what only serves to plan again.
        ('rebalancing_proposals', '{user_id,id,trigger_item_id,status,snapshot_id,lookahead_days,override_churn_cap,
            churn_cost,summary,need_minutes,objective,proven_optimal,bound,why_not,details,created_at,expires_at,
            accepted_at,reversible_until,closed_at}'),
        ('proposal_moves', '{*}'),
        ('churn_ledger', '{*}'),
        ('rebalancing_audit', '{*}'),
        ('realtime_events', '{*}'),
        ('google_accounts', '{*}'),
        -- All but the position in the calendar's changes.
        ('google_calendars', '{user_id,id,google_id,title,time_zone,access,is_primary,is_ours,empty_since,expanded_until,
            has_channels,succeeded_at,tried_at,not_before,failures,last_error}'),
        ('busy_intervals', '{*}'),
        -- All but the token.
        ('canvas_accounts', '{user_id,host,state,token_kind,canvas_id,name,time_zone,connected_at,run,run_started_at,
            run_finished_at,run_courses,run_done,run_items,succeeded_at,tried_at,failures,last_error}'),
        ('canvas_courses', '{*}'),
        ('canvas_items', '{*}'),
        ('canvas_pages', '{*}'),
        ('canvas_sign_ins', '{}'),
        ('google_sign_ins', '{}'),
        ('google_events', '{}'),
        ('google_links', '{}'),
        ('google_channels', '{}'),
        ('rebalancing_snapshots', '{}'),
        ('rebalancing_apply_attempts', '{}'),
        ('idempotency_keys', '{}'),
        ('rate_limits', '{}'),
        ('jobs', '{}'),
        ('canvascal_adopted_tables', '{}'),
        ('__diesel_schema_migrations', '{}')
$$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION canvascal_readable() SET search_path = %I, pg_temp', current_schema());
END
$$;

SELECT canvascal_open_to_supabase();
