//! The demo, as a script starts it: a whole walk, and what becomes of its data and its PostgreSQL.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Output;
use std::sync::Arc;

use app::App;
use app::ports::{Ids, UndoToken};
use planner_core::time::Moment;
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use tokio_postgres::NoTls;
use uuid::Uuid;

use crate::harness::{Api, Caller};
use crate::tools::program::{self, Running};
use crate::tools::rows::user;

/// A folder for the demo's data. Declare it before what runs in it, so that it goes after that.
struct Place {
    _root: TempDir,
    data: PathBuf,
}

impl Place {
    fn new() -> Self {
        let root = program::open_folder();
        let data = root.path().join("demo");
        Self { _root: root, data }
    }

    fn command(&self, flags: &[&str]) -> std::process::Command {
        let data = self.data.to_str().unwrap();
        let arguments = [&["demo", "--listen", "127.0.0.1:0", "--data", data, "--json"], flags].concat();
        program::command(&arguments)
    }

    fn start(&self) -> Demo {
        self.start_with(&[])
    }

    fn start_with(&self, flags: &[&str]) -> Demo {
        let running = Running::start(self.command(flags));
        let line = running.line().expect("the demo comes up");
        Demo { said: serde_json::from_str(&line).unwrap(), running }
    }

    /// The process of the demo's PostgreSQL, by its own account.
    fn postmaster(&self) -> Option<u32> {
        let file = fs::read_to_string(self.data.join("pgdata/postmaster.pid")).ok()?;
        file.lines().next()?.parse().ok()
    }
}

struct Demo {
    running: Running,
    said: Value,
}

impl Demo {
    fn text(&self, key: &str) -> &str {
        self.said[key].as_str().unwrap_or_else(|| panic!("{key} is not in {}", self.said))
    }

    fn caller(&self, token: &str) -> Caller {
        Caller::new(self.text("url"), Some(self.text(token).to_owned()))
    }

    fn ada(&self) -> Caller {
        self.caller("token")
    }
}

/// Whether a process is there. One that has ended and that nobody has asked about yet is not.
fn is_there(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(')').and_then(|(_, rest)| rest.trim_start().chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

fn until_gone(process: u32) {
    program::until("the process has gone", || (!is_there(process)).then_some(()));
}

/// The events without what only counts and dates their changes.
async fn calendar(who: &Caller) -> Vec<Value> {
    let mut events = who.events().await;
    for event in &mut events {
        let event = event.as_object_mut().unwrap();
        event.remove("version").unwrap();
        event.remove("updated_at").unwrap();
    }
    events
}

/// An exam in four days, which sets off a proposal.
async fn add_exam(who: &Caller, now: OffsetDateTime) -> Value {
    let due = (now + Duration::days(4)).replace_nanosecond(0).unwrap();
    let due = due.replace_second(0).unwrap().format(&Rfc3339).unwrap();
    let exam = json!({
        "title": "Linear algebra exam", "type": "EXAM", "due_ts": due, "priority_score": 90, "effort_minutes": 360,
    });
    who.post("/api/v1/tasks", exam).await.json(201)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_walk_ends_where_it_began_and_is_nobody_else_s_business() {
    let place = Place::new();
    let demo = place.start();
    let keys: BTreeSet<&str> = demo.said.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, BTreeSet::from(["url", "token", "other_token", "admin_token", "database_url"]));
    let ada = demo.ada();
    let before = calendar(&ada).await;
    assert!(before.len() > 50, "a fortnight of {} events", before.len());

    let exam = add_exam(&ada, OffsetDateTime::now_utc()).await;
    let proposal = ada.propose(&exam).await;
    assert_eq!(calendar(&ada).await, before, "a proposal changes nothing");
    assert!(!proposal["proposed_changes"].as_array().unwrap().is_empty());
    let day = |limits: &Value| limits["local_day"].clone();
    let fresh = ada.get("/api/rebalancing/limits").await.json(200);
    let accepted = ada.accept(&proposal).await;
    assert_ne!(calendar(&ada).await, before);
    let used = ada.get("/api/rebalancing/limits").await.json(200);
    if day(&fresh) == day(&used) {
        assert_eq!(accepted["churn_usage_today"], proposal["churn_cost"]);
        assert_eq!(used["churn_usage_today"], proposal["churn_cost"]);
    }
    is_nobody_else_s_business(&demo, &proposal, &exam, &before[0]).await;
    let undo = json!({"undo_token": accepted["undo_token"]});
    ada.post("/api/rebalancing/undo", undo).await.json(200);
    assert_eq!(calendar(&ada).await, before);

    // The database is there for those who want to look.
    let (client, connection) = tokio_postgres::connect(demo.text("database_url"), NoTls).await.unwrap();
    tokio::spawn(connection);
    let told = client.query("SELECT action FROM rebalancing_audit ORDER BY at", &[]).await.unwrap();
    let told: Vec<&str> = told.iter().map(|row| row.get(0)).collect();
    for action in ["CREATED", "ACCEPTED", "UNDONE"] {
        assert!(told.contains(&action), "{told:?}");
    }
    drop(client);
    program::kill("-TERM", demo.running.pid());
    assert_eq!(demo.running.line(), None, "one line is all that a script gets");
}

async fn is_nobody_else_s_business(demo: &Demo, proposal: &Value, exam: &Value, event: &Value) {
    let id = |of: &Value, key: &str| of[key].as_str().unwrap().to_owned();
    let proposal_path = format!("/api/rebalancing/proposals/{}", id(proposal, "proposal_id"));
    for token in ["other_token", "admin_token"] {
        let other = demo.caller(token);
        assert_eq!(other.events().await, [Value::Null; 0]);
        assert_eq!(other.get("/api/v1/tasks").await.json(200)["items"], json!([]));
        assert_eq!(other.get("/api/rebalancing/limits").await.json(200)["churn_usage_today"], 0);
        for path in [
            format!("/api/v1/events/{}", id(event, "id")),
            format!("/api/v1/tasks/{}", id(exam, "id")),
            proposal_path.clone(),
        ] {
            other.get(&path).await.problem(404, "not-found");
        }
        for step in ["accept", "reject"] {
            other.call(&format!("{proposal_path}/{step}")).await.problem(404, "not-found");
        }
        let body = json!({"trigger_item_id": exam["id"]});
        other.post("/api/rebalancing/proposals", body).await.problem(404, "trigger-not-found");
        let body = json!({"proposal_id": proposal["proposal_id"]});
        other.post("/api/rebalancing/undo", body).await.problem(404, "not-found");
    }
    let stranger = Caller::new(demo.text("url"), None);
    stranger.get("/api/v1/events").await.problem(401, "missing-token");
}

#[tokio::test(flavor = "multi_thread")]
async fn data_is_kept_between_runs_until_a_fresh_start_is_asked_for() {
    let place = Place::new();
    let demo = place.start();
    let event = demo.ada().event("Kept", "OTHER", "2030-01-01T10:00", "2030-01-01T11:00").await;
    let kept = demo.ada().events().await;
    assert!(kept.contains(&event));
    let (postmaster, old_token) = (place.postmaster().unwrap(), demo.text("token").to_owned());
    assert!(is_there(postmaster));

    let status = demo.running.end_with("-TERM");

    assert!(status.success(), "{status}");
    until_gone(postmaster);
    assert_eq!(place.postmaster(), None, "it stopped in good order");

    let demo = place.start();
    assert_eq!(demo.ada().events().await, kept);
    // Each run signs with a key of its own.
    let late = Caller::new(demo.text("url"), Some(old_token));
    late.get("/api/v1/events").await.problem(401, "invalid-token");
    let postmaster = place.postmaster().unwrap();
    assert!(demo.running.end_with("-INT").success());
    until_gone(postmaster);

    let demo = place.start_with(&["--fresh"]);
    let fresh = demo.ada().events().await;
    assert!(fresh.len() > 50 && !fresh.contains(&event));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_demo_takes_its_database_along_and_loses_nothing() {
    let place = Place::new();
    let demo = place.start();
    let ada = demo.ada();
    let exam = add_exam(&ada, OffsetDateTime::now_utc()).await;
    let proposal = ada.propose(&exam).await;
    let accepted = ada.accept(&proposal).await;
    let kept = ada.events().await;
    let postmaster = place.postmaster().unwrap();

    let status = demo.running.end_with("-KILL");

    assert!(!status.success());
    until_gone(postmaster);
    let demo = place.start();
    let ada = demo.ada();
    assert_eq!(ada.events().await, kept);
    let path = format!("/api/rebalancing/proposals/{}", proposal["proposal_id"].as_str().unwrap());
    assert_eq!(ada.get(&path).await.json(200)["status"], "APPLIED");
    // What was promised then holds now.
    let undo = json!({"undo_token": accepted["undo_token"]});
    ada.post("/api/rebalancing/undo", undo).await.json(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_demo_on_the_same_folder_says_so_and_harms_nothing() {
    let place = Place::new();
    let mut first = place.start();
    let before = first.ada().events().await;
    for flags in [&[][..], &["--fresh"]] {
        let Output { status, stdout, stderr } = place.command(flags).output().unwrap();
        let told = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(1), "{told}");
        assert!(stdout.is_empty());
        assert!(told.contains("is in use by another running program"), "{told}");
        assert!(told.contains(&format!("(process {})", first.running.pid())), "{told}");
        assert!(told.contains(place.data.to_str().unwrap()), "{told}");
    }
    assert!(first.running.is_running());
    assert_eq!(first.ada().events().await, before);
    first.ada().event("Still there", "OTHER", "2030-01-01T10:00", "2030-01-01T11:00").await;
}

/// Identities that nobody else gives out.
struct RandomIds;

impl Ids for RandomIds {
    fn id(&self) -> Uuid {
        Uuid::new_v4()
    }

    fn undo_token(&self) -> UndoToken {
        UndoToken::new(Uuid::new_v4().to_string())
    }

    fn secret(&self) -> SecretString {
        [Uuid::new_v4(), Uuid::new_v4()].map(|id| id.simple().to_string()).concat().into()
    }
}

#[tokio::test]
async fn at_whatever_hour_it_is_tried_there_is_something_to_propose() {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let app = App::new(api.db.store(&api.clock).unwrap(), Arc::new(api.clock.clone()), Arc::new(RandomIds));
    // A quiet week, and those in which New York's clocks change.
    for (week, start) in
        ["2026-01-12T00:05:30Z", "2026-03-03T00:05:30Z", "2026-10-27T00:05:30Z"].into_iter().enumerate()
    {
        for step in 0..8 {
            let now: Moment = start.parse().unwrap();
            let now = now.plus_minutes(21 * 60 * step);
            api.clock.set(now);
            let name = format!("ada{week}x{step}");
            let ada = api.user(&name);
            ada.get("/api/rebalancing/limits").await.json(200);
            ada.put("/api/v1/settings", json!({})).await.json(200);
            assert!(api::demo::seed(&app, &user(&sql, &name).await).await.unwrap());
            let before = calendar(&ada).await;
            let exam = add_exam(&ada, now.into()).await;
            let proposal = ada.propose(&exam).await;
            let moves = proposal["proposed_changes"].as_array().unwrap();
            assert!(!moves.is_empty(), "{now}: {proposal:#}");
            ada.accept(&proposal).await;
            ada.undo(&proposal).await.json(200);
            assert_eq!(calendar(&ada).await, before, "{now}");
        }
    }
}

#[tokio::test]
async fn with_google_the_student_has_an_account_there_that_is_in_step() {
    let place = Place::new();
    let demo = place.start_with(&["--google"]);
    let ada = demo.ada();
    let deadline = std::time::Instant::now() + program::AGES;
    while ada.get("/api/v1/sync/status").await.json(200)["state"] != "ok" {
        assert!(std::time::Instant::now() < deadline, "it is never in step");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let events = ada.events().await;
    assert!(events.iter().any(|event| event["title"] == "Statistics"), "{events:?}");
    assert!(demo.text("google_url").starts_with("http://127.0.0.1:"));
}

#[test]
fn a_google_to_try_things_with_says_how_to_reach_it() {
    let fake = Running::start(program::command(&["dev", "google-fake", "--port", "0"]));
    let said: Vec<String> =
        std::iter::from_fn(|| fake.line()).take_while(|line| !line.starts_with("curl")).collect();
    assert!(
        said.iter().any(|line| line.starts_with("export CANVASCAL_GOOGLE_ENDPOINTS=http://127.0.0.1:")),
        "{said:?}"
    );
    assert!(fake.end_with("-TERM").success());
}

#[tokio::test]
async fn with_canvas_the_students_courses_become_tasks() {
    let place = Place::new();
    let demo = place.start_with(&["--canvas"]);
    let ada = demo.ada();
    let deadline = std::time::Instant::now() + program::AGES;
    while ada.get("/api/v1/sync/canvas").await.json(200)["state"] != "ok" {
        assert!(std::time::Instant::now() < deadline, "it is never read");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let tasks = ada.walk("/api/v1/tasks").await;
    assert!(tasks.iter().any(|task| task["title"] == "Midterm exam (STAT 2)"), "{tasks:?}");
    assert!(demo.text("canvas_url").starts_with("http://127.0.0.1:"));
}

#[test]
fn a_canvas_to_try_things_with_says_how_to_reach_it() {
    let fake = Running::start(program::command(&["dev", "canvas-fake", "--port", "0"]));
    let said: Vec<String> =
        std::iter::from_fn(|| fake.line()).take_while(|line| !line.starts_with("curl")).collect();
    assert!(
        said.iter().any(|line| line.starts_with("export CANVASCAL_CANVAS_ENDPOINTS=http://127.0.0.1:")),
        "{said:?}"
    );
    assert!(fake.end_with("-TERM").success());
}
