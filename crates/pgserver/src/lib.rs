//! A private PostgreSQL, run as a child of the program and kept alive by it.
//!
//! The owner of a calendar should not have to set up a database. So the program brings its own: a real
//! PostgreSQL server, the one the distribution installs, on a folder of its own and reachable by nobody else.
//!
//! ```no_run
//! # async fn example() -> Result<(), pgserver::Error> {
//! use pgserver::{Options, Server};
//!
//! let server = Server::start(Options::new("/var/lib/canvascal")).await?;
//! println!("{}", server.url());
//! server.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Layout
//!
//! ```text
//! /var/lib/canvascal/     Options::dir
//! ├── lock                held by the program; the number of its process is in it
//! ├── pgdata/             the cluster, as PostgreSQL lays it out
//! ├── pgdata.new-*/       only while a cluster is being made
//! ├── postgres.log        what PostgreSQL says; postgres.log.1 once that is over 16 MiB
//! └── run/                the socket
//! ```
//!
//! The path of a socket has 107 bytes at most. Where that of `run` is longer, or cannot stand in a URL as it
//! is, the socket is in a folder in `/tmp` that is named by a hash of the path.
//!
//! # Guarantees
//!
//! * **Nobody else gets in.** The server listens on a socket only, in a folder that only its user can enter.
//!   On that socket no password is asked.
//! * **What is committed stays**, unless [`Durability::None`] is asked for. Pages carry checksums.
//! * **One program per folder.** The second gets [`Error::InUse`] at once, and the first is left alone; so is
//!   a server that somebody started by hand. The lock is taken before anything else is touched.
//! * **No half-made cluster.** A cluster is made aside and then renamed, so a first start may be killed at
//!   any moment.
//! * **No server without its program.** When the program is killed, the system sends the server the signal
//!   for an orderly stop. A start that comes while it is still stopping waits for it. Without util-linux's
//!   `setpriv` the signal is missing; then the next start stops the old server.
//! * **No program without its server.** A server that is killed is started again, at the same address.
//!   Connections break, committed data is there. One that dies again and again is given up; wait for
//!   [`Server::failed`].
//! * **Another major version is refused**, with both named, before anything is touched.
//! * **Ctrl-C is for the program.** The server is in a process group of its own, and is stopped by
//!   [`Server::stop`]. (Under systemd set `KillMode=mixed` for the same reason.)
//!
//! PostgreSQL does not run as root. When the program does, the server runs as the user who owns the cluster,
//! and a new one belongs to `postgres`, or else `nobody`. That user must be able to enter the parents of the
//! folder, which rules out root's home. The folder itself stays root's: the server cannot tamper with the
//! files that root opens there.
//!
//! # Why our own
//!
//! There are crates for this, and each fails at one of the guarantees: an engine compiled into the program
//! serves a single connection (pglite) or asks for a newer C library than the systems we run on have
//! (oliphaunt). Those that run a real server are made for tests: they switch off fsync, refuse to work as root,
//! leave the server behind when the program is killed, or let a second program kill the first one's server
//! (`postgresql_embedded`, `pg-embed`, `pgtemp`). What is left to do is little: start a child well, and clean up
//! after one that ended badly.

mod binaries;
mod cluster;
mod control;
mod error;
mod folder;
mod keeper;
mod options;
mod process;
mod runner;
mod server;

pub use binaries::Binaries;
pub use error::Error;
pub use options::{Durability, Options};
pub use server::Server;
