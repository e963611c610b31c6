DROP TRIGGER IF EXISTS trg_queue_push_deleted ON calendar_events;
DROP TRIGGER IF EXISTS trg_queue_push_updated ON calendar_events;
DROP TRIGGER IF EXISTS trg_queue_push_inserted ON calendar_events;
DROP FUNCTION IF EXISTS canvascal_queue_push();
