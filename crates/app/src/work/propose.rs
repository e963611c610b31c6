use std::time::Duration;

use async_trait::async_trait;
use planner_core::model::TaskId;
use planner_core::time::Moment;
use serde_json::{Map, Value};

use super::{Done, Handler, JobError, later};
use crate::identity::UserId;
use crate::ports::{ClaimedJob, Join, NewJob};
use crate::{App, Failure};

/// The kind of job that makes a proposal for a task which set it off.
pub const PROPOSE: &str = "propose";

/// What the payload calls the task.
const TRIGGER: &str = "trigger_item_id";

/// Changes come in bunches: a task and then its due time. They become one proposal.
const SETTLING: Duration = Duration::from_secs(1);

/// How long before it is due an imported task sets off a proposal, at the earliest.
const FORTNIGHT_MINUTES: i64 = 14 * 24 * 60;

/// The job of making a proposal for a task that has just begun to matter. The database's trigger asks for the same one.
pub(crate) fn proposing(user: UserId, task: TaskId, now: Moment) -> NewJob {
    NewJob {
        kind: PROPOSE,
        key: Some(format!("{PROPOSE}:{user}:{task}")),
        user: Some(user),
        payload: Map::from_iter([(TRIGGER.to_owned(), Value::from(task.to_string()))]),
        run_at: later(now, SETTLING),
        join: Join::Keep,
    }
}

/// The same for a task that was imported, at the earliest a fortnight before it is due: that is as far as anybody looks
/// ahead. Where it gets another due time, the job gets another time. The database's trigger asks for the same one.
pub(crate) fn proposing_imported(user: UserId, task: TaskId, due: Moment, now: Moment) -> NewJob {
    let job = proposing(user, task, now);
    NewJob { run_at: job.run_at.max(due.plus_minutes(-FORTNIGHT_MINUTES)), join: Join::Set, ..job }
}

/// Makes proposals for tasks that set them off.
pub(crate) struct Propose(pub(crate) App);

#[async_trait]
impl Handler for Propose {
    async fn run(&self, job: &ClaimedJob) -> Result<Done, JobError> {
        let user = job.user.ok_or_else(|| JobError::lasting("it is about nobody"))?;
        let task = job.payload.get(TRIGGER).and_then(Value::as_str).and_then(|id| id.parse().ok());
        let task = TaskId(task.ok_or_else(|| JobError::lasting("it is about no task"))?);
        match self.0.propose_for(user, task, &job.lease).await {
            // A refusal is an answer, and is in the audit.
            Ok(_) | Err(Failure::Refused(_) | Failure::NotFound | Failure::Outdated) => Ok(Done::Finished),
            Err(Failure::Store(error)) => Err(JobError::passing(error.to_string())),
            Err(error @ (Failure::Invalid(_) | Failure::Contradiction(_))) => {
                tracing::error!(%user, task = %task, "no proposal can be made: {error}");
                Err(JobError::lasting("a rule of our own is broken; the log says which"))
            }
        }
    }
}
