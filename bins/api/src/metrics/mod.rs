//! What the program counts of itself, for Prometheus: `GET /metrics`.
//!
//! Labels take few values, whatever callers send: routes by their pattern, methods that HTTP knows, codes of our own.

mod gauges;

use std::fmt;
use std::time::{Duration, Instant, SystemTime};

use actix_web::http::{Method, StatusCode};
use app::google::Hearing;
use app::ports::{AuditAction, Planning, Telemetry};
use futures_util::future::join_all;
use planner_core::check::{Rule, Violation};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

pub use self::gauges::{Gauges, Reading};

/// The media type of [`Metrics::exposition`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const BELIEVED: &str = "believed";
const REJECTED: &str = "rejected";

/// Whoever asks for the metrics gets them without what takes longer to look up.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is counted, and what is looked up.
pub struct Metrics {
    registry: Registry,
    gauges: Vec<Box<dyn Gauges>>,
    requests: Family<Request, Counter>,
    request_durations: Family<Endpoint, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    plannings: Family<Proof, Histogram, fn() -> Histogram>,
    planning_work: Histogram,
    decisions: Family<Decision, Counter>,
    decision_reasons: Family<Because, Counter>,
    violations: Family<BrokenRule, Counter>,
    notifications: Family<Heard, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Endpoint {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Proof {
    proven: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Decision {
    decision: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Because {
    decision: &'static str,
    result: &'static str,
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BrokenRule {
    rule: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Heard {
    result: &'static str,
}

impl Metrics {
    /// Nothing has been counted yet. The process counts as started now.
    pub fn new(gauges: Vec<Box<dyn Gauges>>) -> Self {
        let metrics = Self {
            registry: Registry::default(),
            gauges,
            requests: Family::default(),
            request_durations: Family::new_with_constructor(request_buckets),
            in_flight: Gauge::default(),
            plannings: Family::new_with_constructor(planning_buckets),
            planning_work: Histogram::new(exponential_buckets(100.0, 4.0, 11)),
            decisions: Family::default(),
            decision_reasons: Family::default(),
            violations: Family::default(),
            notifications: Family::default(),
        };
        metrics.begin_at_zero();
        metrics.registered()
    }

    /// What has not happened yet is 0, and not unknown: an alert on the first time needs a time before.
    fn begin_at_zero(&self) {
        for action in AuditAction::ALL {
            let (decision, result) = named(action);
            drop(self.decisions.get_or_create(&Decision { decision, result }));
        }
        for rule in Rule::ALL {
            drop(self.violations.get_or_create(&BrokenRule { rule: rule.as_str() }));
        }
        for result in [BELIEVED, REJECTED] {
            drop(self.notifications.get_or_create(&Heard { result }));
        }
    }

    fn registered(mut self) -> Self {
        let registry = &mut self.registry;
        let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        registry.register_with_unit(
            "process_start_time",
            "When the process started, in seconds since 1970",
            Unit::Seconds,
            ConstGauge::new(started.as_secs_f64()),
        );
        registry.register("http_requests", "Requests that were answered", self.requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time until the answer began",
            Unit::Seconds,
            self.request_durations.clone(),
        );
        let in_flight = self.in_flight.clone();
        registry.register("http_requests_in_flight", "Requests that are being answered", in_flight);
        let registry = registry.sub_registry_with_prefix("canvascal");
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        registry.register("build", "The program that runs", Info::new(version));
        registry.register_with_unit(
            "planning_duration",
            "Time to find a plan and check it",
            Unit::Seconds,
            self.plannings.clone(),
        );
        let work = self.planning_work.clone();
        registry.register("planning_work", "How much the planner looked at for a plan", work);
        registry.register(
            "decisions",
            "Decisions on proposals that are in the audit",
            self.decisions.clone(),
        );
        registry.register(
            "decision_reasons",
            "The same by the codes of their reasons or of the refusal; one with several counts for each",
            self.decision_reasons.clone(),
        );
        registry.register(
            "checker_violations",
            "Rules broken by plans that the checker refused",
            self.violations.clone(),
        );
        let notifications = self.notifications.clone();
        registry.register("google_notifications", "Word of changes that came from Google", notifications);
        self
    }

    /// Word has come that says it is Google's.
    pub(crate) fn heard(&self, hearing: Hearing) {
        let result = match hearing {
            Hearing::Believed => BELIEVED,
            Hearing::Rejected => REJECTED,
        };
        self.notifications.get_or_create(&Heard { result }).inc();
    }

    /// A request has come. `route` is a pattern, never the path itself.
    pub(crate) fn request(&self, method: &Method, route: Option<&str>) -> InFlight<'_> {
        self.in_flight.inc();
        let (method, route) = (known(method), route.unwrap_or("none").to_owned());
        InFlight { metrics: self, endpoint: Endpoint { method, route }, began: Instant::now() }
    }

    /// Everything as OpenMetrics text.
    ///
    /// # Errors
    /// Where the library cannot write it, which is not expected.
    pub async fn exposition(&self) -> Result<String, fmt::Error> {
        let reading = async |gauges: &dyn Gauges| {
            tokio::time::timeout(PATIENCE, gauges.read()).await.unwrap_or_else(|_| {
                tracing::warn!("some gauges could not be read within {PATIENCE:?}");
                Vec::new()
            })
        };
        let readings = join_all(self.gauges.iter().map(|gauges| reading(gauges.as_ref()))).await.concat();
        let mut text = String::new();
        encode_registry(&mut text, &self.registry)?;
        encode_registry(&mut text, &gauges::registry(&readings))?;
        encode_eof(&mut text)?;
        Ok(text)
    }
}

/// A request that is being answered.
pub(crate) struct InFlight<'a> {
    metrics: &'a Metrics,
    endpoint: Endpoint,
    began: Instant,
}

impl InFlight<'_> {
    /// It is answered.
    pub(crate) fn answered(self, status: StatusCode) {
        let Endpoint { method, route } = self.endpoint.clone();
        let request = Request { method, route, status: status.as_u16() };
        self.metrics.requests.get_or_create(&request).inc();
        let took = self.began.elapsed().as_secs_f64();
        self.metrics.request_durations.get_or_create(&self.endpoint).observe(took);
    }
}

impl Drop for InFlight<'_> {
    /// It is answered, or the caller is gone.
    fn drop(&mut self) {
        self.metrics.in_flight.dec();
    }
}

impl Telemetry for Metrics {
    fn planned(&self, planning: &Planning) {
        let proof = Proof { proven: planning.proven_optimal };
        self.plannings.get_or_create(&proof).observe(planning.took.as_secs_f64());
        #[expect(clippy::cast_precision_loss, reason = "only the bucket matters")]
        self.planning_work.observe(planning.work as f64);
    }

    fn decided(&self, action: AuditAction, reason_codes: &[&str]) {
        let (decision, result) = named(action);
        self.decisions.get_or_create(&Decision { decision, result }).inc();
        for reason in reason_codes {
            let reason = Because { decision, result, reason: (*reason).to_owned() };
            self.decision_reasons.get_or_create(&reason).inc();
        }
    }

    fn violated(&self, violations: &[Violation]) {
        for violation in violations {
            self.violations.get_or_create(&BrokenRule { rule: violation.rule.as_str() }).inc();
        }
    }
}

/// What was decided, and how.
fn named(action: AuditAction) -> (&'static str, &'static str) {
    match action {
        AuditAction::Created => ("create", "done"),
        AuditAction::CreateRefused => ("create", "refused"),
        AuditAction::Superseded => ("supersede", "done"),
        AuditAction::Accepted => ("accept", "done"),
        AuditAction::AcceptRefused => ("accept", "refused"),
        AuditAction::Rejected => ("reject", "done"),
        AuditAction::RejectRefused => ("reject", "refused"),
        AuditAction::Expired => ("expire", "done"),
        AuditAction::Undone => ("undo", "done"),
        AuditAction::UndoRefused => ("undo", "refused"),
        AuditAction::ToolCalled => ("call_tool", "done"),
    }
}

/// Methods can be made up; all of those are one.
fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|name| *name == method.as_str()).unwrap_or("other")
}

fn request_buckets() -> Histogram {
    Histogram::new([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])
}

fn planning_buckets() -> Histogram {
    Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0])
}
