-- What changes in the calendar is to be written to Google, by whatever road it was changed.

-- What then is to be written is looked up when the job runs: the first change sets the time, and later ones join it.
-- What the sync itself brought in need not go back.
CREATE OR REPLACE FUNCTION canvascal_queue_push() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    owner uuid;
    is_queued boolean := false;
BEGIN
    IF coalesce(current_setting('canvascal.actor', true), '') = 'sync' THEN
        RETURN NULL;
    END IF;
    -- User by user, each found by key: a plan for many would read everybody's accounts for the next edit of one.
    FOR owner IN SELECT DISTINCT user_id FROM changed ORDER BY user_id LOOP
        INSERT INTO jobs AS j (kind, job_key, user_id, payload, run_at)
        SELECT 'google.push', 'google.push:' || u.id, u.id, '{}', canvascal_now()
          FROM google_accounts a JOIN users u ON u.id = a.user_id
         WHERE a.user_id = owner AND a.state = 'CONNECTED' AND u.google_calendar_settings -> 'sync_enabled' = 'true'
        ON CONFLICT (job_key) WHERE status <> 'DEAD' DO UPDATE
            SET again_at = CASE WHEN j.status = 'RUNNING' THEN coalesce(j.again_at, EXCLUDED.run_at) END,
                updated_at = canvascal_now();
        is_queued := is_queued OR FOUND;
    END LOOP;
    IF is_queued THEN
        PERFORM pg_notify('canvascal_jobs', '');
    END IF;
    RETURN NULL;
END
$$;
-- Whoever may write to the calendar need not be allowed to write to jobs, nor to see accounts.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION canvascal_queue_push() SET search_path = %I, pg_temp', current_schema());
END
$$;
CREATE OR REPLACE TRIGGER trg_queue_push_inserted AFTER INSERT ON calendar_events
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION canvascal_queue_push();
CREATE OR REPLACE TRIGGER trg_queue_push_updated AFTER UPDATE ON calendar_events
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION canvascal_queue_push();
CREATE OR REPLACE TRIGGER trg_queue_push_deleted AFTER DELETE ON calendar_events
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION canvascal_queue_push();

SELECT canvascal_open_to_supabase();
