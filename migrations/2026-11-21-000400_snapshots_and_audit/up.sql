-- What an undo restores, and what is told of everything that happened.

SELECT canvascal_adopt('rebalancing_snapshots', 'rebalancing_audit');

CREATE TABLE IF NOT EXISTS rebalancing_snapshots (user_id uuid NOT NULL, id uuid NOT NULL);
ALTER TABLE rebalancing_snapshots
    ADD COLUMN IF NOT EXISTS proposal_id uuid NOT NULL,
    -- Every touched row of calendar_events, as to_jsonb gives it; emptied on release.
    ADD COLUMN IF NOT EXISTS rows jsonb NOT NULL DEFAULT '[]',
    -- sha256 over the text of the rows.
    ADD COLUMN IF NOT EXISTS digest bytea NOT NULL,
    ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT canvascal_now(),
    ADD COLUMN IF NOT EXISTS released_at timestamptz;
SELECT canvascal_not_null('rebalancing_snapshots', 'user_id', 'id', 'proposal_id', 'rows', 'digest',
    'created_at');
SELECT canvascal_key('rebalancing_snapshots', 'user_id', 'id');
SELECT canvascal_key('rebalancing_snapshots', 'user_id', 'proposal_id');
SELECT canvascal_foreign_key('rebalancing_snapshots', '{user_id,proposal_id}', 'rebalancing_proposals', '{user_id,id}',
    'CASCADE');
SELECT canvascal_check('rebalancing_snapshots', 'rebalancing_snapshots_rows_check', $$jsonb_typeof(rows) = 'array'$$);

-- No foreign keys at all: the history outlives what it tells of.
CREATE TABLE IF NOT EXISTS rebalancing_audit (user_id uuid NOT NULL, id uuid NOT NULL);
ALTER TABLE rebalancing_audit
    ADD COLUMN IF NOT EXISTS action text NOT NULL,
    ADD COLUMN IF NOT EXISTS proposal_id uuid,
    ADD COLUMN IF NOT EXISTS trigger_item_id uuid,
    ADD COLUMN IF NOT EXISTS reason_codes text[] NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS detail jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS at timestamptz NOT NULL DEFAULT canvascal_now();
SELECT canvascal_not_null('rebalancing_audit', 'user_id', 'id', 'action', 'reason_codes', 'detail', 'at');
SELECT canvascal_key('rebalancing_audit', 'user_id', 'id');
SELECT canvascal_check('rebalancing_audit', 'rebalancing_audit_action_check',
    $$action IN ('CREATED', 'CREATE_REFUSED', 'SUPERSEDED', 'ACCEPTED', 'ACCEPT_REFUSED', 'REJECTED', 'REJECT_REFUSED',
                 'EXPIRED', 'UNDONE', 'UNDO_REFUSED')$$);
SELECT canvascal_check('rebalancing_audit', 'rebalancing_audit_detail_check', $$jsonb_typeof(detail) = 'object'$$);
CREATE INDEX IF NOT EXISTS rebalancing_audit_user_at_idx ON rebalancing_audit (user_id, at);

CREATE OR REPLACE FUNCTION canvascal_refuse_rewriting() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END
$$;
CREATE OR REPLACE TRIGGER trg_audit_only_grows BEFORE UPDATE OR DELETE ON rebalancing_audit
    FOR EACH ROW EXECUTE FUNCTION canvascal_refuse_rewriting();
CREATE OR REPLACE TRIGGER trg_audit_is_not_emptied BEFORE TRUNCATE ON rebalancing_audit
    FOR EACH STATEMENT EXECUTE FUNCTION canvascal_refuse_rewriting();
