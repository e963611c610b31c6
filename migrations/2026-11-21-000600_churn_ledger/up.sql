-- What each accepted proposal cost, on the owner's local day. Undoing takes nothing out of it.

SELECT canvascal_adopt('churn_ledger');

CREATE TABLE IF NOT EXISTS churn_ledger (user_id uuid NOT NULL, id uuid NOT NULL DEFAULT gen_random_uuid());
ALTER TABLE churn_ledger
    ADD COLUMN IF NOT EXISTS local_day date NOT NULL,
    ADD COLUMN IF NOT EXISTS churn integer NOT NULL,
    ADD COLUMN IF NOT EXISTS proposal_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT canvascal_now();
SELECT canvascal_not_null('churn_ledger', 'user_id', 'id', 'local_day', 'churn', 'proposal_id', 'created_at');
SELECT canvascal_key('churn_ledger', 'user_id', 'id');
-- A proposal costs once.
SELECT canvascal_key('churn_ledger', 'user_id', 'proposal_id');
SELECT canvascal_foreign_key('churn_ledger', '{user_id}', 'users', '{id}', 'CASCADE');
SELECT canvascal_check('churn_ledger', 'churn_ledger_churn_check', 'churn >= 0');
CREATE INDEX IF NOT EXISTS churn_ledger_user_day_idx ON churn_ledger (user_id, local_day);
