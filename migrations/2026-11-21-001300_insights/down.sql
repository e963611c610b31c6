DROP INDEX IF EXISTS rebalancing_snapshots_kept_idx;
DROP INDEX IF EXISTS churn_ledger_day_idx;
DROP INDEX IF EXISTS rebalancing_audit_at_idx;
DROP INDEX IF EXISTS rebalancing_proposals_expires_idx;
DROP INDEX IF EXISTS rebalancing_proposals_user_created_idx;
DROP INDEX IF EXISTS rebalancing_proposals_created_idx;
SELECT canvascal_drop_columns('rebalancing_proposals', 'planning_micros');
SELECT canvascal_drop_columns('churn_ledger', 'cap');
