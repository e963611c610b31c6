use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinError;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::{Done, Fate, Handler, JobError, later};
use crate::ports::{ClaimedJob, Clock, Ended, Jobs, Retry};

/// How long a handler may go on that was told to stop, or whose lease is lost: it may just have ended the job itself.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(1);

/// The pause before telling the queue again how a run ended.
const TELL_AGAIN: Duration = Duration::from_millis(500);

/// One run of a job.
pub(super) struct Run {
    pub(super) queue: Arc<dyn Jobs>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) handler: Arc<dyn Handler>,
    pub(super) job: Arc<ClaimedJob>,
    /// How long a lease lasts that was just extended.
    pub(super) lease: Duration,
    /// Until when the job is ours.
    pub(super) until: Instant,
}

type Handling = AbortOnDropHandle<Result<Done, JobError>>;

impl Run {
    /// Has the job done and tells the queue how that ended, unless the lease is lost. The job goes back to the queue
    /// where it is still running when `give_back` is cancelled.
    pub(super) async fn drive(mut self, give_back: CancellationToken) {
        let (handler, job) = (Arc::clone(&self.handler), Arc::clone(&self.job));
        // A task of its own, so that a panic ends nothing but this run.
        let mut handling: Handling =
            AbortOnDropHandle::new(tokio::spawn(async move { handler.run(&job).await }));
        let mut until = self.until;
        let ended = tokio::select! {
            biased;
            joined = &mut handling => Some(ended(joined)),
            () = give_back.cancelled() => {
                handling.abort();
                Some(last_words(&mut handling).await.unwrap_or(Ended::Released))
            }
            () = self.hold(&mut until) => last_words(&mut handling).await,
        };
        // Nothing of it goes on where somebody else may begin.
        drop(handling);
        self.until = until;
        if let Some(ended) = ended {
            self.tell(&ended).await;
        } else {
            tracing::warn!(job = %self.job.lease.job, kind = self.job.kind, "a job's lease is lost");
        }
    }

    /// Keeps the lease alive; ends when it is lost.
    async fn hold(&self, until: &mut Instant) {
        let lease = &self.job.lease;
        loop {
            sleep(self.lease / 3).await;
            let (asked, now) = (Instant::now(), self.clock.now());
            let extending = self.queue.extend_lease(lease, now, later(now, self.lease));
            match timeout_at(*until, extending).await {
                Ok(Ok(true)) => *until = asked + self.lease,
                Ok(Ok(false)) => return,
                Ok(Err(error)) => tracing::debug!(job = %lease.job, "a lease was not extended: {error}"),
                Err(_) => {}
            }
            if Instant::now() >= *until {
                return;
            }
        }
    }

    /// Tells the queue how the run ended, for as long as the queue would listen.
    async fn tell(&self, ended: &Ended) {
        let lease = &self.job.lease;
        loop {
            match timeout_at(self.until, self.queue.end_job(lease, ended, self.clock.now())).await {
                Ok(Ok(fate)) => return self.log(ended, fate.as_ref()),
                Ok(Err(error)) => tracing::debug!(job = %lease.job, "the end of a job was not told: {error}"),
                Err(_) => {}
            }
            if Instant::now() + TELL_AGAIN >= self.until {
                return tracing::warn!(job = %lease.job, "the end of a job could not be told: it will run again");
            }
            sleep(TELL_AGAIN).await;
        }
    }

    fn log(&self, ended: &Ended, fate: Option<&Fate>) {
        let (job, kind) = (self.job.lease.job, self.job.kind.as_str());
        let attempts = self.job.lease.attempts;
        match (ended, fate) {
            (Ended::Failed { why, .. }, Some(Fate::Dead { .. })) => {
                tracing::error!(%job, kind, attempts, "a job is dead: {why}");
            }
            (Ended::Failed { why, .. }, Some(_)) => {
                tracing::warn!(%job, kind, attempts, "a job failed and will be tried again: {why}");
            }
            (Ended::Released, Some(_)) => tracing::info!(%job, kind, "a job goes back to the queue"),
            // The handler has ended it itself, in its own unit of work.
            (Ended::Done, _) => tracing::debug!(%job, kind, "a job is done"),
            (_, Some(_)) => tracing::debug!(%job, kind, "a job is done for now"),
            (_, None) => tracing::warn!(%job, kind, "a job's lease is lost"),
        }
    }
}

/// What a handler says that has a moment left to end, if it does.
async fn last_words(handling: &mut Handling) -> Option<Ended> {
    match timeout(LAST_WORDS, handling).await {
        Ok(Err(error)) if error.is_cancelled() => None,
        Ok(joined) => Some(ended(joined)),
        Err(_) => None,
    }
}

fn ended(joined: Result<Result<Done, JobError>, JoinError>) -> Ended {
    joined.map_or_else(
        |error| {
            // What it said is in the log, as with every panic, and may hold anything.
            let panicked = error.try_into_panic().map(|payload: Box<dyn Any + Send>| drop(payload)).is_ok();
            let why = if panicked { "it panicked; the log says why" } else { "it was cut short" };
            Ended::Failed { why: why.to_owned(), retry: Retry::Later }
        },
        Ended::from,
    )
}
