-- What a proposal was planned on, how its rows belong together, and the guards that hold whoever writes.

-- Versions count the changes of a row from 1.
ALTER TABLE tasks
    ADD COLUMN IF NOT EXISTS version bigint NOT NULL DEFAULT 1,
    ADD COLUMN IF NOT EXISTS due_changed_at timestamptz;
ALTER TABLE calendar_events
    ADD COLUMN IF NOT EXISTS version bigint NOT NULL DEFAULT 1;

ALTER TABLE proposal_moves
    -- The row's place in the proposal, and the change that it is a part of: a split is two rows of one group.
    ADD COLUMN IF NOT EXISTS position integer,
    ADD COLUMN IF NOT EXISTS group_no integer,
    ADD COLUMN IF NOT EXISTS event_title text,
    ADD COLUMN IF NOT EXISTS base_priority double precision NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS energy_multiplier double precision NOT NULL DEFAULT 1,
    ADD COLUMN IF NOT EXISTS final_priority double precision NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS feasibility_flags jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS baseline_updated_at timestamptz,
    ADD COLUMN IF NOT EXISTS baseline_version bigint,
    ADD COLUMN IF NOT EXISTS metadata jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS applied_event_id uuid,
    ADD COLUMN IF NOT EXISTS applied_version bigint;
-- Rows that were there before are each a change of their own.
UPDATE proposal_moves m SET position = n.place, group_no = coalesce(m.group_no, n.place)
  FROM (SELECT user_id, id, row_number() OVER (PARTITION BY user_id, proposal_id ORDER BY id) - 1 AS place
          FROM proposal_moves) n
 WHERE m.user_id = n.user_id AND m.id = n.id AND m.position IS NULL;
SELECT canvascal_not_null('proposal_moves', 'position', 'group_no', 'base_priority', 'energy_multiplier', 'final_priority',
    'feasibility_flags', 'metadata');
SELECT canvascal_not_null('calendar_events', 'version');
SELECT canvascal_not_null('tasks', 'version');
SELECT canvascal_key('proposal_moves', 'user_id', 'proposal_id', 'position');
SELECT canvascal_check('proposal_moves', 'proposal_moves_metadata_check',
    $$jsonb_typeof(metadata) = 'object' AND jsonb_typeof(feasibility_flags) = 'object'$$);

-- By whatever road a row is changed, its version says so.
CREATE OR REPLACE FUNCTION canvascal_count_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := coalesce(nullif(current_setting('canvascal.now', true), '')::timestamptz, clock_timestamp());
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER trg_version_calendar_events BEFORE UPDATE ON calendar_events
    FOR EACH ROW EXECUTE FUNCTION canvascal_count_change();
CREATE OR REPLACE TRIGGER trg_version_tasks BEFORE UPDATE ON tasks
    FOR EACH ROW EXECUTE FUNCTION canvascal_count_change();

CREATE OR REPLACE FUNCTION canvascal_note_due_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.due_changed_at := coalesce(nullif(current_setting('canvascal.now', true), '')::timestamptz, clock_timestamp());
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER trg_due_change_tasks BEFORE UPDATE ON tasks
    FOR EACH ROW WHEN (OLD.due_ts IS DISTINCT FROM NEW.due_ts) EXECUTE FUNCTION canvascal_note_due_change();

-- Holds everyone to the locks: the times of an immovable or protected event stay, and so do the event and its locks,
-- unless the transaction declares that the owner or the owner's other calendar is speaking:
--     SELECT set_config('canvascal.actor', 'owner', true);
CREATE OR REPLACE FUNCTION prevent_move_immovable() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    refused text;
BEGIN
    IF (OLD.is_movable AND NOT OLD.protected)
       OR coalesce(current_setting('canvascal.actor', true), '') IN ('owner', 'sync') THEN
        refused := NULL;
    ELSIF TG_OP = 'DELETE' THEN
        refused := 'be deleted';
    ELSIF (NEW.user_id, NEW.id) IS DISTINCT FROM (OLD.user_id, OLD.id) THEN
        refused := 'become another event';
    ELSIF (NEW.start_ts, NEW.end_ts) IS DISTINCT FROM (OLD.start_ts, OLD.end_ts) THEN
        refused := 'be moved';
    ELSIF (NEW.is_movable AND NOT OLD.is_movable) OR (OLD.protected AND NOT NEW.protected) THEN
        refused := 'be unlocked';
    END IF;
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION 'event % is % and may not %', OLD.id,
                        CASE WHEN OLD.protected THEN 'protected' ELSE 'immovable' END, refused
            USING ERRCODE = 'check_violation', TABLE = 'calendar_events', CONSTRAINT = 'prevent_move_immovable',
                  HINT = 'Only the owner and the calendar''s sync may; they set canvascal.actor for the transaction.';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER trg_prevent_move_immovable BEFORE UPDATE OR DELETE ON calendar_events
    FOR EACH ROW EXECUTE FUNCTION prevent_move_immovable();
