//! What tests need: a database of their own, and a clock and identities that they control.
//!
//! ```no_run
//! # async fn example() -> Result<(), testkit::Error> {
//! let db = testkit::TestDb::new().await?;
//! let rows = db.client().await?.query("SELECT * FROM users", &[]).await?;
//! assert!(rows.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! All databases of a test run are in one PostgreSQL cluster in memory, and each is a copy of one that was migrated
//! once. Under `cargo nextest run` a setup script starts the cluster; without it each test program starts its own.
//! To use another server, set `CANVASCAL_TEST_CLUSTER` to the URL of one of its databases; its user must be allowed to
//! make databases.

mod clock;
mod cluster;
mod database;
mod ids;

pub use clock::TestClock;
pub use cluster::{CLUSTER, Cluster};
pub use database::TestDb;
pub use ids::TestIds;

/// Whatever went wrong: a test has no use for more than its text.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
