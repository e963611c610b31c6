//! Which adapter stands behind which port.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::App;
use app::ports::{Clock, Ids, Jobs as _, Signals, Store, Telemetry, UndoToken};
use app::work::{self, Worker};
use async_trait::async_trait;
use uuid::Uuid;

use crate::config::WorkSettings;
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
}

/// Puts the use cases over the database at `url`.
///
/// # Errors
/// Where the URL cannot be understood.
pub fn wire(url: &str, pool_size: usize, clock: Arc<dyn Clock>) -> Result<Wired, app::ports::StoreError> {
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
    Ok(Wired { readiness: Arc::new(DatabaseAnswers(app.clone())), app, metrics })
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
        // 244 random bits.
        UndoToken::new(format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()))
    }
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
