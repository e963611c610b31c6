//! The database's schema, which the program brings along.
//!
//! Each migration is a transaction of its own. However many programs migrate at once, one of them does and the others
//! wait for it: they hold an advisory lock for the time. A connection pooler that hands out a server connection for a
//! transaction at a time breaks that lock, so give the URL of the server itself.

use std::collections::BTreeSet;

use app::ports::StoreError;
use diesel::migration::{Migration, MigrationSource as _};
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{OptionalExtension as _, QueryableByName};
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use tokio::runtime;

use crate::pool::{connect, parse};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Names our migrations among the advisory locks of the database. Any number will do that nobody else uses.
const LOCK: i64 = 0x0ca1_ca1e_2026;

/// Why the schema was not changed, or not to the end. What was done before that stays done.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database cannot be reached, or its URL cannot be understood.
    #[error(transparent)]
    Connect(StoreError),
    /// The database knows a migration that this program does not, so that it cannot be reverted.
    #[error("the database is newer than this program: it has migration {version}")]
    Unknown {
        /// Which.
        version: String,
    },
    /// A migration failed, and was rolled back.
    #[error("migration {name} failed: {source}")]
    Migration {
        /// Which.
        name: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The record of what was migrated cannot be read.
    #[error("the record of migrations cannot be read: {0}")]
    Record(Box<dyn std::error::Error + Send + Sync>),
    /// The work was given up half way.
    #[error("migrating was interrupted")]
    Interrupted,
}

/// How the schema of a database stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Migrations that were run, oldest first.
    pub applied: Vec<String>,
    /// Migrations that [`up`] would run, in that order.
    pub pending: Vec<String>,
    /// Versions that a newer program has run and that this one knows nothing of, oldest first.
    pub unknown: Vec<String>,
}

/// Runs every migration that was not run yet, and says which.
///
/// A database that is newer than this program is left as it is: old programs go on while a new one is rolled out.
///
/// # Errors
/// [`MigrateError`] at the first that fails.
pub async fn up(url: &str) -> Result<Vec<String>, MigrateError> {
    change(url, |harness| {
        let pending = harness.pending_migrations(MIGRATIONS).map_err(MigrateError::Record)?;
        let mut done = Vec::with_capacity(pending.len());
        for migration in &pending {
            let name = migration.name().to_string();
            harness
                .run_migration(migration)
                .map_err(|source| MigrateError::Migration { name: name.clone(), source })?;
            tracing::debug!(name, "migrated");
            done.push(name);
        }
        Ok(done)
    })
    .await
}

/// Reverts the last `count` migrations, newest first, and says which.
///
/// # Errors
/// [`MigrateError`] at the first that cannot be reverted. Where one of them is unknown, nothing is reverted at all.
pub async fn down(url: &str, count: usize) -> Result<Vec<String>, MigrateError> {
    change(url, move |harness| {
        let applied = harness.applied_migrations().map_err(MigrateError::Record)?;
        let known = all()?;
        let chosen: Result<Vec<_>, MigrateError> = applied
            .iter()
            .take(count)
            .map(|version| {
                let found = known.iter().find(|migration| migration.name().version() == *version);
                found.ok_or_else(|| MigrateError::Unknown { version: version.to_string() })
            })
            .collect();
        let mut done = Vec::new();
        for migration in chosen? {
            let name = migration.name().to_string();
            harness
                .revert_migration(migration)
                .map_err(|source| MigrateError::Migration { name: name.clone(), source })?;
            tracing::debug!(name, "migration reverted");
            done.push(name);
        }
        Ok(done)
    })
    .await
}

/// How the schema stands. Changes nothing, not even in an empty database.
///
/// # Errors
/// [`MigrateError`] where the database cannot be asked.
pub async fn status(url: &str) -> Result<Status, MigrateError> {
    let mut connection = open(url).await?;
    let mut applied = recorded(&mut connection).await?;
    let mut status = Status::default();
    for migration in all()? {
        let name = migration.name();
        let list = if applied.remove(&name.version().to_string()) {
            &mut status.applied
        } else {
            &mut status.pending
        };
        list.push(name.to_string());
    }
    status.unknown = applied.into_iter().collect();
    Ok(status)
}

type Harness = AsyncMigrationHarness<AsyncPgConnection>;

/// Does something under the lock.
///
/// The harness blocks its thread and needs a runtime of several, so it gets both for itself: callers may be on any.
async fn change<F>(url: &str, work: F) -> Result<Vec<String>, MigrateError>
where
    F: FnOnce(&mut Harness) -> Result<Vec<String>, MigrateError> + Send + 'static,
{
    let url = url.to_owned();
    let changing = tokio::task::spawn_blocking(move || {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| MigrateError::Record(Box::new(error)))?;
        runtime.block_on(async move {
            let mut connection = open(&url).await?;
            // Gone with the connection.
            diesel::sql_query("SELECT pg_advisory_lock($1)")
                .bind::<BigInt, _>(LOCK)
                .execute(&mut connection)
                .await
                .map_err(|error| MigrateError::Record(Box::new(error)))?;
            work(&mut Harness::new(connection))
        })
    });
    changing.await.unwrap_or(Err(MigrateError::Interrupted))
}

async fn open(url: &str) -> Result<AsyncPgConnection, MigrateError> {
    let config = parse(url).map_err(MigrateError::Connect)?;
    let unavailable = |error| MigrateError::Connect(StoreError::Unavailable(error));
    let mut connection = connect(&config).await.map_err(|error| unavailable(Box::new(error)))?;
    // Adopting a table tells of every column that is there already.
    let quiet = connection.batch_execute("SET client_min_messages = warning").await;
    quiet.map_err(|error| unavailable(Box::new(error)))?;
    Ok(connection)
}

fn all() -> Result<Vec<Box<dyn Migration<diesel::pg::Pg>>>, MigrateError> {
    MIGRATIONS.migrations().map_err(MigrateError::Record)
}

#[derive(QueryableByName)]
struct Exists {
    #[diesel(sql_type = Bool)]
    exists: bool,
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

async fn recorded(connection: &mut AsyncPgConnection) -> Result<BTreeSet<String>, MigrateError> {
    let broken = |error| MigrateError::Record(Box::new(error));
    let table: Option<Exists> =
        diesel::sql_query("SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS exists")
            .get_result(connection)
            .await
            .optional()
            .map_err(broken)?;
    if !table.is_some_and(|table| table.exists) {
        return Ok(BTreeSet::new());
    }
    let rows: Vec<Applied> = diesel::sql_query("SELECT version FROM __diesel_schema_migrations")
        .load(connection)
        .await
        .map_err(broken)?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}
