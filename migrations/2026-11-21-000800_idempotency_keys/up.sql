-- Answers kept for requests that may be sent again.

SELECT canvascal_adopt('idempotency_keys');

CREATE TABLE IF NOT EXISTS idempotency_keys (user_id uuid NOT NULL);
ALTER TABLE idempotency_keys
    ADD COLUMN IF NOT EXISTS method text NOT NULL,
    ADD COLUMN IF NOT EXISTS path text NOT NULL,
    ADD COLUMN IF NOT EXISTS key text NOT NULL,
    -- Of the request's body: the same key with another body is another request.
    ADD COLUMN IF NOT EXISTS fingerprint bytea NOT NULL,
    -- The answer; no status while the work is under way.
    ADD COLUMN IF NOT EXISTS response_status smallint,
    ADD COLUMN IF NOT EXISTS response_headers jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS response_body bytea,
    ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT canvascal_now(),
    ADD COLUMN IF NOT EXISTS expires_at timestamptz NOT NULL DEFAULT canvascal_now() + interval '24 hours';
SELECT canvascal_not_null('idempotency_keys', 'user_id', 'method', 'path', 'key', 'fingerprint',
    'response_headers', 'created_at', 'expires_at');
SELECT canvascal_key('idempotency_keys', 'user_id', 'method', 'path', 'key');
SELECT canvascal_foreign_key('idempotency_keys', '{user_id}', 'users', '{id}', 'CASCADE');
SELECT canvascal_check('idempotency_keys', 'idempotency_keys_key_check', 'octet_length(key) BETWEEN 1 AND 255');
SELECT canvascal_check('idempotency_keys', 'idempotency_keys_status_check', 'response_status BETWEEN 100 AND 599');
SELECT canvascal_check('idempotency_keys', 'idempotency_keys_headers_check',
    $$jsonb_typeof(response_headers) = 'object'$$);
CREATE INDEX IF NOT EXISTS idempotency_keys_expires_idx ON idempotency_keys (expires_at);
