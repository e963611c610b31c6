//! Numbers that nobody counts as they change: they are looked up when somebody asks.

use async_trait::async_trait;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use store::Connections;

/// Something that can say how things stand.
#[async_trait]
pub trait Gauges: Send + Sync {
    /// How things stand now. What cannot be told is left out.
    async fn read(&self) -> Vec<Reading>;
}

/// How one thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The connections to the database.
    Database(Connections),
    /// Jobs of one status in the queue.
    Jobs {
        /// Which.
        status: &'static str,
        /// How many.
        count: u64,
    },
    /// Streams of live events that are open in this process.
    LiveStreams(u64),
}

/// The readings as metrics. What was not read is not there.
pub(super) fn registry(readings: &[Reading]) -> Registry {
    let mut registry = Registry::with_prefix("canvascal");
    let jobs: Family<Status, Gauge> = Family::default();
    for reading in readings {
        match *reading {
            Reading::Database(connections) => database(&mut registry, connections),
            Reading::Jobs { status, count } => {
                jobs.get_or_create(&Status { status }).set(whole(count));
            }
            Reading::LiveStreams(count) => {
                register(&mut registry, "live_streams", "Open streams of live events", count);
            }
        }
    }
    // Without any reading it is left out when the text is written.
    registry.register("jobs", "Jobs in the queue, by status", jobs);
    registry
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Status {
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

fn database(registry: &mut Registry, connections: Connections) {
    let open: Family<State, Gauge> = Family::default();
    for (state, count) in [("idle", connections.idle), ("in_use", connections.in_use)] {
        open.get_or_create(&State { state }).set(whole(count));
    }
    registry.register("database_connections", "Open connections to the database, by state", open);
    let (most, waiting) = (connections.most, connections.waiting);
    register(registry, "database_connections_max", "The most connections there may be", most);
    register(registry, "database_connections_waiting", "Units of work that wait for a connection", waiting);
}

fn register(registry: &mut Registry, name: &str, help: &str, count: impl TryInto<i64>) {
    let gauge = Gauge::<i64>::default();
    gauge.set(whole(count));
    registry.register(name, help, gauge);
}

fn whole(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}
