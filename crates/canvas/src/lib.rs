//! The ports over Canvas LMS: what [`app::ports::canvas::Canvas`] asks, over Canvas's API.
//!
//! Users say which Canvas theirs is, so nothing they say is trusted: a host has to have a public name, each address that it
//! resolves to has to be public, and the connection goes to the address that was looked at (`guard.rs`). No redirect is
//! followed, and a list only goes on at the same origin. All requests take one road (`road.rs`): a fresh access token, one
//! request that is bounded in time and size, patience where too much was asked, one class of error.
//!
//! A sync asks one thing after the other, and there is one sync of a user's at a time, so that the bucket which Canvas
//! keeps for each token never fills by what is in flight.

mod canvas;
mod config;
mod convert;
mod guard;
mod host;
mod link;
mod oauth;
mod road;

pub use canvas::CanvasApi;
pub use config::{Config, ConfigError, DeveloperKey, Hosts, Limits};
pub use guard::{Names, SystemNames, is_public};
pub use host::is_public_name;
pub use outbound::{Sleeper, TokioSleeper};
