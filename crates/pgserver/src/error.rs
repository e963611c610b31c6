//! What can go wrong, sorted by what a person does about it.

use std::{io, path::PathBuf, time::Duration};

/// Why the database is not there, named by the way out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No fitting PostgreSQL is installed: install one.
    #[error("PostgreSQL {wanted} was not found {looked}; install it with: apt-get install {package}")]
    Install {
        /// The version that was looked for, in words.
        wanted: String,
        /// Where it was looked for, in words.
        looked: String,
        /// The Debian package that brings it.
        package: String,
    },

    /// The folder belongs to another major version: install that one, or choose another folder.
    ///
    /// Nothing was changed.
    #[error(
        "{folder} was written by PostgreSQL {wrote}, but {found}; nothing was changed. Install PostgreSQL \
         {wrote} if it is 15 or newer, or choose another folder"
    )]
    OtherMajor {
        /// The folder of the cluster.
        folder: PathBuf,
        /// The version that wrote it.
        wrote: String,
        /// What there is instead, in words.
        found: String,
    },

    /// Another program runs a server on this folder: stop it, or choose another folder.
    #[error("{folder} is in use by another running program{}; stop it first, or choose another folder",
        .by.map_or(String::new(), |pid| format!(" (process {pid})")))]
    InUse {
        /// The folder both want.
        folder: PathBuf,
        /// The other program, where it is known.
        by: Option<u32>,
    },

    /// The folder cannot hold a database: repair what is said, or choose another one.
    #[error("{folder} cannot be used: {why}")]
    ChangeFolder {
        /// The folder with the trouble, which may be a parent of the one asked for.
        folder: PathBuf,
        /// What is wrong and what would help.
        why: String,
    },

    /// Root has no ordinary user to run PostgreSQL as: make one, or start the program as one.
    #[error("PostgreSQL does not run as root: {why}")]
    ChangeUser {
        /// What is wrong and what would help.
        why: String,
    },

    /// PostgreSQL ended by itself; its last words are here and in its log.
    #[error("{what} ended early ({status}); the end of {log}:\n{tail}")]
    ReadLog {
        /// The program that ended.
        what: &'static str,
        /// How it ended.
        status: String,
        /// The log.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },

    /// PostgreSQL was not ready in time: give it more, or read its log.
    #[error("PostgreSQL was not ready after {:.1} s; the end of {log}:\n{tail}", .after.as_secs_f32())]
    GiveMoreTime {
        /// How long it was waited for.
        after: Duration,
        /// The log.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },

    /// PostgreSQL died again and again and is no longer restarted: read its log, then restart the program.
    #[error("PostgreSQL ended {times} times within a minute and stays down; the end of {log}:\n{tail}")]
    RestartProgram {
        /// How often it ended.
        times: u32,
        /// The log.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },

    /// The server runs but did not give us our database.
    #[error("cannot open or create the database {name:?}")]
    Database {
        /// The database.
        name: String,
        /// What the server said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// The operating system refused something.
    #[error("cannot {doing} {path}")]
    Io {
        /// What was tried, as a verb.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// The refusal.
        source: io::Error,
    },

    /// The server was told to stop, so it is not there.
    #[error("PostgreSQL was stopped")]
    Stopped,
}

impl Error {
    /// For `map_err`: the refusal to do `doing` on `path`.
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, path: path.into(), source }
    }
}
