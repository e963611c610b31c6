//! The ports over Google Calendar: what [`app::ports::google::Google`] asks, over Google's OAuth and Calendar API.
//!
//! All requests take one road (`road.rs`): the account's pace and circuit, a fresh access token, one request that is
//! bounded in time and size, one class of error. Google's types stop in `convert.rs`.
//!
//! The types are those of `google-calendar3`; its client is not used, for what it cannot do matters here: it does not
//! encode ids in paths, so that a calendar with a `#` in its name is taken for another; it reads answers without any
//! bound, and takes one that is cut off for an empty one; it shows whole answers in its errors; it sends no `If-Match`,
//! drops the nulls of a PATCH, and has no batch.
//!
//! # What is where
//!
//! * [`Gcal`], made of a [`Config`]: the port.
//! * `wire/`: requests and answers, refusals and batches as they are sent.
//! * `access/`: sign-in, and the access tokens, which live in memory alone.
//! * `calls/`: one file per subject of the port.
//! * `pace.rs`, `circuit.rs`: how much is asked, and when nothing is asked for a while.
//! * `command_line.rs`: the sign-in of somebody who sits at this machine.

mod access;
mod calls;
mod circuit;
mod command_line;
mod config;
mod convert;
mod gcal;
mod pace;
mod road;
mod wire;

pub use config::{Config, ConfigError, Endpoints, Limits};
pub use gcal::Gcal;
pub use outbound::{Sleeper, TokioSleeper};
