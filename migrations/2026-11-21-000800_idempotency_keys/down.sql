SELECT canvascal_drop('idempotency_keys');
