//! Proposals over HTTP, made and accepted, by many users one after the other, with nobody else in the database and with
//! a million events of others; and what it takes until a task that is written past the API is on a stream:
//! `cargo bench -p benches --bench http`.
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
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
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
/// Exams that are written to the database directly.
const LIVE: usize = 100;

/// Everybody else.
const FULL: &str = include_str!("../tests/it/scale.sql");

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
    let app = wired.app;
    let routes = api::routes::all(app.clone(), api::routes::Back::default());
    let serving = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(server::run(listener, state, Duration::from_secs(5), routes))
    });

    let http: Http = Client::builder(TokioExecutor::new()).build_http();
    let bench = Bench { http: &http, url: &url, issuer: &issuer, database: &database.url() };
    let small = bench.proposals("small").await?;
    let (client, connection) = tokio_postgres::connect(&database.url(), tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    for statement in FULL.split(';') {
        client.batch_execute(statement).await?;
    }
    println!("with a million events of ten thousand other users:");
    let large = bench.proposals("large").await?;
    for (what, small, large) in [("create", small.0, large.0), ("accept", small.1, large.1)] {
        println!("{what}: p95 is {:.2} times what it was", large.as_secs_f64() / small.as_secs_f64());
    }
    let working = tokio::spawn({
        let (worker, stopping) = (app.worker(app::work::Options::default()), stopping.clone());
        async move { worker.run(stopping).await }
    });
    bench.live(&client).await?;
    stopping.cancel();
    working.await?;
    serving.join().map_err(|_| "the server panicked")??;
    database.stop().await;
    Ok(())
}

/// A server, and whoever signs in to it.
struct Bench<'a> {
    http: &'a Http,
    url: &'a str,
    issuer: &'a DevIssuer,
    database: &'a str,
}

impl Bench<'_> {
    fn student(&self, name: &str) -> Result<(Student<'_>, Uuid), Failure> {
        let user = DevUser { name: name.to_owned(), admin: false };
        let token = self.issuer.token(&user)?;
        Ok((Student { http: self.http, url: self.url, token }, DevIssuer::user_id(&user)))
    }

    /// Makes and accepts a proposal for each of many students; what 95 of a hundred took at most.
    async fn proposals(&self, name: &str) -> Result<(Duration, Duration), Failure> {
        let (mut create, mut accept) = (Vec::new(), Vec::new());
        for number in 0..USERS {
            let (student, user) = self.student(&format!("{name}{number}"))?;
            let exam = student.prepare(self.database, user, number).await?;
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
        Ok((report("create", create), report("accept", accept)))
    }

    /// Writes exams to the database, past the API, and waits for their proposals on open streams.
    async fn live(&self, sql: &tokio_postgres::Client) -> Result<(), Failure> {
        let mut times = Vec::new();
        for number in 0..LIVE {
            let (student, user) = self.student(&format!("live{number}"))?;
            student.ask("PUT", "/api/v1/settings", &json!({"lookahead_days": 14})).await?;
            let mut stream = student.look_on().await?;
            let exam = "INSERT INTO tasks (user_id, id, title, due_ts, priority_score, effort_minutes)
                VALUES ($1::text::uuid, gen_random_uuid(), 'Algebra', date_trunc('hour', now()) + interval '9 days', 80, 360)";
            sql.execute(exam, &[&user.to_string()]).await?;
            let committed = Instant::now();
            let mut told = String::new();
            while !told.contains("event: proposal.created") {
                let told_now = stream.try_next().await?.ok_or("the stream has ended")?;
                told.push_str(&String::from_utf8_lossy(&told_now));
            }
            times.push(committed.elapsed());
        }
        report("from an exam in the database to its proposal on a stream", times);
        Ok(())
    }
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

    /// Opens the stream of live events, and waits until it has begun.
    async fn look_on(&self) -> Result<BoxStream<'static, Result<Bytes, Failure>>, Failure> {
        let request = Request::builder()
            .uri(format!("{}/api/rebalancing/events", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .body(Full::default())?;
        let body = self.http.request(request).await?.into_body().into_data_stream();
        let mut stream = body.map_err(Failure::from).boxed();
        stream.try_next().await?.ok_or("the stream has ended")?;
        Ok(stream)
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

/// Prints how long it took; what 95 of a hundred took at most.
fn report(what: &str, mut times: Vec<Duration>) -> Duration {
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
    at(95)
}

/// PostgreSQL runs as another user where this is run by root, and has to get through.
fn open_to_all() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o755)
}
