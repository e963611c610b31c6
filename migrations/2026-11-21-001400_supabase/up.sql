-- What Supabase adds to PostgreSQL is used where it is there, and missed nowhere else: live events are sent over its
-- Realtime, and its clients read their own rows.

-- Sends each live event to whoever listens on the user's private topic, in the transaction that wrote it. Whatever goes
-- wrong with that is no reason to lose the event: it is a hint to look, and what counts is the number.
CREATE OR REPLACE FUNCTION canvascal_send_live_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    name text;
BEGIN
    -- Asked each time: Realtime may be added later, and is not in the dumps of a database.
    IF to_regprocedure('realtime.send(jsonb,text,text,boolean)') IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT external_id INTO name FROM users WHERE id = NEW.user_id;
    IF name <> '' THEN
        EXECUTE 'SELECT realtime.send($1, $2, $3, true)' USING
            jsonb_build_object('seq', NEW.seq, 'kind', NEW.kind, 'proposal_id', NEW.proposal_id,
                               'trigger_item_id', NEW.trigger_item_id, 'payload', NEW.payload,
                               'at', to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')),
            NEW.kind, 'user:' || name;
    END IF;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'live event % of user % was not sent: %', NEW.seq, NEW.user_id, SQLERRM;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER trg_send_realtime_events AFTER INSERT ON realtime_events
    FOR EACH ROW EXECUTE FUNCTION canvascal_send_live_event();

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
        ('rebalancing_snapshots', '{}'),
        ('rebalancing_apply_attempts', '{}'),
        ('idempotency_keys', '{}'),
        ('rate_limits', '{}'),
        ('jobs', '{}'),
        ('canvascal_adopted_tables', '{}'),
        ('__diesel_schema_migrations', '{}')
$$;

-- Opens to Supabase's clients what they may read, and closes everything else to them. Does nothing in a database without
-- Supabase's roles and tokens, and may be called again at any time: after they were added, and by every migration that
-- adds a table.
CREATE OR REPLACE FUNCTION canvascal_open_to_supabase() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    -- Text with text: users' names are those of the issuer, and no UUIDs. Asked once for each statement.
    my_name CONSTANT text := $sql$(SELECT auth.jwt() ->> 'sub')$sql$;
    clients text;
    ours record;
    part text;
BEGIN
    BEGIN
        IF to_regrole('authenticated') IS NULL OR to_regprocedure('auth.jwt()') IS NULL THEN
            RETURN;
        END IF;
    EXCEPTION WHEN insufficient_privilege THEN
        RAISE WARNING 'nothing is opened to Supabase: %', SQLERRM;
        RETURN;
    END;
    SELECT string_agg(quote_ident(rolname), ', ') INTO clients
      FROM pg_roles WHERE rolname IN ('anon', 'authenticated');

    FOR ours IN SELECT r.table_name, r.columns, to_regclass(quote_ident(r.table_name)) AS id FROM canvascal_readable() r
                 WHERE to_regclass(quote_ident(r.table_name)) IS NOT NULL LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', ours.id);
        EXECUTE format('REVOKE ALL ON %s FROM %s', ours.id, clients);
        EXECUTE format('DROP POLICY IF EXISTS canvascal_own_rows ON %s', ours.id);
        CONTINUE WHEN ours.columns = '{}';
        SELECT CASE WHEN ours.columns = '{*}' THEN '' ELSE format('(%s)', string_agg(quote_ident(attname), ', ')) END
          INTO part
          FROM pg_attribute WHERE attrelid = ours.id AND attnum > 0 AND attname = ANY (ours.columns);
        EXECUTE format('GRANT SELECT %s ON %s TO authenticated', part, ours.id);
        EXECUTE format('CREATE POLICY canvascal_own_rows ON %s FOR SELECT TO authenticated USING (%s)', ours.id,
            CASE WHEN ours.table_name = 'users' THEN 'external_id = ' || my_name
                 ELSE format('user_id = ANY (ARRAY(SELECT u.id FROM users u WHERE u.external_id = %s))', my_name) END);
    END LOOP;
    -- Supabase lets its clients call what is made in an exposed schema.
    FOR part IN SELECT oid::regprocedure::text FROM pg_proc
                 WHERE pronamespace = current_schema()::regnamespace
                   AND (proname LIKE 'canvascal\_%' OR proname = 'prevent_move_immovable') LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM %s', part, clients);
    END LOOP;

    FOR part IN SELECT t.name FROM unnest('{realtime_events,rebalancing_proposals}'::text[]) AS t (name)
                 WHERE EXISTS (SELECT FROM pg_publication WHERE pubname = 'supabase_realtime' AND NOT puballtables)
                   AND NOT EXISTS (SELECT FROM pg_publication_tables WHERE pubname = 'supabase_realtime'
                                      AND schemaname = current_schema() AND tablename = t.name) LOOP
        BEGIN
            EXECUTE format('ALTER PUBLICATION supabase_realtime ADD TABLE %I', part);
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE WARNING '% is not published: %', part, SQLERRM;
        END;
    END LOOP;

    BEGIN
        IF to_regclass('realtime.messages') IS NOT NULL AND to_regprocedure('realtime.topic()') IS NOT NULL THEN
            DROP POLICY IF EXISTS canvascal_own_topic ON realtime.messages;
            EXECUTE format('CREATE POLICY canvascal_own_topic ON realtime.messages FOR SELECT TO authenticated
                            USING ((SELECT realtime.topic()) = ''user:'' || %s)', my_name);
        END IF;
    EXCEPTION WHEN insufficient_privilege THEN
        RAISE WARNING 'nobody may listen to their topic: %', SQLERRM;
    END;
END
$$;
-- Whoever writes a live event need not be allowed to send; and a lock on Supabase's tables must not hold up the user.
DO $$
DECLARE
    ours text;
BEGIN
    FOREACH ours IN ARRAY '{canvascal_send_live_event(),canvascal_readable(),canvascal_open_to_supabase()}'::text[] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', ours, current_schema());
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', ours);
    END LOOP;
    ALTER FUNCTION canvascal_send_live_event() SET lock_timeout = '1s';
END
$$;

SELECT canvascal_open_to_supabase();
