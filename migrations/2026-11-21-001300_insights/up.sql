-- What operators ask for across users, and what a sweep looks for.

ALTER TABLE rebalancing_proposals
    -- How long the planner took; proposals of earlier releases do not know.
    ADD COLUMN IF NOT EXISTS planning_micros bigint;
SELECT canvascal_check('rebalancing_proposals', 'rebalancing_proposals_planning_micros_check', $$planning_micros >= 0$$);

ALTER TABLE churn_ledger
    -- What was allowed on the day when this was accepted; entries of earlier releases do not know.
    ADD COLUMN IF NOT EXISTS cap integer;
SELECT canvascal_check('churn_ledger', 'churn_ledger_cap_check', $$cap >= 0$$);

-- What is counted over time is in the index: the rows are wide, and those of one week lie all over the table.
CREATE INDEX IF NOT EXISTS rebalancing_proposals_created_idx ON rebalancing_proposals (created_at)
    INCLUDE (status, expires_at, proven_optimal, planning_micros);
CREATE INDEX IF NOT EXISTS rebalancing_proposals_user_created_idx ON rebalancing_proposals (user_id, created_at, id);
CREATE INDEX IF NOT EXISTS rebalancing_proposals_expires_idx ON rebalancing_proposals (expires_at) WHERE status = 'PROPOSED';
CREATE INDEX IF NOT EXISTS rebalancing_audit_at_idx ON rebalancing_audit (at) INCLUDE (action, reason_codes);
CREATE INDEX IF NOT EXISTS churn_ledger_day_idx ON churn_ledger (local_day) INCLUDE (user_id, churn, cap);
CREATE INDEX IF NOT EXISTS rebalancing_snapshots_kept_idx ON rebalancing_snapshots (created_at) WHERE released_at IS NULL;
