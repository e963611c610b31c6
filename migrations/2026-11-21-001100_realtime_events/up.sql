-- What happened to a user's proposals, numbered without a gap, for whoever looks on.

SELECT canvascal_adopt('realtime_events');

ALTER TABLE users ADD COLUMN IF NOT EXISTS last_event_seq bigint NOT NULL DEFAULT 0;
SELECT canvascal_not_null('users', 'last_event_seq');

CREATE TABLE IF NOT EXISTS realtime_events (user_id uuid NOT NULL, seq bigint NOT NULL);
ALTER TABLE realtime_events
    ADD COLUMN IF NOT EXISTS kind text NOT NULL,
    ADD COLUMN IF NOT EXISTS proposal_id uuid,
    ADD COLUMN IF NOT EXISTS trigger_item_id uuid,
    ADD COLUMN IF NOT EXISTS payload jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS at timestamptz NOT NULL DEFAULT canvascal_now();
SELECT canvascal_not_null('realtime_events', 'user_id', 'seq', 'kind', 'payload', 'at');
SELECT canvascal_key('realtime_events', 'user_id', 'seq');
SELECT canvascal_foreign_key('realtime_events', '{user_id}', 'users', '{id}', 'CASCADE');
-- It stands alone on a line where it is streamed.
SELECT canvascal_check('realtime_events', 'realtime_events_kind_check', $$kind ~ '^[a-z_]+(\.[a-z_]+)*$'$$);
SELECT canvascal_check('realtime_events', 'realtime_events_payload_check', $$jsonb_typeof(payload) = 'object'$$);
CREATE INDEX IF NOT EXISTS realtime_events_at_idx ON realtime_events (at);
