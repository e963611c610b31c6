//! The real program as a server, on a database of the test's own.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use testkit::TestClock;

use super::program::{self, AGES, Running};
use crate::harness::{Caller, Token};

/// A process that serves.
pub(crate) struct Server {
    pub(crate) process: Running,
    pub(crate) url: String,
}

impl Server {
    /// Starts one on a port that is free, over the database at `database_url`, and waits until it is ready.
    pub(crate) async fn start(database_url: &str) -> Self {
        Self::start_with(database_url, &[]).await
    }

    /// The same with flags.
    pub(crate) async fn start_with(database_url: &str, flags: &[&str]) -> Self {
        Self::start_at(free_port(), database_url, flags).await
    }

    /// Starts one on a port that is known.
    pub(crate) async fn start_at(address: SocketAddr, database_url: &str, flags: &[&str]) -> Self {
        let address = address.to_string();
        let mut command = program::command(&["serve", "--listen", &address]);
        command.args(flags).env("DATABASE_URL", database_url).env("CANVASCAL_LOG", "warn");
        command.envs(Token::trusted());
        let server = Self { process: Running::start(command), url: format!("http://{address}") };
        server.ready().await;
        server
    }

    async fn ready(&self) {
        let caller = Caller::new(&self.url, None);
        let deadline = tokio::time::Instant::now() + AGES;
        while caller.try_get("/readyz").await.is_none_or(|reply| reply.status != 200) {
            assert!(tokio::time::Instant::now() < deadline, "the server never got ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A user whose token is good now.
    pub(crate) fn user(&self, name: &str) -> Caller {
        let now = TestClock::new(time::OffsetDateTime::now_utc().into());
        Caller::new(&self.url, Some(Token::of(name, &now).text()))
    }
}

/// An address that nobody listens on.
pub(crate) fn free_port() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap()
}
