DROP TRIGGER IF EXISTS trg_audit_is_not_emptied ON rebalancing_audit;
DROP TRIGGER IF EXISTS trg_audit_only_grows ON rebalancing_audit;
DROP FUNCTION IF EXISTS canvascal_refuse_rewriting();
SELECT canvascal_drop('rebalancing_audit', 'rebalancing_snapshots');
