//! The queue, in transactions of its own.

use std::collections::BTreeMap;

use app::ports::{
    Claim, ClaimedJob, Ended, JobRecord, JobStatus, Jobs, Lease, NewJob, Page, Signal, StoreError, Unit as _,
};
use app::work::Fate;
use async_trait::async_trait;
use futures_util::FutureExt as _;
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

    async fn next_job_at(&self, kinds: &[&'static str]) -> Result<Option<Moment>, StoreError> {
        let kinds = kinds.to_vec();
        self.ask(move |connection| jobs::next_at(connection, kinds.clone()).boxed()).await
    }

    async fn list_jobs(&self, status: Option<JobStatus>, page: &Page) -> Result<Vec<JobRecord>, StoreError> {
        let page = *page;
        self.ask(move |connection| jobs::page(connection, status, page).boxed()).await
    }

    async fn count_jobs(&self) -> Result<BTreeMap<JobStatus, u64>, StoreError> {
        self.ask(|connection| jobs::counts(connection).boxed()).await
    }
}
