//! What a calendar of 10,000 events at Google costs to read for the first time, what one change costs from then on, and
//! what it takes to write 200 changes: `cargo bench -p benches --bench sync`.
//!
//! Google is the fake, in a process of its own. This process does what the program does, over HTTP, with the program's own
//! PostgreSQL, every commit forced to the disk. Memory is the most that this process held while it read.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use api::clock::SystemClock;
use api::config::GoogleSettings;
use api::wiring::wire;
use app::identity::User;
use app::ports::Clock;
use app::ports::google::CalendarRecord;
use google_fake::{GoogleFake, Grant, Options};
use serde_json::{Value, json};
use uuid::Uuid;

const EVENTS: i64 = 10_000;
const CHANGES: i64 = 200;

/// What this program is started with to be Google.
const GOOGLE: &str = "--be-google";

const ADA: &str = "ada@example.edu";
const BACK: &str = "http://127.0.0.1/back";

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if std::env::args().any(|argument| argument == GOOGLE) {
        return runtime.block_on(be_google());
    }
    runtime.block_on(measure())
}

async fn measure() -> Result<(), Failure> {
    let folder = tempfile::Builder::new().permissions(open_to_all()).tempdir()?;
    let database = pgserver::Server::start(pgserver::Options::new(folder.path().join("data"))).await?;
    store::migrate::up(&database.url()).await?;
    let mut google = Google::start()?;
    let (clock, client) = (Arc::new(SystemClock), google_fake::Client::default());
    let settings = GoogleSettings {
        client_id: client.id,
        client_secret: client.secret.into(),
        keys: Arc::new(vault::Keyring::parse(&format!("k1:{}=", "b".repeat(42) + "A").into())?),
        redirect_uris: Vec::new(),
        root: Some(google.url.clone()),
        webhook: None,
    };
    let wired = || wire(&database.url(), 10, Arc::clone(&clock) as Arc<dyn Clock>);
    let app = wired()?.with_google(Some(&settings), clock.clone()).await?.app;
    let ada = User { id: app::identity::UserId(Uuid::from_u128(1)), external_id: "user_ada".to_owned() };

    let begun = app.begin_google_sign_in(&ada, BACK, false).await.map_err(|error| format!("{error:?}"))?;
    let back = google.ask(&begun.url)?;
    let parameter = |name: &str| {
        let query = back.split_once('?').map(|(_, query)| query).unwrap_or_default();
        form_urlencoded::parse(query.as_bytes()).find(|(other, _)| other == name).map(|(_, value)| value)
    };
    let (state, code) = parameter("state").zip(parameter("code")).ok_or("there is no code")?;
    app.connect_google(&ada, &state.into_owned().into(), &code.into_owned().into(), BACK)
        .await
        .map_err(|error| format!("{error:?}"))?;
    app.refresh_calendars(ada.id).await?;
    let all = app.google_overview(&ada).await.map_err(|error| format!("{error:?}"))?.calendars;
    let calendar: CalendarRecord = all.into_iter().find(|one| one.is_primary).ok_or("no first calendar")?;
    google.ask("count")?;

    forget_most_memory()?;
    let (before, begun) = (memory("VmRSS")?, Instant::now());
    app.read_calendar(ada.id, calendar.id).await?;
    let took = begun.elapsed();
    let (most, round_trips) = (memory("VmHWM")?, google.ask("count")?);
    println!(
        "the first reading of {EVENTS} events: {took:.1?}, {round_trips} round trips, {:.0} MB more at most than before",
        (most - before) / 1024.0
    );

    google.ask("change")?;
    google.ask("count")?;
    let begun = Instant::now();
    app.read_calendar(ada.id, calendar.id).await?;
    println!("one change: {:.1?}, {} round trips", begun.elapsed(), google.ask("count")?);

    let begun = Instant::now();
    app.read_calendar(ada.id, calendar.id).await?;
    println!("no change: {:.1?}, {} round trips", begun.elapsed(), google.ask("count")?);

    let (sql, connection) = tokio_postgres::connect(&database.url(), tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    let blocks = "INSERT INTO calendar_events (user_id, id, title, start_ts, end_ts, type, is_movable)
        SELECT $1::text::uuid, gen_random_uuid(), 'Study', s, s + interval '1 hour', 'FOCUS', true
        FROM generate_series(1, $2::bigint) AS n, LATERAL (SELECT date_trunc('hour', now()) + n * interval '2 hours') AS t(s)";
    sql.execute(blocks, &[&ada.id.to_string(), &CHANGES]).await?;
    let begun = Instant::now();
    app.write_out(ada.id).await?;
    println!("{CHANGES} new blocks written: {:.1?}, {} round trips", begun.elapsed(), google.ask("count")?);
    let moved = "UPDATE calendar_events SET start_ts = start_ts + interval '30 minutes', end_ts = end_ts + interval '30 minutes'
        WHERE user_id = $1::text::uuid AND title = 'Study'";
    sql.execute(moved, &[&ada.id.to_string()]).await?;
    // Google counts a change thrice, so these are a minute's allowance: another program begins it.
    let app = wired()?.with_google(Some(&settings), clock.clone()).await?.app;
    let begun = Instant::now();
    app.write_out(ada.id).await?;
    println!("{CHANGES} moved blocks written: {:.1?}, {} round trips", begun.elapsed(), google.ask("count")?);
    database.stop().await;
    Ok(())
}

/// Google in a process of its own, which answers lines with lines.
struct Google {
    process: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
    url: String,
}

impl Google {
    fn start() -> Result<Self, Failure> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(GOOGLE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let asks = process.stdin.take().ok_or("no way to ask")?;
        let mut answers = BufReader::new(process.stdout.take().ok_or("no way to answer")?);
        let mut url = String::new();
        answers.read_line(&mut url)?;
        Ok(Self { process, asks, answers, url: url.trim().to_owned() })
    }

    /// Asks for the round trips since the last time, a change of an event, or consent at an address.
    fn ask(&mut self, what: &str) -> Result<String, Failure> {
        writeln!(self.asks, "{what}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        Ok(answer.trim().to_owned())
    }
}

impl Drop for Google {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn be_google() -> Result<(), Failure> {
    let google = GoogleFake::start(Options::default()).await?;
    let ada = google.account(ADA);
    let mut last = Value::Null;
    for number in 0..EVENTS {
        let start = time::OffsetDateTime::now_utc() + time::Duration::minutes(30 * number - 60 * 24 * 30);
        let format = &time::format_description::well_known::Rfc3339;
        let event = json!({
            "summary": format!("Appointment {number}"),
            "description": "Bring what was agreed on last time, and the notes of the week before.",
            "location": "Main building, second floor",
            "start": {"dateTime": start.format(format)?},
            "end": {"dateTime": (start + time::Duration::minutes(30)).format(format)?},
        });
        last = ada.insert_event(ada.primary(), event)["id"].take();
    }
    println!("{}", google.url());
    for line in std::io::stdin().lines() {
        let line = line?;
        match line.as_str() {
            "count" => {
                println!("{}", google.round_trips());
                google.take_requests();
            }
            "change" => {
                ada.edit(
                    ada.primary(),
                    last.as_str().unwrap_or_default(),
                    json!({"summary": "Another name"}),
                );
                println!("done");
            }
            url => println!("{}", google.consent(url, ADA, Grant::All)),
        }
    }
    Ok(())
}

/// Has the system measure from now on how much memory this process holds at most.
fn forget_most_memory() -> std::io::Result<()> {
    std::fs::write("/proc/self/clear_refs", "5")
}

/// In KiB.
fn memory(what: &str) -> Result<f64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with(what)).ok_or("the system does not say")?;
    Ok(line.split_whitespace().nth(1).ok_or("the system does not say")?.parse()?)
}

/// PostgreSQL runs as another user where this is run by root, and has to get through.
fn open_to_all() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o755)
}
