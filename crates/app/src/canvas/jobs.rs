//! The work that is done in the background.

use std::time::Duration;

use async_trait::async_trait;
use planner_core::time::Moment;
use serde_json::Map;

use super::SyncError;
use crate::App;
use crate::identity::UserId;
use crate::ports::canvas::CanvasError;
use crate::ports::{ClaimedJob, Join, NewJob};
use crate::work::{Done, Handler, JobError, later};

/// The kind of job that reads an account.
pub const SYNC: &str = "canvas.sync";

/// How often an account is read.
const EVERY: Duration = Duration::from_hours(6);

/// When one is read again that could not be; after each failure twice as late, up to [`EVERY`].
const RETRIED_AFTER: Duration = Duration::from_mins(1);

/// The job of reading a user's account, again and again while there is one.
pub(super) fn syncing(user: UserId, now: Moment) -> NewJob {
    NewJob {
        kind: SYNC,
        key: Some(key(user)),
        user: Some(user),
        payload: Map::new(),
        run_at: now,
        join: Join::Set,
    }
}

/// What that job is in the queue once under.
pub(super) fn key(user: UserId) -> String {
    format!("{SYNC}:{user}")
}

/// Reads an account.
pub(crate) struct Sync(pub(crate) App);

#[async_trait]
impl Handler for Sync {
    async fn run(&self, job: &ClaimedJob) -> Result<Done, JobError> {
        let user = job.user.ok_or_else(|| JobError::lasting("it is about nobody"))?;
        let outcome = self.0.sync_canvas(user).await;
        let now = self.0.now();
        match outcome {
            Ok(_) => Ok(Done::Again(later(now, EVERY))),
            // It is asked for again when somebody connects an account.
            Err(SyncError::NotConnected | SyncError::Canvas(CanvasError::Disconnected(_))) => {
                Ok(Done::Finished)
            }
            Err(SyncError::Canvas(error)) => {
                tracing::warn!(%user, "an account at Canvas could not be read: {error}");
                let failures = self.0.canvas_failures(user).await.unwrap_or(1);
                Ok(Done::Again(later(now, pause(&error, failures))))
            }
            Err(error @ (SyncError::Store(_) | SyncError::Vault(_))) => {
                Err(JobError::passing(error.to_string()))
            }
        }
    }
}

/// How long an account is left alone that has failed so often. An account must not fall asleep for good because its Canvas
/// was away over a holiday, so the job never fails for that.
fn pause(error: &CanvasError, failures: u32) -> Duration {
    let doubled = RETRIED_AFTER * (1 << failures.saturating_sub(1).min(9));
    match error {
        CanvasError::Throttled(pause) => doubled.max(*pause),
        _ => doubled,
    }
    .min(EVERY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_that_between_syncs() {
        let unavailable = CanvasError::Unavailable(String::new());
        for (failures, minutes) in [(0, 1), (1, 1), (2, 2), (5, 16), (9, 256), (10, 360), (u32::MAX, 360)] {
            assert_eq!(pause(&unavailable, failures), Duration::from_mins(minutes), "{failures}");
        }
        let throttled = CanvasError::Throttled(Duration::from_mins(5));
        assert_eq!(pause(&throttled, 1), Duration::from_mins(5));
    }
}
