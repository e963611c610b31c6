//! The work that a sync has done in the background.

use async_trait::async_trait;
use planner_core::time::Moment;
use serde_json::{Map, Value};
use std::time::Duration;
use uuid::Uuid;

use super::keep::KEPT_EVERY;
use super::reading::Readout;
use super::{Settings, SyncError};
use crate::App;
use crate::identity::UserId;
use crate::ports::google::GoogleError;
use crate::ports::{ClaimedJob, Join, NewJob};
use crate::work::{Done, Handler, JobError, later};

/// The kind of job that reads a calendar.
pub const READ: &str = "google.sync";

/// The kind of job that writes what differs. The database asks for it, whenever an event is written by whatever road.
pub const WRITE: &str = "google.push";

/// What the payload calls the calendar.
const CALENDAR: &str = "calendar_id";

/// When an empty answer is asked for a second time.
const CONFIRMED_AFTER: Duration = Duration::from_mins(10);

/// When the day's allowance may be there again.
const PARKED_FOR: Duration = Duration::from_hours(4);

/// When somebody may have mended our registration.
const MENDED_AFTER: Duration = Duration::from_hours(1);

/// When more is written than one run writes.
const NEXT_RUN: Duration = Duration::from_secs(10);

/// The job of reading a calendar.
pub(super) fn reading(user: UserId, calendar: Uuid, at: Moment) -> NewJob {
    NewJob {
        kind: READ,
        key: Some(format!("{READ}:{user}:{calendar}")),
        user: Some(user),
        payload: Map::from_iter([(CALENDAR.to_owned(), Value::from(calendar.to_string()))]),
        run_at: at,
        join: Join::Keep,
    }
}

/// The same, where somebody waits for it.
pub(super) fn reading_now(user: UserId, calendar: Uuid, now: Moment) -> NewJob {
    NewJob { join: Join::Set, ..reading(user, calendar, now) }
}

/// The job of writing what differs. The database's trigger asks for the same one.
pub(super) fn writing(user: UserId, at: Moment) -> NewJob {
    NewJob {
        kind: WRITE,
        key: Some(format!("{WRITE}:{user}")),
        user: Some(user),
        payload: Map::new(),
        run_at: at,
        join: Join::Keep,
    }
}

/// Reads a calendar.
pub(crate) struct Read(pub(crate) App);

#[async_trait]
impl Handler for Read {
    async fn run(&self, job: &ClaimedJob) -> Result<Done, JobError> {
        let user = owner(job)?;
        let calendar = job.payload.get(CALENDAR).and_then(Value::as_str).and_then(|id| id.parse().ok());
        let calendar = calendar.ok_or_else(|| JobError::lasting("it is about no calendar"))?;
        match self.0.read_calendar(user, calendar).await {
            Ok(Readout::UpToDate | Readout::Unwanted) => Ok(Done::Finished),
            Ok(Readout::Doubtful) => Ok(Done::Again(later(self.0.now(), CONFIRMED_AFTER))),
            Err(error) => fate(&error, self.0.now()),
        }
    }
}

/// Writes what differs.
pub(crate) struct Write(pub(crate) App);

#[async_trait]
impl Handler for Write {
    async fn run(&self, job: &ClaimedJob) -> Result<Done, JobError> {
        match self.0.write_out(owner(job)?).await {
            Ok(out) if out.is_unfinished => Ok(Done::Again(later(self.0.now(), NEXT_RUN))),
            Ok(_) => Ok(Done::Finished),
            Err(error) => fate(&error, self.0.now()),
        }
    }
}

/// Looks after an account, again and again while there is one.
pub(crate) struct Keep(pub(crate) App, pub(crate) Settings);

#[async_trait]
impl Handler for Keep {
    async fn run(&self, job: &ClaimedJob) -> Result<Done, JobError> {
        let outcome = self.0.keep_in_step(owner(job)?, self.1.webhook.as_deref()).await;
        let again = Done::Again(later(self.0.now(), KEPT_EVERY));
        match outcome {
            Ok(()) => Ok(again),
            // It is asked for again when somebody connects an account.
            Err(SyncError::NotConnected) => Ok(Done::Finished),
            // What stays wrong is kept where it can be seen; it must not end the looking after.
            Err(error) => match fate(&error, self.0.now()) {
                Ok(Done::Finished) => Ok(Done::Finished),
                Ok(_) => Ok(again),
                Err(error) => {
                    tracing::warn!(user = ?job.user, "an account is not in step: {error}");
                    Ok(again)
                }
            },
        }
    }
}

fn owner(job: &ClaimedJob) -> Result<UserId, JobError> {
    job.user.ok_or_else(|| JobError::lasting("it is about nobody"))
}

/// What an error means for a job.
fn fate(error: &SyncError, now: Moment) -> Result<Done, JobError> {
    let why = error.to_string();
    match error {
        // There is nothing to do until the account is connected again, and then it is asked for.
        SyncError::NotConnected | SyncError::Google(GoogleError::Disconnected(_)) => Ok(Done::Finished),
        SyncError::Google(GoogleError::Throttled(Some(pause))) => {
            Err(JobError::until(later(now, *pause), why))
        }
        SyncError::Google(GoogleError::Exhausted) => Err(JobError::until(later(now, PARKED_FOR), why)),
        SyncError::Google(GoogleError::Misconfigured(_)) => {
            tracing::error!("{why}");
            Err(JobError::until(later(now, MENDED_AFTER), why))
        }
        SyncError::Google(
            GoogleError::Forbidden(_) | GoogleError::NotFound | GoogleError::NotUnderstood(_),
        ) => {
            // Kept with the calendar, and tried again when it is polled.
            tracing::warn!("a sync has failed: {why}");
            Ok(Done::Finished)
        }
        SyncError::Google(
            GoogleError::Throttled(None) | GoogleError::Outdated | GoogleError::Unavailable(_),
        )
        | SyncError::Store(_)
        | SyncError::Vault(_) => Err(JobError::passing(why)),
    }
}
