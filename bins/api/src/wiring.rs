//! Which adapter stands behind which port.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use app::App;
use app::google::Settings;
use app::ports::google::Google;
use app::ports::{
    Clock, Holder, Ids, Jobs as _, Sealed as _, Signals, Store, StoreError, Telemetry, UndoToken, Vault,
};
use app::work::{self, Worker};
use async_trait::async_trait;
use canvas::{CanvasApi, SystemNames};
use gcal::{Config, Endpoints, Gcal, Limits, TokioSleeper};
use secrecy::SecretString;
use uuid::Uuid;
use vault::Keyring;

use crate::config::{CanvasSettings, GoogleSettings, WorkSettings};
use crate::metrics::{Gauges, Metrics, Reading};
use crate::server::{NotReady, Readiness};

/// The use cases over a real database, with what a server asks of it.
pub struct Wired {
    /// The use cases.
    pub app: App,
    /// Whether the database answers.
    pub readiness: Arc<dyn Readiness>,
    /// What is counted of the use cases, and looked up of what stands behind them.
    pub metrics: Arc<Metrics>,
    store: Arc<store::Pg>,
}

/// Stored tokens that are looked through at once.
const TOKENS_AT_ONCE: u16 = 500;

impl Wired {
    /// The same with Google, where it is to be reached.
    ///
    /// # Errors
    /// Where Google cannot be spoken with, or a stored token was sealed under a key that is not configured.
    pub async fn with_google(
        self,
        settings: Option<&GoogleSettings>,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let Some(settings) = settings else { return Ok(self) };
        self.open_with(&settings.keys).await?;
        let google = Arc::new(google(settings, clock)?) as Arc<dyn Google>;
        let vault = Arc::clone(&settings.keys) as Arc<dyn Vault>;
        let app = self.app.with_google(google, vault, Settings { webhook: settings.webhook.clone() });
        Ok(Self { app, ..self })
    }

    /// The same with Canvas, where any may be asked.
    ///
    /// # Errors
    /// Where Canvas cannot be spoken with, or a stored token was sealed under a key that is not configured.
    pub async fn with_canvas(
        self,
        settings: Option<&CanvasSettings>,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let Some(settings) = settings else { return Ok(self) };
        self.open_with(&settings.keys).await?;
        let config = canvas::Config {
            hosts: settings.hosts.clone(),
            key: settings.key.clone(),
            here: settings.here.clone(),
            limits: canvas::Limits::default(),
        };
        let canvas = CanvasApi::new(config, Arc::new(SystemNames), clock, Arc::new(TokioSleeper))
            .context("preparing to speak with Canvas")?;
        let app = self.app.with_canvas(Arc::new(canvas), Arc::clone(&settings.keys) as Arc<dyn Vault>);
        Ok(Self { app, ..self })
    }

    /// Looks whether these keys open every stored token.
    ///
    /// # Errors
    /// Where one is missing.
    pub async fn open_with(&self, keys: &Keyring) -> anyhow::Result<()> {
        if let Some(key) = missing_key(&self.store, keys).await.context("looking for stored tokens")? {
            bail!(
                "CANVASCAL_TOKEN_KEYS: the key {key:?} is missing, and stored tokens were sealed under it. Add it behind \
                 the newest one; `canvascal google rotate-keys` makes an end of it"
            );
        }
        Ok(())
    }
}

/// Google, as it is configured.
///
/// # Errors
/// Where it cannot be spoken with.
pub fn google(settings: &GoogleSettings, clock: Arc<dyn Clock>) -> anyhow::Result<Gcal> {
    let endpoints = settings.root.as_deref().map_or_else(Endpoints::google, Endpoints::below);
    let config = Config {
        endpoints,
        client_id: settings.client_id.clone(),
        client_secret: settings.client_secret.clone(),
        limits: Limits::default(),
    };
    Gcal::new(config, clock, Arc::new(TokioSleeper)).context("preparing to speak with Google")
}

/// The id of a key that a stored token needs and that is not there.
async fn missing_key(store: &store::Pg, keys: &Keyring) -> Result<Option<String>, StoreError> {
    for holder in Holder::ALL {
        let mut after = None;
        loop {
            let tokens = store.sealed_tokens(holder, after, TOKENS_AT_ONCE).await?;
            if let Some(missing) = tokens.iter().find_map(|(_, sealed)| keys.missing_key(sealed)) {
                return Ok(Some(missing.to_owned()));
            }
            let Some((last, _)) = tokens.last() else { break };
            after = Some(*last);
        }
    }
    Ok(None)
}

/// Puts the use cases over the database at `url`.
///
/// # Errors
/// Where the URL cannot be understood.
pub fn wire(url: &str, pool_size: usize, clock: Arc<dyn Clock>) -> Result<Wired, StoreError> {
    let bell = Arc::new(store::Bell::new(url)?);
    let options = store::Options {
        max_connections: pool_size,
        clock: Some(Arc::clone(&clock)),
        signals: Arc::clone(&bell) as Arc<dyn Signals>,
        ..store::Options::default()
    };
    let store = Arc::new(store::Pg::new(url, options)?);
    let app = App::new(Arc::clone(&store) as Arc<dyn Store>, clock, Arc::new(RandomIds)).with_signals(bell);
    let metrics = Arc::new(Metrics::new(gauges(&store, &app)));
    let app = app.with_telemetry(Arc::clone(&metrics) as Arc<dyn Telemetry>);
    Ok(Wired { readiness: Arc::new(DatabaseAnswers(app.clone())), app, metrics, store })
}

/// The worker of a program with these settings.
pub fn worker(app: &App, settings: &WorkSettings) -> Worker {
    let options = work::Options {
        concurrency: settings.concurrency,
        patience: settings.shutdown,
        ..work::Options::default()
    };
    app.worker(options)
}

/// Identities that grow with time, so that new rows lie together, and tokens that nobody can guess.
#[derive(Clone, Copy, Debug)]
struct RandomIds;

impl Ids for RandomIds {
    fn id(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn undo_token(&self) -> UndoToken {
        UndoToken::new(random())
    }

    fn secret(&self) -> SecretString {
        random().into()
    }
}

/// 64 digits, with 244 random bits in them.
fn random() -> String {
    [Uuid::new_v4(), Uuid::new_v4()].map(|id| id.simple().to_string()).concat()
}

struct DatabaseAnswers(App);

#[async_trait]
impl Readiness for DatabaseAnswers {
    async fn check(&self) -> Result<(), NotReady> {
        self.0.ready().await.map_err(|error| NotReady { part: "database", source: Some(Box::new(error)) })
    }
}

/// What is looked up of the use cases and what stands behind them.
pub fn gauges(store: &Arc<store::Pg>, app: &App) -> Vec<Box<dyn Gauges>> {
    vec![
        Box::new(DatabaseGauges(Arc::clone(store))),
        Box::new(QueueGauges(Arc::clone(store))),
        Box::new(StreamGauges(app.clone())),
    ]
}

/// How many jobs there are.
struct QueueGauges(Arc<store::Pg>);

#[async_trait]
impl Gauges for QueueGauges {
    async fn read(&self) -> Vec<Reading> {
        let counted = self.0.count_jobs().await.unwrap_or_else(|error| {
            tracing::warn!("the jobs could not be counted: {error}");
            BTreeMap::new()
        });
        counted.into_iter().map(|(status, count)| Reading::Jobs { status: status.as_str(), count }).collect()
    }
}

/// How many look on.
struct StreamGauges(App);

#[async_trait]
impl Gauges for StreamGauges {
    async fn read(&self) -> Vec<Reading> {
        vec![Reading::LiveStreams(self.0.onlookers())]
    }
}

/// How the connections of a store stand.
struct DatabaseGauges(Arc<store::Pg>);

#[async_trait]
impl Gauges for DatabaseGauges {
    async fn read(&self) -> Vec<Reading> {
        vec![Reading::Database(self.0.connections())]
    }
}
