//! The handle to a running server.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, Config, NoTls, error::SqlState};

use crate::{
    Error, Options,
    control::Control,
    folder::PORT,
    keeper::{Fate, keep},
    options::USER,
};

/// How long dropping a handle may block.
const PATIENCE_OF_DROP: Duration = Duration::from_secs(3);
/// How long a hard stop may take before PostgreSQL is killed.
const PATIENCE_WITH_HARD_STOP: Duration = Duration::from_secs(10);

/// A PostgreSQL server that runs as long as this handle.
///
/// If it ends by itself it is started again, at the same address. Dropping the handle stops it as
/// [`stop`](Self::stop) does, but blocks the thread, for 3 s at most.
#[derive(Debug)]
pub struct Server {
    socket_folder: PathBuf,
    database: String,
    stop_deadline: Duration,
    child: Handle,
}

impl Server {
    /// Starts a server, and makes its cluster and its database if they are missing.
    ///
    /// Must be called within a tokio runtime with I/O and time enabled. Giving up the future half way stops
    /// what was started.
    ///
    /// # Errors
    ///
    /// Every [`Error`] but [`Error::RestartProgram`]. Nothing runs then, and the folder is free again.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let begun = Instant::now();
        let (start_deadline, stop_deadline) = (options.start_deadline, options.stop_deadline);
        let (dir, database) = (options.dir.clone(), options.database.clone());

        let control = Arc::new(Control::default());
        let (started, fate) = keep(options, Arc::clone(&control))?;
        let child = Handle { control, fate };
        let socket_folder = match started.await {
            Ok(Ok(folder)) => folder,
            Ok(Err(error)) => {
                child.gone().await;
                return Err(error);
            }
            // The thread panicked.
            Err(_) => return Err(Error::Stopped),
        };
        let server = Self { socket_folder, database, stop_deadline, child };
        if let Err(source) = server.ensure_database(begun + start_deadline).await {
            let name = server.database.clone();
            server.stop().await;
            return Err(Error::Database { name, source: source.into() });
        }
        let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(dir = %dir.display(), took_ms, "PostgreSQL is ready");
        Ok(server)
    }

    /// The URL of the database that the options name.
    pub fn url(&self) -> String {
        self.url_for(&self.database)
    }

    /// The URL of any database of this server, whether or not it exists.
    pub fn url_for(&self, database: &str) -> String {
        let host = self.socket_folder.to_string_lossy();
        format!("postgres:///{}?host={}&port={PORT}&user={USER}", encode(database, ""), encode(&host, "/"))
    }

    /// The folder with the server's socket: the host, for those who connect without a URL.
    pub fn socket_folder(&self) -> &Path {
        &self.socket_folder
    }

    /// Waits until the server is given up, which is after it has died too often; forever, if all goes well.
    ///
    /// A program waits for this beside its other work, and ends when it happens.
    pub async fn failed(&self) -> Arc<Error> {
        let mut fate = self.child.fate.clone();
        let failed = fate.wait_for(Option::is_some).await;
        failed.ok().and_then(|error| error.clone()).unwrap_or_else(|| Arc::new(Error::Stopped))
    }

    /// Stops the server in good order: transactions under way are rolled back, and nothing runs afterwards.
    pub async fn stop(self) {
        self.child.control.stop();
        if timeout(self.stop_deadline, self.child.gone()).await.is_ok() {
            return;
        }
        tracing::warn!("PostgreSQL takes too long to stop; it will recover at the next start");
        self.child.control.signal(Signal::QUIT);
        if timeout(PATIENCE_WITH_HARD_STOP, self.child.gone()).await.is_ok() {
            return;
        }
        self.child.control.signal(Signal::KILL);
        self.child.gone().await;
    }

    async fn ensure_database(&self, deadline: Instant) -> Result<(), tokio_postgres::Error> {
        loop {
            let Err(error) = self.try_ensure_database().await else { return Ok(()) };
            // It may have died right after it was ready, and be on its way back.
            let may_pass =
                error.code().is_none_or(|code| matches!(code.code(), "57P01" | "57P02" | "57P03" | "53300"));
            if !may_pass || self.child.is_gone() || Instant::now() >= deadline {
                return Err(error);
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn try_ensure_database(&self) -> Result<(), tokio_postgres::Error> {
        let Err(error) = self.run_in(&self.database, "").await else { return Ok(()) };
        if error.code() != Some(&SqlState::INVALID_CATALOG_NAME) {
            return Err(error);
        }
        let create = format!("CREATE DATABASE \"{}\"", self.database.replace('"', "\"\""));
        match self.run_in("postgres", &create).await {
            Err(error) if error.code() == Some(&SqlState::DUPLICATE_DATABASE) => Ok(()),
            result => result,
        }
    }

    /// Runs one statement, or none, on a connection of its own.
    async fn run_in(&self, database: &str, statement: &str) -> Result<(), tokio_postgres::Error> {
        let mut config = Config::new();
        config.host_path(&self.socket_folder).port(PORT).user(USER).dbname(database);
        let (client, connection): (Client, _) = config.connect(NoTls).await?;
        let connection = tokio::spawn(connection);
        let result = client.batch_execute(statement).await;
        drop(client);
        // Nobody else may be connected to a database that serves as a template.
        let _ = connection.await;
        result
    }
}

/// Stops the child when it goes, so that a start that is given up leaves nothing behind.
#[derive(Debug)]
struct Handle {
    control: Arc<Control>,
    fate: Fate,
}

impl Handle {
    /// Waits until the thread has let go of everything.
    async fn gone(&self) {
        let mut fate = self.fate.clone();
        while fate.changed().await.is_ok() {}
    }

    fn is_gone(&self) -> bool {
        self.fate.has_changed().is_err()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.control.stop();
        let deadline = Instant::now() + PATIENCE_OF_DROP;
        while !self.is_gone() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Percent-encodes all but letters, digits, a few marks that are safe everywhere, and `also`.
fn encode(text: &str, also: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || also.as_bytes().contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_encoded_byte_by_byte() {
        assert_eq!(encode("/var/lib/canvas-cal", "/"), "/var/lib/canvas-cal");
        assert_eq!(encode("a b&c=ü%/", ""), "a%20b%26c%3D%C3%BC%25%2F");
    }
}
