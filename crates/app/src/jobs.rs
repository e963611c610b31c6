//! The queue of work in the background, as operators see it. It is everybody's, so whoever calls this must be one.

use uuid::Uuid;

use crate::identity::User;
use crate::ports::{Access, Actor, JobRecord, JobStatus, Page, Retried, StoreError};
use crate::{App, Failure};

/// Why a job is not tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryRefusal {
    /// It is not dead.
    NotDead {
        /// What it is.
        status: JobStatus,
    },
    /// Another job of its key is in the queue already.
    Replaced,
}

/// Why a job is not tried again, or another failure.
pub type RetryFailure = Failure<RetryRefusal>;

impl App {
    /// A page of everybody's jobs, and whether more follow.
    ///
    /// # Errors
    /// [`StoreError`] where the store fails.
    pub async fn list_jobs(
        &self,
        status: Option<JobStatus>,
        page: Page,
    ) -> Result<(Vec<JobRecord>, bool), StoreError> {
        Ok(page.cut(self.store.list_jobs(status, &page.and_one_more()).await?))
    }

    /// Queues a dead job again, on the word of `admin`.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where there is no such job, [`Failure::Refused`] where it needs no other try.
    pub async fn retry_job(&self, admin: &User, id: Uuid) -> Result<(), RetryFailure> {
        let mut unit = self.begin(admin, Access::Write(Actor::Owner)).await?;
        match unit.retry_job(id).await? {
            None => Err(Failure::NotFound),
            Some(Retried::NotDead(status)) => Err(Failure::Refused(RetryRefusal::NotDead { status })),
            Some(Retried::Replaced) => Err(Failure::Refused(RetryRefusal::Replaced)),
            Some(Retried::Queued) => {
                unit.commit().await?;
                tracing::info!(job = %id, admin = %admin.id, "a dead job is tried again");
                Ok(())
            }
        }
    }
}
