-- What is kept of a user's account at Google, of its calendars, and of what lies in them.

SELECT canvascal_adopt('google_accounts', 'google_sign_ins', 'google_calendars', 'google_events', 'google_links',
    'busy_intervals', 'google_channels');

-- The token itself, sealed, is in `users`.
CREATE TABLE IF NOT EXISTS google_accounts (user_id uuid NOT NULL);
ALTER TABLE google_accounts
    ADD COLUMN IF NOT EXISTS user_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS state text NOT NULL DEFAULT 'CONNECTED',
    ADD COLUMN IF NOT EXISTS scopes text[] NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS connected_at timestamptz NOT NULL DEFAULT canvascal_now(),
    ADD COLUMN IF NOT EXISTS listed_at timestamptz,
    ADD COLUMN IF NOT EXISTS succeeded_at timestamptz,
    ADD COLUMN IF NOT EXISTS tried_at timestamptz,
    ADD COLUMN IF NOT EXISTS not_before timestamptz,
    ADD COLUMN IF NOT EXISTS failures integer NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS last_error text;
SELECT canvascal_not_null('google_accounts', 'user_id', 'state', 'scopes', 'connected_at', 'failures');
SELECT canvascal_key('google_accounts', 'user_id');
SELECT canvascal_foreign_key('google_accounts', '{user_id}', 'users', '{id}', 'CASCADE');
SELECT canvascal_check('google_accounts', 'google_accounts_state_check', $$state IN ('CONNECTED', 'RECONNECT_REQUIRED')$$);
SELECT canvascal_check('google_accounts', 'google_accounts_scopes_check', $$array_position(scopes, NULL) IS NULL$$);
SELECT canvascal_check('google_accounts', 'google_accounts_failures_check', $$failures >= 0$$);

CREATE TABLE IF NOT EXISTS google_sign_ins (user_id uuid NOT NULL, state_digest bytea NOT NULL);
ALTER TABLE google_sign_ins
    ADD COLUMN IF NOT EXISTS user_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS state_digest bytea NOT NULL,
    ADD COLUMN IF NOT EXISTS sealed_verifier text NOT NULL,
    ADD COLUMN IF NOT EXISTS redirect_uri text NOT NULL,
    ADD COLUMN IF NOT EXISTS expires_at timestamptz NOT NULL;
SELECT canvascal_not_null('google_sign_ins', 'user_id', 'state_digest', 'sealed_verifier', 'redirect_uri', 'expires_at');
SELECT canvascal_key('google_sign_ins', 'user_id', 'state_digest');
SELECT canvascal_foreign_key('google_sign_ins', '{user_id}', 'users', '{id}', 'CASCADE');
CREATE INDEX IF NOT EXISTS google_sign_ins_expires_idx ON google_sign_ins (expires_at);

-- Names at Google are compared byte by byte, wherever there is an order to them.
CREATE TABLE IF NOT EXISTS google_calendars (user_id uuid NOT NULL, id uuid NOT NULL);
ALTER TABLE google_calendars
    ADD COLUMN IF NOT EXISTS user_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS google_id text COLLATE "C" NOT NULL,
    ADD COLUMN IF NOT EXISTS title text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS time_zone text,
    ADD COLUMN IF NOT EXISTS access text NOT NULL DEFAULT 'READER',
    ADD COLUMN IF NOT EXISTS is_primary boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS is_ours boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS sealed_position text,
    ADD COLUMN IF NOT EXISTS run bigint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS empty_since timestamptz,
    ADD COLUMN IF NOT EXISTS expanded_until timestamptz,
    ADD COLUMN IF NOT EXISTS has_channels boolean NOT NULL DEFAULT true,
    ADD COLUMN IF NOT EXISTS succeeded_at timestamptz,
    ADD COLUMN IF NOT EXISTS tried_at timestamptz,
    ADD COLUMN IF NOT EXISTS not_before timestamptz,
    ADD COLUMN IF NOT EXISTS failures integer NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS last_error text;
SELECT canvascal_not_null('google_calendars', 'user_id', 'id', 'google_id', 'title', 'access', 'is_primary', 'is_ours',
    'run', 'has_channels', 'failures');
SELECT canvascal_key('google_calendars', 'user_id', 'id');
SELECT canvascal_key('google_calendars', 'user_id', 'google_id');
SELECT canvascal_foreign_key('google_calendars', '{user_id}', 'users', '{id}', 'CASCADE');
SELECT canvascal_check('google_calendars', 'google_calendars_access_check',
    $$access IN ('FREE_BUSY_READER', 'READER', 'WRITER', 'OWNER')$$);
SELECT canvascal_check('google_calendars', 'google_calendars_failures_check', $$failures >= 0$$);

-- The mirror: what lies in a calendar, as Google gave it last.
CREATE TABLE IF NOT EXISTS google_events (
    user_id uuid NOT NULL, calendar_id uuid NOT NULL, google_id text COLLATE "C" NOT NULL
);
ALTER TABLE google_events
    ADD COLUMN IF NOT EXISTS user_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS calendar_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS google_id text COLLATE "C" NOT NULL,
    ADD COLUMN IF NOT EXISTS group_id text COLLATE "C" NOT NULL,
    ADD COLUMN IF NOT EXISTS etag text NOT NULL,
    ADD COLUMN IF NOT EXISTS updated_at timestamptz,
    ADD COLUMN IF NOT EXISTS is_cancelled boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS place jsonb,
    ADD COLUMN IF NOT EXISTS fields jsonb,
    ADD COLUMN IF NOT EXISTS run bigint NOT NULL DEFAULT 0;
SELECT canvascal_not_null('google_events', 'user_id', 'calendar_id', 'google_id', 'group_id', 'etag', 'is_cancelled', 'run');
SELECT canvascal_key('google_events', 'user_id', 'calendar_id', 'google_id');
SELECT canvascal_foreign_key('google_events', '{user_id,calendar_id}', 'google_calendars', '{user_id,id}', 'CASCADE');
SELECT canvascal_check('google_events', 'google_events_json_check',
    $$jsonb_typeof(place) = 'object' AND jsonb_typeof(fields) = 'object'$$);
CREATE INDEX IF NOT EXISTS google_events_group_idx ON google_events (user_id, calendar_id, group_id, google_id);
CREATE INDEX IF NOT EXISTS google_events_run_idx ON google_events (user_id, calendar_id, run, google_id);
CREATE INDEX IF NOT EXISTS google_events_series_idx ON google_events (user_id, calendar_id, group_id)
    WHERE place IS NOT NULL OR fields ? 'recurrence';

-- Which event here is which at Google. No foreign key to the event: the link outlives it, to tell what has to go there.
CREATE TABLE IF NOT EXISTS google_links (user_id uuid NOT NULL, event_id uuid NOT NULL);
ALTER TABLE google_links
    ADD COLUMN IF NOT EXISTS user_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS event_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS calendar_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS google_id text COLLATE "C" NOT NULL,
    ADD COLUMN IF NOT EXISTS group_id text COLLATE "C" NOT NULL,
    ADD COLUMN IF NOT EXISTS is_ours boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS agreed_title text NOT NULL,
    ADD COLUMN IF NOT EXISTS agreed_start_ts timestamptz NOT NULL,
    ADD COLUMN IF NOT EXISTS agreed_end_ts timestamptz NOT NULL,
    ADD COLUMN IF NOT EXISTS agreed_transparent boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS agreed_version bigint NOT NULL,
    ADD COLUMN IF NOT EXISTS pending_title text,
    ADD COLUMN IF NOT EXISTS pending_start_ts timestamptz,
    ADD COLUMN IF NOT EXISTS pending_end_ts timestamptz,
    ADD COLUMN IF NOT EXISTS pending_transparent boolean,
    ADD COLUMN IF NOT EXISTS etag text;
SELECT canvascal_not_null('google_links', 'user_id', 'event_id', 'calendar_id', 'google_id', 'group_id', 'is_ours',
    'agreed_title', 'agreed_start_ts', 'agreed_end_ts', 'agreed_transparent', 'agreed_version');
SELECT canvascal_key('google_links', 'user_id', 'event_id');
SELECT canvascal_key('google_links', 'user_id', 'calendar_id', 'google_id');
SELECT canvascal_foreign_key('google_links', '{user_id,calendar_id}', 'google_calendars', '{user_id,id}', 'CASCADE');
SELECT canvascal_check('google_links', 'google_links_pending_check',
    $$num_nulls(pending_title, pending_start_ts, pending_end_ts, pending_transparent) IN (0, 4)$$);
CREATE INDEX IF NOT EXISTS google_links_group_idx ON google_links (user_id, calendar_id, group_id, event_id);

-- When a calendar is busy, as it was last read: from here to there, pair by pair. Where nobody knows, there are none.
CREATE TABLE IF NOT EXISTS busy_intervals (user_id uuid NOT NULL, calendar_id uuid NOT NULL);
ALTER TABLE busy_intervals
    ADD COLUMN IF NOT EXISTS user_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS calendar_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS span_start_ts timestamptz NOT NULL,
    ADD COLUMN IF NOT EXISTS span_end_ts timestamptz NOT NULL,
    ADD COLUMN IF NOT EXISTS busy_from timestamptz[],
    ADD COLUMN IF NOT EXISTS busy_to timestamptz[],
    ADD COLUMN IF NOT EXISTS read_at timestamptz NOT NULL;
SELECT canvascal_not_null('busy_intervals', 'user_id', 'calendar_id', 'span_start_ts', 'span_end_ts', 'read_at');
SELECT canvascal_key('busy_intervals', 'user_id', 'calendar_id');
SELECT canvascal_foreign_key('busy_intervals', '{user_id,calendar_id}', 'google_calendars', '{user_id,id}', 'CASCADE');
SELECT canvascal_check('busy_intervals', 'busy_intervals_span_check', 'span_end_ts > span_start_ts');
SELECT canvascal_check('busy_intervals', 'busy_intervals_pairs_check',
    $$num_nulls(busy_from, busy_to) <> 1 AND cardinality(busy_from) = cardinality(busy_to)$$);
SELECT canvascal_check('busy_intervals', 'busy_intervals_known_check',
    $$array_position(busy_from, NULL) IS NULL AND array_position(busy_to, NULL) IS NULL$$);

CREATE TABLE IF NOT EXISTS google_channels (user_id uuid NOT NULL, id text COLLATE "C" NOT NULL);
ALTER TABLE google_channels
    ADD COLUMN IF NOT EXISTS user_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS id text COLLATE "C" NOT NULL,
    ADD COLUMN IF NOT EXISTS calendar_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS token_digest bytea NOT NULL,
    ADD COLUMN IF NOT EXISTS resource text,
    ADD COLUMN IF NOT EXISTS until timestamptz NOT NULL,
    ADD COLUMN IF NOT EXISTS heard_at timestamptz;
SELECT canvascal_not_null('google_channels', 'user_id', 'id', 'calendar_id', 'token_digest', 'until');
SELECT canvascal_key('google_channels', 'user_id', 'id');
SELECT canvascal_foreign_key('google_channels', '{user_id,calendar_id}', 'google_calendars', '{user_id,id}', 'CASCADE');
CREATE INDEX IF NOT EXISTS google_channels_until_idx ON google_channels (until);

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
