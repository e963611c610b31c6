-- What was imported sets off a proposal as well, but not before it is due before long: three hundred assignments come at
-- once, at the beginning of a term, and nobody looks ahead further than a fortnight. Where such a task gets another due
-- time before its job has run, the job gets another time.
CREATE OR REPLACE FUNCTION canvascal_queue_proposal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    threshold double precision;
    -- At the earliest a fortnight before it is due, where it was imported.
    soonest CONSTANT timestamptz := greatest(canvascal_now() + interval '1 second',
        CASE WHEN NEW.source = 'canvas' THEN NEW.due_ts - interval '14 days' END);
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
            jsonb_build_object('trigger_item_id', NEW.id), soonest)
    ON CONFLICT (job_key) WHERE status <> 'DEAD' DO UPDATE
        SET run_at = CASE WHEN j.status = 'QUEUED' AND NEW.source = 'canvas' THEN EXCLUDED.run_at ELSE j.run_at END,
            again_at = CASE WHEN j.status = 'RUNNING' THEN coalesce(j.again_at, EXCLUDED.run_at) END,
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
