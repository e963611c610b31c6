//! The database that a command works on: one that is named, or the program's own.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use pgserver::Server;

use crate::config::{DatabaseSettings, Secret};

/// A database, and the server behind it where that is ours.
pub(super) struct Database {
    pub(super) url: Secret<String>,
    server: Option<Server>,
}

impl Database {
    /// Uses the database that the settings name, or starts the program's own.
    ///
    /// Its folder is the one named, or else `default_folder` among the program's data. With `fresh` what it holds is
    /// forgotten.
    pub(super) async fn open(
        settings: &DatabaseSettings,
        default_folder: &str,
        fresh: bool,
    ) -> anyhow::Result<Self> {
        if let Some(url) = &settings.url {
            return Ok(Self { url: url.clone(), server: None });
        }
        let folder = match &settings.data {
            Some(folder) => folder.clone(),
            None => data_folder(settings)?.join(default_folder),
        };
        let options = pgserver::Options {
            max_connections: u32::try_from(settings.pool_size).unwrap_or(u32::MAX).saturating_add(20),
            fresh,
            ..pgserver::Options::new(&folder)
        };
        let server = Server::start(options)
            .await
            .with_context(|| format!("starting the database in {}", folder.display()))?;
        Ok(Self { url: Secret::new(server.url()), server: Some(server) })
    }

    /// Ends only when the program's own server can't be kept running.
    pub(super) async fn failed(&self) -> Arc<pgserver::Error> {
        match &self.server {
            Some(server) => server.failed().await,
            None => std::future::pending().await,
        }
    }

    /// Stops the program's own server.
    pub(super) async fn close(self) {
        if let Some(server) = self.server {
            server.stop().await;
        }
    }
}

/// Where the program keeps its data. For root it is the system's folder: PostgreSQL runs as another user there, and
/// that one cannot enter root's home.
fn data_folder(settings: &DatabaseSettings) -> anyhow::Result<PathBuf> {
    if is_root() {
        return Ok(PathBuf::from("/var/lib/canvascal"));
    }
    let home = settings.data_home.as_ref().context("no folder for data: name one with --data")?;
    Ok(home.join("canvascal"))
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // The process's own entry belongs to the effective user; to ask the kernel directly would need `unsafe`.
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}
