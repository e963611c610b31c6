use planner_core::lifecycle::{CreateRequest, Status};
use planner_core::model::TaskId;
use planner_core::time::Moment;

use super::create::{CreateFailure, Created, Occasion};
use crate::App;
use crate::identity::UserId;
use crate::ports::{Actor, Lease, StoreError, TaskRecord, Unit};
use crate::tasks;

impl App {
    /// Makes a proposal for a task that set it off, as the work of a job, which ends in the same unit of work. `None`
    /// where none is asked for any more: the task is gone, done, past, not due or does not matter enough, or an open
    /// proposal knows it as it is.
    ///
    /// It is not a request of the user's, so it does not count as one.
    ///
    /// # Errors
    /// As for [`create_proposal`](Self::create_proposal). [`StoreError::Unavailable`] also where the lease is lost:
    /// then nothing was written.
    pub async fn propose_for(
        &self,
        user: UserId,
        trigger: TaskId,
        lease: &Lease,
    ) -> Result<Option<Created>, CreateFailure> {
        let now = self.now();
        let Some(mut unit) = self.store.begin_for(user, Actor::Planner).await? else { return Ok(None) };
        let settings = unit.settings().await?;
        let task = unit.task(trigger).await?;
        let asks = match &task {
            Some(task) if tasks::state(&task.fields).matters(settings.priority_threshold, now) => {
                !is_known(unit.as_mut(), task, now).await?
            }
            _ => false,
        };
        if !asks {
            finish(unit.as_mut(), lease).await?;
            unit.commit().await?;
            return Ok(None);
        }
        let request =
            CreateRequest { trigger: Some(trigger), lookahead_days: None, override_churn_cap: None };
        self.propose(unit, &request, &settings, task, Occasion::Job(lease), now).await.map(Some)
    }
}

/// Ends the job within the unit of work that did it.
pub(super) async fn finish(unit: &mut dyn Unit, lease: &Lease) -> Result<(), StoreError> {
    if unit.finish_job(lease).await? {
        Ok(())
    } else {
        Err(StoreError::Unavailable("the job is somebody else's by now".into()))
    }
}

/// Whether an open proposal was made for the task as it is.
async fn is_known(unit: &mut dyn Unit, task: &TaskRecord, now: Moment) -> Result<bool, StoreError> {
    let Some(open) = unit.open_proposal(Some(task.id)).await? else { return Ok(false) };
    let record = unit.proposal(open).await?;
    Ok(record.is_some_and(|record| {
        record.proposal.status == Status::Proposed
            && record.proposal.expires_at > now
            && record.created_at >= Moment::from(task.updated_at)
    }))
}
