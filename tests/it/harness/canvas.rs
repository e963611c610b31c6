//! A Canvas of the test's own behind the server, and what is taught there.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::App;
use app::ports::Clock as _;
use async_trait::async_trait;
use canvas::{CanvasApi, Config, DeveloperKey, Hosts, Limits, Sleeper, SystemNames};
use canvas_fake::{CanvasFake, Client, Course, Options, Student};
use serde_json::{Value, json};
use testkit::{TestClock, TestDb, TestIds};
use vault::Keyring;

use super::google::KEYS;
use super::{Api, Caller};

/// Where people come back to.
pub(crate) const BACK: &str = "https://app.example.com/canvas";

/// How people connect their accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connect {
    /// With tokens that they make by hand.
    Tokens,
    /// By signing in.
    SignIn,
}

/// Lets no time pass.
#[derive(Debug, Default)]
struct Sleepless(Mutex<u32>);

#[async_trait]
impl Sleeper for Sleepless {
    async fn sleep(&self, _: Duration) {
        *self.0.lock().unwrap() += 1;
    }
}

/// A Canvas by the test's clock.
pub(super) async fn start(clock: &TestClock) -> CanvasFake {
    let clock = clock.clone();
    let now = move || jiff::Timestamp::from_microsecond(clock.now().unix_micros()).unwrap();
    CanvasFake::start(Options { clock: Arc::new(now), ..Options::default() }).await.unwrap()
}

/// The use cases with this Canvas.
pub(super) fn with(app: App, fake: &CanvasFake, connect: Connect, clock: &TestClock) -> App {
    let client = Client::default();
    let key = DeveloperKey { id: client.id, secret: client.secret.into(), scopes: Vec::new() };
    let config = Config {
        hosts: Hosts::Named(BTreeSet::from(["canvas.example.edu".to_owned()])),
        key: (connect == Connect::SignIn).then_some(key),
        here: Some(fake.url()),
        limits: Limits::default(),
    };
    let (clock, sleeper) = (Arc::new(clock.clone()), Arc::new(Sleepless::default()));
    let canvas = CanvasApi::new(config, Arc::new(SystemNames), clock, sleeper).unwrap();
    app.with_canvas(Arc::new(canvas), Arc::new(Keyring::parse(&KEYS.into()).unwrap()))
}

impl Api {
    /// A server with a Canvas of its own, where people make tokens by hand.
    pub(crate) async fn with_canvas() -> Self {
        Self::with_canvas_by(Connect::Tokens).await
    }

    /// The same, by some way of connecting.
    pub(crate) async fn with_canvas_by(connect: Connect) -> Self {
        let db = Arc::new(TestDb::new().await.unwrap());
        let (url, clock) = (db.url(), TestClock::at(super::NOW));
        let canvas = start(&clock).await;
        let (ids, options) = (Arc::new(TestIds::new()), store::Options::default());
        Self::over_all(db, &url, clock, ids, options, None, Some((canvas, connect)))
    }

    /// Canvas.
    pub(crate) fn canvas(&self) -> &CanvasFake {
        self.canvas.as_ref().unwrap()
    }

    /// A body that connects this student's account.
    pub(crate) fn canvas_token(&self, student: &Student) -> Value {
        json!({"host": self.canvas().host(), "token": student.token()})
    }

    /// Ada at Canvas, with a course that she takes part in and an essay.
    pub(crate) fn ada_at_canvas(&self) -> (Student, Course) {
        let student = self.canvas().student("Ada Lovelace");
        let biology =
            self.canvas().course("Biology", json!({"course_code": "BIO 1", "time_zone": "America/Denver"}));
        biology.enroll(&student);
        biology.assign(json!({"name": "Essay", "due_at": "2026-03-21T05:59:59Z", "points_possible": 20}));
        (student, biology)
    }

    /// Sends somebody to Canvas, where they agree, and back. The body that ends the sign-in.
    pub(crate) async fn sign_in_to_canvas(&self, caller: &Caller, student: &Student) -> Value {
        let path = format!("/api/v1/auth/canvas/url?host={}&redirect_uri={BACK}", self.canvas().host());
        let begun = caller.get(&path).await.json(200);
        let back = self.canvas().consent(begun["url"].as_str().unwrap(), student, true);
        let (_, query) = back.split_once('?').unwrap();
        let value = |name: &str| {
            query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap()
        };
        json!({"code": value("code"), "state": value("state"), "redirect_uri": BACK})
    }

    /// Connects a student's account, and has it read.
    pub(crate) async fn connect_canvas(&self, caller: &Caller, student: &Student) {
        caller.put("/api/v1/canvas/account", self.canvas_token(student)).await.json(200);
        self.settle().await;
    }

    /// Has an account read.
    pub(crate) async fn read_canvas(&self, caller: &Caller) -> Value {
        caller.post("/api/v1/sync/canvas", json!({})).await.json(202);
        self.settle().await;
        caller.get("/api/v1/sync/canvas").await.json(200)
    }
}
