//! Requests to services of others, as those need them who speak with Google and with Canvas.
//!
//! * [`Client`]: one request, bounded in time and size. No redirect is followed, and nothing of an answer or a request is
//!   in an error.
//! * [`Tokens`]: access that was got with a consent, kept in memory alone.
//! * [`Sleeper`], [`backoff`]: the pause before another try.

mod client;
mod pause;
mod tokens;

pub use client::{Answer, Bounds, Client, Connector, Lost, connector};
pub use pause::{Sleeper, TokioSleeper, backoff};
use planner_core::time::Moment;
use std::time::Duration;
pub use tokens::{Access, Tokens};

/// The moment that long after `moment`.
pub fn later(moment: Moment, by: Duration) -> Moment {
    let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    Moment::from_unix_micros(moment.unix_micros().saturating_add(micros))
}
