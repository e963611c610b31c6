DROP TRIGGER IF EXISTS trg_prevent_move_immovable ON calendar_events;
DROP TRIGGER IF EXISTS trg_due_change_tasks ON tasks;
DROP TRIGGER IF EXISTS trg_version_tasks ON tasks;
DROP TRIGGER IF EXISTS trg_version_calendar_events ON calendar_events;
DROP FUNCTION IF EXISTS prevent_move_immovable();
DROP FUNCTION IF EXISTS canvascal_note_due_change();
DROP FUNCTION IF EXISTS canvascal_count_change();

SELECT canvascal_drop_columns('proposal_moves', 'position', 'group_no', 'event_title', 'base_priority',
    'energy_multiplier', 'final_priority', 'feasibility_flags', 'baseline_updated_at', 'baseline_version', 'metadata',
    'applied_event_id', 'applied_version');
SELECT canvascal_drop_columns('calendar_events', 'version');
SELECT canvascal_drop_columns('tasks', 'version', 'due_changed_at');
