use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs, process, thread};

use pgserver::{Durability, Options, Server};
use tokio::runtime;
use tokio::sync::OnceCell;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

use crate::Error;

/// The environment variable that names a running cluster, by the URL of one of its databases.
pub const CLUSTER: &str = "CANVASCAL_TEST_CLUSTER";

/// The migrated database that others are copies of.
pub(crate) const TEMPLATE: &str = "canvascal_template";

/// Folders of clusters are named by this and the number of their process.
const PREFIX: &str = "canvascal-test-";

/// Taken while the template is made. Any number will do that no test uses on the cluster's own database.
const TEMPLATE_LOCK: i64 = 0x7e57_7e57;

/// A running cluster in memory. It and its folder are gone after [`Cluster::stop`].
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    dir: PathBuf,
}

impl Cluster {
    /// Starts a cluster of this process, with a migrated template.
    ///
    /// # Errors
    /// Where PostgreSQL cannot be started.
    pub async fn start() -> Result<Self, Error> {
        let memory = memory();
        sweep(&memory);
        let dir = memory.join(format!("{PREFIX}{}", process::id()));
        let server = Server::start(Options {
            durability: Durability::None,
            max_connections: 400,
            database: "postgres".to_owned(),
            settings: [("max_wal_size", "256MB"), ("autovacuum_naptime", "1h")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            ..Options::new(&dir)
        })
        .await?;
        let cluster = Self { server, dir };
        ensure_template(&cluster.url()).await?;
        Ok(cluster)
    }

    /// The URL of the cluster's own database.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Stops the cluster and removes its folder.
    pub async fn stop(self) {
        self.server.stop().await;
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// The URL of the cluster that tests of this process use: the one that the environment names, or else one that is
/// started now and stops with the process.
pub(crate) async fn url() -> Result<&'static str, Error> {
    static URL: OnceCell<String> = OnceCell::const_new();
    let url = URL.get_or_try_init(|| async {
        match env::var(CLUSTER) {
            Ok(url) if !url.is_empty() => Ok(url),
            _ => start_for_this_process().await,
        }
    });
    url.await.map(String::as_str)
}

/// Starts a cluster on a thread of its own, since the runtime of the first test ends with that test.
///
/// Nothing stops it: PostgreSQL stops when this process ends. The folder is left to the next run.
async fn start_for_this_process() -> Result<String, Error> {
    let (tell, told) = tokio::sync::oneshot::channel();
    thread::Builder::new().name("test cluster".to_owned()).spawn(move || {
        let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(tell.send(Err(error.into()))),
        };
        runtime.block_on(async {
            let started = Cluster::start().await;
            let url = started.as_ref().map(Cluster::url).map_err(|error| error.to_string().into());
            let _ = tell.send(url);
            if started.is_ok() {
                std::future::pending::<()>().await;
            }
        });
    })?;
    told.await?
}

/// Makes the template if the cluster has none. Several may ask at once.
pub(crate) async fn ensure_template(cluster: &str) -> Result<(), Error> {
    let admin = connect(cluster).await?;
    admin.execute("SELECT pg_advisory_lock($1)", &[&TEMPLATE_LOCK]).await?;
    if admin
        .query_opt("SELECT FROM pg_database WHERE datname = $1 AND datistemplate", &[&TEMPLATE])
        .await?
        .is_some()
    {
        return Ok(());
    }
    admin.batch_execute(&format!("DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")).await?;
    admin.batch_execute(&format!("CREATE DATABASE {TEMPLATE}")).await?;
    store::migrate::up(&with_database(cluster, TEMPLATE)).await?;
    admin
        .batch_execute(&format!("ALTER DATABASE {TEMPLATE} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true"))
        .await?;
    Ok(())
}

/// Copies the template.
pub(crate) async fn copy_template(cluster: &str, name: &str) -> Result<(), Error> {
    let admin = connect(cluster).await?;
    let create = format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy");
    // Another copy under way, or the migrating connection on its way out, keeps a template busy for a moment.
    for _ in 0..200 {
        let Err(error) = admin.batch_execute(&create).await else { return Ok(()) };
        match error.code() {
            Some(code) if *code == SqlState::OBJECT_IN_USE => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            // A server that somebody else started has none yet.
            Some(code) if *code == SqlState::INVALID_CATALOG_NAME => ensure_template(cluster).await?,
            _ => return Err(error.into()),
        }
    }
    Err("the template database is in use all the time".into())
}

/// Connects, and closes with the client.
pub(crate) async fn connect(url: &str) -> Result<Client, Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// The URL of another database of the same server.
pub(crate) fn with_database(url: &str, database: &str) -> String {
    let host = url.find("://").map_or(0, |scheme| scheme + 3);
    let (before, query) = url.split_once('?').map_or((url, None), |(before, query)| (before, Some(query)));
    let server = before[host..].find('/').map_or(before, |path| &before[..host + path]);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{server}/{database}{query}")
}

/// Where a cluster is quickest.
fn memory() -> PathBuf {
    let shm = Path::new("/dev/shm");
    if shm.is_dir() { shm.to_owned() } else { env::temp_dir() }
}

/// Removes the folders of processes that are gone.
fn sweep(memory: &Path) {
    let folders = fs::read_dir(memory).into_iter().flatten().flatten();
    for folder in folders {
        let name = folder.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.parse().ok());
        if process.is_some_and(|process| !is_running(process)) {
            let _ = fs::remove_dir_all(folder.path());
        }
    }
}

/// Whether there is such a process. One that has ended and that nobody has asked about yet is none.
pub(crate) fn is_running(process: u32) -> bool {
    if !Path::new("/proc/self").exists() {
        return true;
    }
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(')').and_then(|(_, rest)| rest.trim_start().chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

impl Cluster {
    /// Waits until another process has ended.
    pub async fn outlived(process: u32) {
        while is_running(process) {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_of_the_same_server() {
        for (url, expected) in [
            ("postgres:///app?host=/dev/shm/x&user=app", "postgres:///new?host=/dev/shm/x&user=app"),
            ("postgres://me:secret@host:5432/app", "postgres://me:secret@host:5432/new"),
            ("postgres://host", "postgres://host/new"),
            ("postgres://host?user=me", "postgres://host/new?user=me"),
        ] {
            assert_eq!(with_database(url, "new"), expected);
        }
    }

    #[test]
    fn a_process_that_ended_is_not_running() {
        assert!(is_running(process::id()));
        let mut child = process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        assert!(!is_running(child.id()));
    }
}
