//! Work in the background: a [`Worker`] takes jobs from the queue and has their [`Handler`]s do them.
//!
//! Jobs are asked for in the unit of work that makes them necessary, so none is forgotten and none is for nothing. Any
//! number of workers in any number of processes share the queue. What becomes of a job when a run of it ends is decided
//! by [`fate`].

mod fate;
mod handler;
mod propose;
mod run;
mod sweep;
mod worker;

use std::time::Duration;

pub use fate::{Fate, MOST_ATTEMPTS, Standing, fate};
pub use handler::{Done, Handler, JobError};
use planner_core::time::Moment;
pub use propose::PROPOSE;
pub(crate) use propose::{Propose, proposing, proposing_imported};
pub use sweep::SWEEP;
pub use worker::{Options, Worker};

/// The moment that long after `moment`.
pub(crate) fn later(moment: Moment, by: Duration) -> Moment {
    let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    Moment::from_unix_micros(moment.unix_micros().saturating_add(micros))
}
