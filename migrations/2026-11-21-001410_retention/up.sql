-- What is cleared away is found by its age.

CREATE INDEX IF NOT EXISTS rebalancing_apply_attempts_at_idx ON rebalancing_apply_attempts (at);
CREATE INDEX IF NOT EXISTS jobs_dead_updated_idx ON jobs (updated_at) WHERE status = 'DEAD';
