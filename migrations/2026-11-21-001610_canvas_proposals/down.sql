-- As it was.
CREATE OR REPLACE FUNCTION canvascal_queue_proposal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    threshold double precision;
BEGIN
    IF NEW.status <> 'OPEN' OR NEW.due_ts IS NULL OR NEW.due_ts <= canvascal_now() THEN
        RETURN NULL;
    END IF;
    SELECT priority_threshold INTO threshold FROM user_settings WHERE user_id = NEW.user_id;
    threshold := coalesce(threshold, 70);
    IF NEW.priority_score < threshold
       OR (TG_OP = 'UPDATE' AND OLD.priority_score >= threshold AND OLD.status = NEW.status
           AND OLD.due_ts IS NOT DISTINCT FROM NEW.due_ts) THEN
        RETURN NULL;
    END IF;
    INSERT INTO jobs AS j (kind, job_key, user_id, payload, run_at)
    VALUES ('propose', 'propose:' || NEW.user_id || ':' || NEW.id, NEW.user_id,
            jsonb_build_object('trigger_item_id', NEW.id), canvascal_now() + interval '1 second')
    ON CONFLICT (job_key) WHERE status <> 'DEAD' DO UPDATE
        SET again_at = CASE WHEN j.status = 'RUNNING' THEN coalesce(j.again_at, EXCLUDED.run_at) END,
            updated_at = canvascal_now();
    PERFORM pg_notify('canvascal_jobs', '');
    RETURN NULL;
END
$$;
-- Whoever may write to tasks need not be allowed to write to jobs.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION canvascal_queue_proposal() SET search_path = %I, pg_temp', current_schema());
END
$$;
