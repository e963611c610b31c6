//! What a caller may choose.

use std::{path::PathBuf, time::Duration};

use crate::Binaries;

/// The user that owns every database of the cluster.
pub(crate) const USER: &str = "app";

/// How to run the server.
///
/// Only the folder must be chosen:
///
/// ```
/// # use pgserver::{Durability, Options};
/// let options = Options { durability: Durability::None, ..Options::new("/dev/shm/a-test") };
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder that holds everything; made if missing. See the crate's page for what is in it.
    pub dir: PathBuf,
    /// The programs to run; looked for with [`Binaries::find`] when `None`.
    pub binaries: Option<Binaries>,
    /// Whether committed data must survive a killed server and a power cut.
    pub durability: Durability,
    /// How many connections the server accepts at once.
    pub max_connections: u32,
    /// The database that is there once the server has started.
    pub database: String,
    /// More settings, as in `postgresql.conf`. They cannot change where the server listens.
    pub settings: Vec<(String, String)>,
    /// Whether to forget the cluster that is there, whoever made it, and make a new one.
    pub fresh: bool,
    /// How long a start may take, recovery after a crash included.
    pub start_deadline: Duration,
    /// How long an orderly stop may take before a hard one, which loses no committed data either.
    pub stop_deadline: Duration,
    /// How often within a minute a server that died is started again before it is given up.
    pub restarts_per_minute: u32,
}

/// Whether committed data must survive a killed server and a power cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// What is committed is on the disk.
    #[default]
    Full,
    /// Nothing is forced to the disk: for tests, whose data nobody misses.
    ///
    /// A machine that stops ruins the cluster; a killed server loses the last second.
    None,
}

impl Options {
    /// A durable server in `dir`, with a database named `app`.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            binaries: None,
            durability: Durability::Full,
            max_connections: 50,
            database: "app".into(),
            settings: Vec::new(),
            fresh: false,
            start_deadline: Duration::from_mins(2),
            stop_deadline: Duration::from_secs(30),
            restarts_per_minute: 5,
        }
    }
}
