//! The queue, in transactions of its own.

use std::collections::BTreeMap;

use app::ports::{
    Claim, ClaimedJob, Ended, JobRecord, JobStatus, Jobs, Lease, NewJob, Page, Signal, StoreError, Unit as _,
};
use app::work::Fate;
use async_trait::async_trait;
use planner_core::time::Moment;

use crate::Pg;
use crate::query::jobs;

#[async_trait]
impl Jobs for Pg {
    async fn enqueue(&self, job: &NewJob) -> Result<(), StoreError> {
        let mut unit = self.open_for_nobody().await?;
        jobs::enqueue(unit.connection()?, job).await?;
        unit.ring(Signal::Jobs);
        Box::new(unit).commit().await
    }

    async fn claim_jobs(&self, claim: &Claim<'_>) -> Result<Vec<ClaimedJob>, StoreError> {
        let mut unit = self.open_for_nobody().await?;
        jobs::recover(unit.connection()?, claim).await?;
        let claimed = jobs::claim(unit.connection()?, claim).await?;
        Box::new(unit).commit().await?;
        Ok(claimed)
    }

    async fn extend_lease(&self, lease: &Lease, now: Moment, until: Moment) -> Result<bool, StoreError> {
        let mut unit = self.open_for_nobody().await?;
        let is_held = jobs::extend(unit.connection()?, lease, now, until).await?;
        Box::new(unit).commit().await?;
        Ok(is_held)
    }

    async fn end_job(&self, lease: &Lease, ended: &Ended, now: Moment) -> Result<Option<Fate>, StoreError> {
        let mut unit = self.open_for_nobody().await?;
        let fate = jobs::end(unit.connection()?, lease, ended, now).await?;
        if matches!(fate, Some(Fate::Queued { .. })) {
            unit.ring(Signal::Jobs);
        }
        Box::new(unit).commit().await?;
        Ok(fate)
    }

    async fn next_job_at(&self, kinds: &[&str]) -> Result<Option<Moment>, StoreError> {
        let mut unit = self.open_for_nobody().await?;
        let next = jobs::next_at(unit.connection()?, kinds).await?;
        Box::new(unit).commit().await?;
        Ok(next)
    }

    async fn list_jobs(&self, status: Option<JobStatus>, page: &Page) -> Result<Vec<JobRecord>, StoreError> {
        let mut unit = self.open_for_nobody().await?;
        let listed = jobs::page(unit.connection()?, status, page).await?;
        Box::new(unit).commit().await?;
        Ok(listed)
    }

    async fn count_jobs(&self) -> Result<BTreeMap<JobStatus, u64>, StoreError> {
        let mut unit = self.open_for_nobody().await?;
        let counted = jobs::counts(unit.connection()?).await?;
        Box::new(unit).commit().await?;
        Ok(counted)
    }
}
