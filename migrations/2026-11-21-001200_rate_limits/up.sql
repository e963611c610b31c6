-- When a user last did what may not be done too often.

SELECT canvascal_adopt('rate_limits');

CREATE TABLE IF NOT EXISTS rate_limits (user_id uuid NOT NULL, name text NOT NULL);
ALTER TABLE rate_limits
    -- The moments within the limit's window, oldest first: never more than the limit allows.
    ADD COLUMN IF NOT EXISTS taken timestamptz[] NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS updated_at timestamptz NOT NULL DEFAULT canvascal_now();
SELECT canvascal_not_null('rate_limits', 'user_id', 'name', 'taken', 'updated_at');
SELECT canvascal_key('rate_limits', 'user_id', 'name');
SELECT canvascal_foreign_key('rate_limits', '{user_id}', 'users', '{id}', 'CASCADE');
SELECT canvascal_check('rate_limits', 'rate_limits_taken_check', $$array_position(taken, NULL) IS NULL$$);
CREATE INDEX IF NOT EXISTS rate_limits_updated_idx ON rate_limits (updated_at);
