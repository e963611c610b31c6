-- What a proposal was planned on and how far the planner got, so that it can be planned again and explained.

ALTER TABLE rebalancing_proposals
    ADD COLUMN IF NOT EXISTS problem jsonb,
    ADD COLUMN IF NOT EXISTS answer_sha256 bytea,
    ADD COLUMN IF NOT EXISTS work bigint,
    ADD COLUMN IF NOT EXISTS bound integer[],
    ADD COLUMN IF NOT EXISTS why_not jsonb;
-- Proposals that were made before have none of it; why_not is missing as well where nothing is.
SELECT canvascal_check('rebalancing_proposals', 'rebalancing_proposals_planned_on_check',
    $$num_nulls(problem, answer_sha256, work, bound) IN (0, 4)$$);
SELECT canvascal_check('rebalancing_proposals', 'rebalancing_proposals_problem_check',
    $$jsonb_typeof(problem) = 'object'$$);
SELECT canvascal_check('rebalancing_proposals', 'rebalancing_proposals_answer_sha256_check',
    $$octet_length(answer_sha256) = 32$$);
SELECT canvascal_check('rebalancing_proposals', 'rebalancing_proposals_work_check', $$work >= 0$$);
SELECT canvascal_check('rebalancing_proposals', 'rebalancing_proposals_bound_check',
    $$array_ndims(bound) = 1 AND cardinality(bound) = 11 AND array_position(bound, NULL) IS NULL AND 0 <= ALL (bound)$$);
SELECT canvascal_check('rebalancing_proposals', 'rebalancing_proposals_why_not_check',
    $$jsonb_typeof(why_not) = 'object'$$);
