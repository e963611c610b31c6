//! What every test of the system needs: a server, users, and a way to ask.

mod ask;
mod client;
pub(crate) mod contract;
mod dump;
mod tokens;
mod week;

use std::sync::Arc;
use std::time::Duration;

use api::extract::Limits;
use api::metrics::Metrics;
use api::server::{self, NotReady, Readiness, State};
use api::wiring::DatabaseGauges;
use app::App;
pub(crate) use ask::{Ask, NOBODYS, with, without};
use async_trait::async_trait;
pub(crate) use client::{Caller, Reply};
use serde_json::json;
use testkit::{TestClock, TestDb, TestIds};
pub(crate) use tokens::Token;
use tokio_util::sync::CancellationToken;
pub(crate) use week::accept_path;

/// A Monday morning in the zone that users have by default, UTC.
pub(crate) const NOW: &str = "2026-03-02T08:00:00Z";

/// The real server on a port of its own, over a database of its own.
pub(crate) struct Api {
    pub(crate) db: TestDb,
    pub(crate) clock: TestClock,
    pub(crate) url: String,
    stopping: CancellationToken,
}

impl Api {
    /// A server whose clock stands at [`NOW`].
    pub(crate) async fn start() -> Self {
        Self::start_with(store::Options::default()).await
    }

    /// The same, for tests that keep the database waiting on purpose: nothing gives up before the test does.
    pub(crate) async fn start_patient() -> Self {
        let ages = Duration::from_mins(10);
        let options = store::Options::default();
        Self::start_with(store::Options {
            connect_deadline: ages,
            statement_deadline: ages,
            idle_deadline: ages,
            ..options
        })
        .await
    }

    async fn start_with(options: store::Options) -> Self {
        let db = TestDb::new().await.unwrap();
        let clock = TestClock::at(NOW);
        let bell = Arc::new(store::Bell::new(&db.url()).unwrap());
        let options = store::Options {
            clock: Some(Arc::new(clock.clone())),
            signals: Arc::clone(&bell) as _,
            ..options
        };
        let store = Arc::new(db.pg(options).unwrap());
        let metrics = Arc::new(Metrics::new(vec![Box::new(DatabaseGauges(Arc::clone(&store)))]));
        let app = App::new(store, Arc::new(clock.clone()), Arc::new(TestIds::new()))
            .with_signals(bell)
            .with_telemetry(Arc::clone(&metrics) as _);
        Self::serve(db, clock, app, metrics)
    }

    /// A server over use cases of the test's own.
    pub(crate) fn serve(db: TestDb, clock: TestClock, app: App, metrics: Arc<Metrics>) -> Self {
        let stopping = CancellationToken::new();
        let state = State {
            verifier: Arc::new(tokens::verifier(&clock)),
            readiness: Arc::new(Ready(app.clone())),
            limits: Limits::default(),
            stopping: stopping.clone(),
            metrics,
            metrics_token: None,
        };
        let listener = server::bind(([127, 0, 0, 1], 0).into()).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let patience = Duration::from_secs(5);
            runtime.block_on(server::run(listener, state, patience, api::routes::all(app))).unwrap();
        });
        Self { db, clock, url, stopping }
    }

    /// Looks until a connection of the server waits for a lock that somebody holds.
    pub(crate) async fn until_somebody_waits(&self) {
        let waiting = "SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let sql = self.db.client().await.unwrap();
        let ages = std::time::Instant::now() + Duration::from_mins(2);
        while sql.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            assert!(std::time::Instant::now() < ages, "nobody waits");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// A user with a valid token, whose name decides who they are.
    pub(crate) fn user(&self, name: &str) -> Caller {
        Caller::new(&self.url, Some(Token::of(name, &self.clock).text()))
    }

    /// A user who may see what concerns everybody.
    pub(crate) fn admin(&self, name: &str) -> Caller {
        let token = Token::of(name, &self.clock).with("metadata", json!({"role": "admin"}));
        Caller::new(&self.url, Some(token.text()))
    }

    /// Somebody with this `Authorization` token, or none.
    pub(crate) fn caller(&self, token: Option<String>) -> Caller {
        Caller::new(&self.url, token)
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

struct Ready(App);

#[async_trait]
impl Readiness for Ready {
    async fn check(&self) -> Result<(), NotReady> {
        self.0.ready().await.map_err(|error| NotReady { part: "database", source: Some(Box::new(error)) })
    }
}
