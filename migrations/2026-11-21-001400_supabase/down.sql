-- Nothing is opened again that was closed: whoever may read a table is for those to say who make it theirs.
DO $$
DECLARE
    part text;
    ours record;
BEGIN
    IF EXISTS (SELECT FROM pg_policies WHERE policyname = 'canvascal_own_topic' AND schemaname = 'realtime') THEN
        DROP POLICY canvascal_own_topic ON realtime.messages;
    END IF;
    FOR part IN SELECT tablename FROM pg_publication_tables
                 WHERE pubname = 'supabase_realtime' AND schemaname = current_schema()
                   AND tablename IN ('realtime_events', 'rebalancing_proposals')
                   AND NOT EXISTS (SELECT FROM pg_publication WHERE pubname = 'supabase_realtime' AND puballtables) LOOP
        EXECUTE format('ALTER PUBLICATION supabase_realtime DROP TABLE %I', part);
    END LOOP;
    FOR ours IN SELECT c.oid::regclass AS id FROM canvascal_readable() r
                  JOIN pg_class c ON c.oid = to_regclass(quote_ident(r.table_name)) AND c.relrowsecurity LOOP
        EXECUTE format('DROP POLICY IF EXISTS canvascal_own_rows ON %s', ours.id);
        IF to_regrole('authenticated') IS NOT NULL THEN
            EXECUTE format('REVOKE ALL ON %s FROM authenticated', ours.id);
        END IF;
        -- Where others have rules of their own, they stay in force.
        IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = ours.id) THEN
            EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', ours.id);
        END IF;
    END LOOP;
END
$$;
DROP FUNCTION IF EXISTS canvascal_open_to_supabase();
DROP FUNCTION IF EXISTS canvascal_readable();
DROP TRIGGER IF EXISTS trg_send_realtime_events ON realtime_events;
DROP FUNCTION IF EXISTS canvascal_send_live_event();
