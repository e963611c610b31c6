//! Proposals over HTTP, made and accepted, by many users one after the other: `cargo bench -p benches --bench http`.
//!
//! Everything is real: the server on a port, the program's own PostgreSQL with its data on disk and every commit forced
//! to it, and a calendar of 300 events in fourteen days for each user. What is printed is the time from the request to
//! the last byte of the answer, as a client on the same machine sees it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use api::auth::{DevIssuer, DevUser};
use api::clock::SystemClock;
use api::extract::Limits;
use api::server::{self, State};
use api::wiring::wire;
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const USERS: usize = 300;
/// Users whose requests warm caches up and are not counted.
const WARM_UP: usize = 30;
const EVENTS: usize = 300;

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Http = Client<HttpConnector, Full<Bytes>>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = tempfile::Builder::new().permissions(open_to_all()).tempdir()?;
    let database = pgserver::Server::start(pgserver::Options::new(folder.path().join("data"))).await?;
    store::migrate::up(&database.url()).await?;
    let clock = Arc::new(SystemClock);
    let issuer = DevIssuer::generate(clock.clone())?;
    let wired = wire(&database.url(), 10, clock)?;
    let stopping = CancellationToken::new();
    let state = State {
        verifier: Arc::new(issuer.verifier()),
        readiness: wired.readiness,
        limits: Limits::default(),
        stopping: stopping.clone(),
        metrics: wired.metrics,
        metrics_token: None,
    };
    let listener = server::bind(([127, 0, 0, 1], 0).into())?;
    let url = format!("http://{}", listener.local_addr()?);
    let routes = api::routes::all(wired.app);
    let serving = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(server::run(listener, state, Duration::from_secs(5), routes))
    });

    let http: Http = Client::builder(TokioExecutor::new()).build_http();
    let mut create = Vec::new();
    let mut accept = Vec::new();
    for number in 0..USERS {
        let user = DevUser { name: format!("student{number}"), admin: false };
        let student = Student { http: &http, url: &url, token: issuer.token(&user)? };
        let exam = student.prepare(&database.url(), DevIssuer::user_id(&user), number).await?;
        let (took, proposal) =
            student.ask("POST", "/api/rebalancing/proposals", &json!({"trigger_item_id": exam})).await?;
        let id = proposal["proposal_id"].as_str().ok_or("the week of this user needs no proposal")?;
        let (accept_took, _) =
            student.ask("POST", &format!("/api/rebalancing/proposals/{id}/accept"), &Value::Null).await?;
        if number >= WARM_UP {
            create.push(took);
            accept.push(accept_took);
        }
    }
    report("create", create);
    report("accept", accept);
    stopping.cancel();
    serving.join().map_err(|_| "the server panicked")??;
    database.stop().await;
    Ok(())
}

struct Student<'a> {
    http: &'a Http,
    url: &'a str,
    token: String,
}

impl Student<'_> {
    /// Makes the student known, fills the calendar, and adds an exam; the exam's id.
    async fn prepare(&self, database: &str, user: Uuid, seed: usize) -> Result<Value, Failure> {
        let due = time::OffsetDateTime::now_utc() + time::Duration::days(11);
        let due = due.replace_time(time::Time::from_hms(14, 0, 0)?);
        let exam = json!({
            "title": "Algebra", "type": "EXAM", "priority_score": 80, "effort_minutes": 360,
            "due_ts": due.format(&time::format_description::well_known::Rfc3339)?,
        });
        let (_, exam) = self.ask("POST", "/api/v1/tasks", &exam).await?;
        let settings = json!({"time_zone": "America/New_York", "lookahead_days": 14});
        self.ask("PUT", "/api/v1/settings", &settings).await?;
        fill(database, user, seed).await?;
        Ok(exam["id"].clone())
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> Result<(Duration, Value), Failure> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Full::from(body))?;
        let begun = Instant::now();
        let response = self.http.request(request).await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        let took = begun.elapsed();
        if !status.is_success() {
            return Err(format!("{path}: {status}: {}", String::from_utf8_lossy(&bytes)).into());
        }
        Ok((took, serde_json::from_slice(&bytes)?))
    }
}

/// Writes a calendar as dense as those of the planner's benchmark, from today on.
async fn fill(database: &str, user: Uuid, seed: usize) -> Result<(), Failure> {
    let (client, connection) = tokio_postgres::connect(database, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    let week = benches::student::problem(EVENTS, seed as u64 + 1);
    let first = week.events.iter().map(|event| event.interval.start()).min().ok_or("an empty week")?;
    let today = time::OffsetDateTime::now_utc().unix_timestamp() / 60 / 1440 * 1440 + 300;
    let shift = today - first.unix_minutes();
    let (mut starts, mut ends, mut kinds, mut movable) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for event in &week.events {
        starts.push(event.interval.start().plus(shift).to_string());
        ends.push(event.interval.end().plus(shift).to_string());
        kinds.push(event.kind.as_str());
        movable.push(event.is_movable);
    }
    let rows = "INSERT INTO calendar_events (user_id, id, title, start_ts, end_ts, type, is_movable)
        SELECT $1::text::uuid, gen_random_uuid(), 'event', s::timestamptz, e::timestamptz,
            -- Focus that serves no task would be claimed, and leave nothing to search for.
            CASE k WHEN 'FOCUS' THEN 'OTHER' ELSE k END, m
        FROM unnest($2::text[], $3::text[], $4::text[], $5::bool[]) AS week(s, e, k, m)";
    client.execute(rows, &[&user.to_string(), &starts, &ends, &kinds, &movable]).await?;
    Ok(())
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |hundredths: usize| times[(times.len() - 1) * hundredths / 100];
    println!(
        "{what}: {} requests, p50 {:.1?}, p95 {:.1?}, p99 {:.1?}, slowest {:.1?}",
        times.len(),
        at(50),
        at(95),
        at(99),
        at(100)
    );
}

/// PostgreSQL runs as another user where this is run by root, and has to get through.
fn open_to_all() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o755)
}
