-- What operators ask for across users, and what a sweep looks for.

ALTER TABLE rebalancing_proposals
    -- How long the planner took; proposals of earlier releases do not know.
    ADD COLUMN IF NOT EXISTS planning_micros bigint;
SELECT canvascal_check('rebalancing_proposals', 'rebalancing_proposals_planning_micros_check', $$planning_micros >= 0$$);

CREATE INDEX IF NOT EXISTS rebalancing_proposals_created_idx ON rebalancing_proposals (created_at);
CREATE INDEX IF NOT EXISTS rebalancing_proposals_user_created_idx ON rebalancing_proposals (user_id, created_at, id);
CREATE INDEX IF NOT EXISTS rebalancing_proposals_expires_idx ON rebalancing_proposals (expires_at) WHERE status = 'PROPOSED';
CREATE INDEX IF NOT EXISTS rebalancing_audit_at_idx ON rebalancing_audit (at);
CREATE INDEX IF NOT EXISTS churn_ledger_day_idx ON churn_ledger (local_day);
CREATE INDEX IF NOT EXISTS rebalancing_snapshots_kept_idx ON rebalancing_snapshots (created_at) WHERE released_at IS NULL;
