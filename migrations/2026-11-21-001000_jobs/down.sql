DROP TRIGGER IF EXISTS trg_queue_proposal_tasks ON tasks;
DROP FUNCTION IF EXISTS canvascal_queue_proposal();
SELECT canvascal_drop('jobs');
