//! A Google of the test's own behind the server, and what people do there.

use std::sync::Arc;

use app::google::Settings;
use app::ports::Clock as _;
use app::work::Options as WorkOptions;
use app::{App, ports};
use gcal::{Config, Endpoints, Gcal, Limits, TokioSleeper};
use google_fake::{Client, Delivered, GoogleFake, Grant, Options, Person};
use serde_json::{Value, json};
use testkit::TestClock;
use vault::Keyring;

use super::{Api, Caller};

/// Where Google sends word of changes to: the server, by another name.
pub(super) const PUBLIC_URL: &str = "https://canvascal.test";

/// Where people come back to.
pub(crate) const BACK: &str = "https://app.example.com/google";

/// Ada's address at Google.
pub(crate) const ADA: &str = "ada@example.edu";

/// What seals tokens.
pub(crate) const KEYS: &str = "k1:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";

/// A Google by the test's clock.
pub(super) async fn start(clock: &TestClock) -> GoogleFake {
    let clock = clock.clone();
    let now = move || jiff::Timestamp::from_microsecond(clock.now().unix_micros()).unwrap();
    GoogleFake::start(Options { clock: Arc::new(now), ..Options::default() }).await.unwrap()
}

/// The use cases with this Google.
pub(super) fn with(app: App, fake: &GoogleFake, clock: &TestClock) -> App {
    let client = Client::default();
    let config = Config {
        endpoints: Endpoints::below(&fake.url()),
        client_id: client.id,
        client_secret: client.secret.into(),
        limits: Limits::default(),
    };
    let gcal = Gcal::new(config, Arc::new(clock.clone()), Arc::new(TokioSleeper)).unwrap();
    let keys = Keyring::parse(&KEYS.into()).unwrap();
    let settings = Settings { webhook: Some(format!("{PUBLIC_URL}/webhooks/google")) };
    app.with_google(Arc::new(gcal), Arc::new(keys) as Arc<dyn ports::Vault>, settings)
}

/// What somebody comes back with: the code or the error, and the state.
pub(crate) struct CameBack {
    pub(crate) code: String,
    pub(crate) state: String,
}

impl CameBack {
    /// What stands in the address that Google sends somebody to.
    pub(crate) fn read(address: &str) -> Self {
        let (back, query) = address.split_once('?').unwrap();
        assert_eq!(back, BACK);
        let value = |name: &str| {
            let pair = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            // What is asked for has no other character that is written in another way.
            pair.unwrap_or_default().replace("%2F", "/")
        };
        Self { code: value("code"), state: value("state") }
    }

    /// The body that ends the sign-in.
    pub(crate) fn body(&self) -> Value {
        json!({"code": self.code, "state": self.state, "redirect_uri": BACK})
    }
}

impl Api {
    /// A server with a Google of its own.
    pub(crate) async fn with_google() -> Self {
        Self::start_fully(store::Options::default(), true).await
    }

    /// Google.
    pub(crate) fn google(&self) -> &GoogleFake {
        self.google.as_ref().unwrap()
    }

    /// Ada in Google's own pages.
    pub(crate) fn ada_at_google(&self) -> Person {
        self.google().account(ADA)
    }

    /// Sends somebody to Google, where they sign in as Ada, and back.
    pub(crate) async fn sign_in(&self, caller: &Caller, grant: Grant<'_>) -> CameBack {
        let begun = caller.get(&format!("/api/v1/auth/google/url?redirect_uri={BACK}")).await.json(200);
        CameBack::read(&self.google().consent(begun["url"].as_str().unwrap(), ADA, grant))
    }

    /// Connects Ada's account, and brings it in step.
    pub(crate) async fn connect_google(&self, caller: &Caller) -> Person {
        let came_back = self.sign_in(caller, Grant::All).await;
        caller.post("/api/v1/auth/google/token", came_back.body()).await.json(200);
        self.settle().await;
        self.ada_at_google()
    }

    /// Has everything done that is due in the background.
    pub(crate) async fn settle(&self) {
        let worker = self.app.worker(WorkOptions::default());
        while worker.work_once().await.unwrap() > 0 {}
    }

    /// Has Google send word of what has changed, and that done which it leads to.
    pub(crate) async fn hear(&self) -> Vec<Delivered> {
        let delivered = self.google().deliver_due().await;
        // Changes come in bunches, so they are waited for.
        self.clock.advance_minutes(1);
        self.settle().await;
        delivered
    }
}
