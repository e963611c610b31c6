//! What every test of the system needs: a server, users, and a way to ask.

mod ask;
mod canvas;
mod client;
pub(crate) mod contract;
mod dump;
mod google;
mod stream;
mod tokens;
mod week;

use std::sync::Arc;
use std::time::Duration;

use api::extract::Limits;
use api::metrics::Metrics;
use api::server::{self, NotReady, Readiness, State};
use api::wiring::gauges;
use app::App;
pub(crate) use ask::{Ask, NOBODYS, with, without};
use async_trait::async_trait;
pub(crate) use canvas::Connect;
use canvas_fake::CanvasFake;
pub(crate) use client::{Caller, Reply};
pub(crate) use google::{ADA, BACK};
use google_fake::GoogleFake;
use serde_json::json;
pub(crate) use stream::{Block, Stream};
use testkit::{TestClock, TestDb, TestIds};
pub(crate) use tokens::Token;
use tokio_util::sync::CancellationToken;
pub(crate) use week::accept_path;

/// A Monday morning in the zone that users have by default, UTC.
pub(crate) const NOW: &str = "2026-03-02T08:00:00Z";

/// The real server on a port of its own, over a database of its own.
pub(crate) struct Api {
    pub(crate) db: Arc<TestDb>,
    pub(crate) clock: TestClock,
    pub(crate) url: String,
    /// The server's use cases, for what is not asked over HTTP.
    pub(crate) app: App,
    ids: Arc<TestIds>,
    stopping: CancellationToken,
    google: Option<GoogleFake>,
    canvas: Option<CanvasFake>,
}

impl Api {
    /// A server whose clock stands at [`NOW`].
    pub(crate) async fn start() -> Self {
        Self::start_with(store::Options::default()).await
    }

    /// The same, for tests that keep the database waiting on purpose: nothing gives up before the test does.
    pub(crate) async fn start_patient() -> Self {
        Self::start_patiently(false).await
    }

    /// The same, with a Google and a Canvas of its own or without.
    pub(crate) async fn start_patiently(has_google: bool) -> Self {
        let ages = Duration::from_mins(10);
        let options = store::Options::default();
        let options = store::Options {
            connect_deadline: ages,
            statement_deadline: ages,
            idle_deadline: ages,
            ..options
        };
        Self::start_fully(options, has_google).await
    }

    /// A server that gets at a database by some other way, with a Google of its own.
    pub(crate) async fn start_over(db: TestDb, url: &str) -> Self {
        let (clock, ids) = (TestClock::at(NOW), Arc::new(TestIds::new()));
        let (google, canvas) = (google::start(&clock).await, canvas::start(&clock).await);
        let canvas = Some((canvas, Connect::SignIn));
        Self::over_all(Arc::new(db), url, clock, ids, store::Options::default(), Some(google), canvas)
    }

    /// Another server on the same database, by the same clock.
    pub(crate) fn beside(other: &Self) -> Self {
        let (db, clock, ids) = (Arc::clone(&other.db), other.clock.clone(), Arc::clone(&other.ids));
        let url = db.url();
        Self::over(db, &url, clock, ids, store::Options::default())
    }

    async fn start_with(options: store::Options) -> Self {
        Self::start_fully(options, false).await
    }

    async fn start_fully(options: store::Options, has_google: bool) -> Self {
        let db = Arc::new(TestDb::new().await.unwrap());
        let (url, clock) = (db.url(), TestClock::at(NOW));
        let ids = Arc::new(TestIds::new());
        if !has_google {
            return Self::over(db, &url, clock, ids, options);
        }
        let (google, canvas) = (google::start(&clock).await, canvas::start(&clock).await);
        Self::over_all(db, &url, clock, ids, options, Some(google), Some((canvas, Connect::SignIn)))
    }

    fn over(
        db: Arc<TestDb>,
        url: &str,
        clock: TestClock,
        ids: Arc<TestIds>,
        options: store::Options,
    ) -> Self {
        Self::over_all(db, url, clock, ids, options, None, None)
    }

    fn over_all(
        db: Arc<TestDb>,
        url: &str,
        clock: TestClock,
        ids: Arc<TestIds>,
        mut options: store::Options,
        google: Option<GoogleFake>,
        canvas: Option<(CanvasFake, Connect)>,
    ) -> Self {
        let bell = Arc::new(store::Bell::new(&db.url()).unwrap());
        options.clock = Some(Arc::new(clock.clone()));
        options.signals = Arc::clone(&bell) as _;
        let store = Arc::new(store::Pg::new(url, options).unwrap());
        let app = App::new(Arc::clone(&store) as _, Arc::new(clock.clone()), Arc::clone(&ids) as _)
            .with_signals(bell);
        let metrics = Arc::new(Metrics::new(gauges(&store, &app)));
        let app = app.with_telemetry(Arc::clone(&metrics) as _);
        let app = google.as_ref().map_or(app.clone(), |fake| google::with(app, fake, &clock));
        let app =
            canvas.as_ref().map_or(app.clone(), |(fake, connect)| canvas::with(app, fake, *connect, &clock));
        let mut api = Self::serve(db, clock, ids, app, metrics);
        if let Some(fake) = &google {
            fake.reach(google::PUBLIC_URL, &api.url);
        }
        api.google = google;
        api.canvas = canvas.map(|(fake, _)| fake);
        api
    }

    fn serve(db: Arc<TestDb>, clock: TestClock, ids: Arc<TestIds>, app: App, metrics: Arc<Metrics>) -> Self {
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
        let back = api::routes::Back {
            google: vec![google::BACK.to_owned()],
            canvas: vec![canvas::BACK.to_owned()],
        };
        let routes = api::routes::all(app.clone(), back);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let patience = Duration::from_secs(5);
            runtime.block_on(server::run(listener, state, patience, routes)).unwrap();
        });
        Self { db, clock, url, app, ids, stopping, google: None, canvas: None }
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

    /// Asks the server to stop.
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
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
        self.stop();
    }
}

struct Ready(App);

#[async_trait]
impl Readiness for Ready {
    async fn check(&self) -> Result<(), NotReady> {
        self.0.ready().await.map_err(|error| NotReady { part: "database", source: Some(Box::new(error)) })
    }
}
