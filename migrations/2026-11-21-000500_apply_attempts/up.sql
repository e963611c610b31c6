-- Each attempt to apply a proposal, with the refusal's code where it was refused.

SELECT canvascal_adopt('rebalancing_apply_attempts');

CREATE TABLE IF NOT EXISTS rebalancing_apply_attempts (user_id uuid NOT NULL, id uuid NOT NULL);
ALTER TABLE rebalancing_apply_attempts
    ADD COLUMN IF NOT EXISTS proposal_id uuid NOT NULL,
    ADD COLUMN IF NOT EXISTS refusal text,
    ADD COLUMN IF NOT EXISTS at timestamptz NOT NULL DEFAULT canvascal_now();
SELECT canvascal_not_null('rebalancing_apply_attempts', 'user_id', 'id', 'proposal_id', 'at');
SELECT canvascal_key('rebalancing_apply_attempts', 'user_id', 'id');
SELECT canvascal_foreign_key('rebalancing_apply_attempts', '{user_id,proposal_id}', 'rebalancing_proposals',
    '{user_id,id}', 'CASCADE');
CREATE INDEX IF NOT EXISTS rebalancing_apply_attempts_proposal_idx ON rebalancing_apply_attempts (user_id, proposal_id, at);
