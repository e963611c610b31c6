DROP INDEX IF EXISTS jobs_dead_updated_idx;
DROP INDEX IF EXISTS rebalancing_apply_attempts_at_idx;
