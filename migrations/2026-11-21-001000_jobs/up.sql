-- Work to be done in the background, queued in the transaction that asks for it.

SELECT canvascal_adopt('jobs');

-- One queue for everybody, so it has no user in its key and no foreign key to one: where tables are distributed by user,
-- this one stays where it is.
CREATE TABLE IF NOT EXISTS jobs (id uuid NOT NULL DEFAULT gen_random_uuid());
ALTER TABLE jobs
    ADD COLUMN IF NOT EXISTS kind text NOT NULL,
    -- Asked for again under the same key, work is not queued twice.
    ADD COLUMN IF NOT EXISTS job_key text,
    -- Whose data it is about, if anybody's.
    ADD COLUMN IF NOT EXISTS user_id uuid,
    ADD COLUMN IF NOT EXISTS payload jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS status text NOT NULL DEFAULT 'QUEUED',
    ADD COLUMN IF NOT EXISTS run_at timestamptz NOT NULL DEFAULT canvascal_now(),
    -- When to run once more: it was asked for while it ran.
    ADD COLUMN IF NOT EXISTS again_at timestamptz,
    -- Runs begun, this one among them, since it was last done.
    ADD COLUMN IF NOT EXISTS attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS leased_by uuid,
    ADD COLUMN IF NOT EXISTS leased_until timestamptz,
    ADD COLUMN IF NOT EXISTS last_error text,
    ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT canvascal_now(),
    ADD COLUMN IF NOT EXISTS updated_at timestamptz NOT NULL DEFAULT canvascal_now();
SELECT canvascal_not_null('jobs', 'id', 'kind', 'payload', 'status', 'run_at', 'attempts', 'created_at', 'updated_at');
SELECT canvascal_key('jobs', 'id');
SELECT canvascal_check('jobs', 'jobs_status_check', $$status IN ('QUEUED', 'RUNNING', 'DEAD')$$);
SELECT canvascal_check('jobs', 'jobs_lease_check',
    $$num_nulls(leased_by, leased_until) = CASE WHEN status = 'RUNNING' THEN 0 ELSE 2 END$$);
SELECT canvascal_check('jobs', 'jobs_again_check', $$again_at IS NULL OR status = 'RUNNING'$$);
SELECT canvascal_check('jobs', 'jobs_names_check',
    $$octet_length(kind) BETWEEN 1 AND 100 AND octet_length(job_key) BETWEEN 1 AND 300$$);
SELECT canvascal_check('jobs', 'jobs_attempts_check', $$attempts >= 0$$);
SELECT canvascal_check('jobs', 'jobs_payload_check', $$jsonb_typeof(payload) = 'object'$$);
-- A dead job is out of the way of a new one.
CREATE UNIQUE INDEX IF NOT EXISTS jobs_key_idx ON jobs (job_key) WHERE status <> 'DEAD';
CREATE INDEX IF NOT EXISTS jobs_queued_idx ON jobs (run_at, id) WHERE status = 'QUEUED';
CREATE INDEX IF NOT EXISTS jobs_running_idx ON jobs (leased_until) WHERE status = 'RUNNING';
CREATE INDEX IF NOT EXISTS jobs_created_idx ON jobs (created_at, id);

-- A task that begins to matter leads to a proposal, by whatever road its row was written: it is made at or above the
-- user's threshold, raised to it, opened again, or gets another due time. What then is proposed, and whether at all, is
-- decided when the job runs; the first change sets the time, and later ones join it.
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
CREATE OR REPLACE TRIGGER trg_queue_proposal_tasks AFTER INSERT OR UPDATE ON tasks
    FOR EACH ROW EXECUTE FUNCTION canvascal_queue_proposal();
