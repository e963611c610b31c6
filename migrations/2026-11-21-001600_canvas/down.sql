-- A table that was adopted loses columns that our rules name.
DO $$
DECLARE
    part text;
BEGIN
    FOREACH part IN ARRAY '{canvas_accounts,canvas_courses,canvas_items,canvas_pages}'::text[] LOOP
        IF to_regclass(part) IS NOT NULL THEN
            EXECUTE format('DROP POLICY IF EXISTS canvascal_own_rows ON %I', part);
        END IF;
    END LOOP;
END
$$;
SELECT canvascal_drop('canvas_pages', 'canvas_items', 'canvas_courses', 'canvas_sign_ins', 'canvas_accounts');
-- The list as it was.
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
