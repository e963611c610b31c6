SELECT canvascal_drop('rebalancing_apply_attempts');
