use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use planner_core::time::Moment;

use super::later;
use crate::ports::{ClaimedJob, Clock, Ended, Retry};

/// Does the work of one kind of job.
///
/// A job may be run more than once: its worker may be lost after the work was done. So the work either is the same done
/// twice, or it ends the job in its own unit of work with [`finish_job`](crate::ports::Unit::finish_job).
///
/// Whoever runs it may drop the future at any point, once the job is no longer theirs.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Does the work.
    ///
    /// # Errors
    /// [`JobError`], which says whether trying again may help.
    async fn run(&self, job: &ClaimedJob) -> Result<Done, JobError>;
}

/// Work that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// For good. It may have ended the job itself.
    Finished,
    /// Until then.
    Again(Moment),
}

/// Why work was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct JobError {
    why: String,
    retry: Retry,
}

impl JobError {
    /// Something that passes: trying again later may help. `why` is kept, so it must not hold a secret.
    pub fn passing(why: impl Into<String>) -> Self {
        Self { why: why.into(), retry: Retry::Later }
    }

    /// Something that passes, and is known to last until `moment`.
    pub fn until(moment: Moment, why: impl Into<String>) -> Self {
        Self { why: why.into(), retry: Retry::At(moment) }
    }

    /// Something that stays: the job would fail again.
    pub fn lasting(why: impl Into<String>) -> Self {
        Self { why: why.into(), retry: Retry::Never }
    }
}

impl From<Result<Done, JobError>> for Ended {
    fn from(result: Result<Done, JobError>) -> Self {
        match result {
            Ok(Done::Finished) => Self::Done,
            Ok(Done::Again(at)) => Self::Again(at),
            Err(JobError { why, retry }) => Self::Failed { why, retry },
        }
    }
}

/// Work that is to be done again and again, with a pause between.
pub(super) struct Recurring {
    pub(super) every: Duration,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) handler: Arc<dyn Handler>,
}

#[async_trait]
impl Handler for Recurring {
    async fn run(&self, job: &ClaimedJob) -> Result<Done, JobError> {
        match self.handler.run(job).await? {
            Done::Finished => Ok(Done::Again(later(self.clock.now(), self.every))),
            again @ Done::Again(_) => Ok(again),
        }
    }
}
