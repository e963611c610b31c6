//! The ports of [`app`] over PostgreSQL.
//!
//! SQL decides nothing here: a unit of work loads facts, the caller decides, the unit writes. What the database itself
//! holds everyone to (the owner in every key, the locks of immovable events, an audit that only grows) is in the
//! migrations, which [`migrate`] brings along.

mod bell;
mod canvas;
mod error;
mod google;
mod jobs;
pub mod migrate;
mod pool;
mod query;
mod schema;
mod tls;
mod turn;
mod unit;

pub use bell::Bell;
pub use pool::{Connections, Options, Pg};
