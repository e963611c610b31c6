//! A week of Ada's with Google, from signing in to taking a plan back, and that none of its secrets gets out.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use google_fake::Person;
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::harness::{ADA, Api, Caller};

/// Everything that was answered to Ada, and told to her.
#[derive(Default)]
struct Told(Vec<String>);

impl Told {
    fn keep(&mut self, answer: Value) -> Value {
        self.0.push(answer.to_string());
        answer
    }
}

/// The blocks of ours in Ada's calendar there.
fn blocks(at_google: &Person) -> Vec<Value> {
    let all = at_google.events(ADA);
    all.into_iter().filter(|event| event["extendedProperties"]["private"].is_object()).collect()
}

fn named(events: &[Value], id: &Value) -> Value {
    events.iter().find(|event| event["id"] == *id).cloned().unwrap()
}

/// Signs Ada in and fills her calendars there: a timetable of its own, that is read as classes.
async fn connect(api: &Api, ada: &Caller, told: &mut Told) -> Person {
    let at_google = api.ada_at_google();
    let timetable = at_google.calendar("Timetable");
    for (day, from, to) in [(2, 8, 19), (3, 7, 12)] {
        at_google.insert_event(
            &timetable,
            json!({
                "summary": "Lectures", "start": {"dateTime": format!("2026-03-{day:02}T{from:02}:00:00Z")},
                "end": {"dateTime": format!("2026-03-{day:02}T{to:02}:00:00Z")},
            }),
        );
    }
    api.connect_google(ada).await;
    let choice = json!({
        "sync_enabled": true, "read_calendar_ids": ["primary", timetable], "busy_calendar_ids": [],
        "write_calendar_id": "primary", "calendar_rules": {timetable: {"type": "CLASS"}},
    });
    told.keep(ada.put("/api/v1/google/calendars", choice).await.json(200));
    api.settle().await;
    // Google greets on the channels that were opened.
    api.hear().await;
    at_google
}

/// The story; what Ada was told meanwhile.
async fn story(api: &Api) -> Told {
    let (ada, mut told) = (api.user("ada"), Told::default());
    let at_google = connect(api, &ada, &mut told).await;
    let classes = ada.events().await;
    assert_eq!(classes.iter().filter(|event| event["type"] == "CLASS").count(), 2, "{classes:?}");

    // She makes room for an exam, and the blocks appear there.
    ada.event("Games", "CHILL", "2026-03-02T20:00", "2026-03-02T22:00").await;
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let proposal = told.keep(ada.propose(&exam).await);
    told.keep(ada.accept(&proposal).await);
    api.settle().await;
    let block = ada.events().await.into_iter().find(|event| event["type"] == "FOCUS").unwrap();
    let there = blocks(&at_google);
    let copy = there.iter().find(|event| {
        event["start"]["dateTime"].as_str().is_some_and(|start| {
            start.parse::<jiff::Timestamp>().unwrap() == block["start_ts"].as_str().unwrap().parse().unwrap()
        })
    });
    let copy = copy.unwrap_or_else(|| panic!("{block} is not among {there:?}"));

    // She drags it there, and it comes back locked.
    api.hear().await;
    at_google.edit(
        ADA,
        copy["id"].as_str().unwrap(),
        json!({
            "start": {"dateTime": "2026-03-04T15:00:00Z"}, "end": {"dateTime": "2026-03-04T16:00:00Z"},
        }),
    );
    let delivered = api.hear().await;
    assert!(delivered.iter().any(|word| word.status == Some(204)), "{delivered:?}");
    let dragged = named(&ada.events().await, &block["id"]);
    assert_eq!((&dragged["start_ts"], &dragged["protected"]), (&json!("2026-03-04T15:00:00Z"), &json!(true)));
    let mut stream = ada.look_on(Some(0)).await;
    loop {
        let event = told.keep(stream.event().await);
        if event["kind"] == "event.locked" {
            assert_eq!(event["payload"]["event_id"], block["id"]);
            break;
        }
    }

    // The planner leaves it alone.
    let essay = ada.task(json!({"title": "Essay", "due_ts": "2026-03-06T12:00:00Z"})).await;
    let next = told.keep(ada.propose(&essay).await);
    let changes = next["proposed_changes"].as_array().unwrap();
    assert!(!changes.is_empty() && changes.iter().all(|change| change["event_id"] != block["id"]), "{next}");

    // Taking the first plan back says what was left, and why.
    let undo = json!({"proposal_id": proposal["proposal_id"]});
    let conflict = ada.post("/api/rebalancing/undo", undo).await.problem(409, "undo-conflict");
    assert_eq!(conflict["edited"][0]["event_id"], block["id"]);
    let undo = json!({"proposal_id": proposal["proposal_id"], "keep_edited": true});
    told.keep(ada.post("/api/rebalancing/undo", undo).await.json(200));
    api.settle().await;
    assert_eq!(named(&ada.events().await, &block["id"])["start_ts"], "2026-03-04T15:00:00Z");
    let left: Vec<Value> = blocks(&at_google).into_iter().map(|event| event["summary"].clone()).collect();
    assert!(left.contains(&copy["summary"]), "{left:?}");
    told.keep(ada.get("/api/v1/google/calendars").await.json(200));
    let status = told.keep(ada.get("/api/v1/sync/status").await.json(200));
    assert_eq!(status["state"], "ok", "{status}");
    told
}

#[tokio::test]
async fn a_plan_reaches_google_and_what_people_do_there_is_heeded() {
    story(&Api::with_google().await).await;
}

/// What is logged, by all threads of this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Every row of every table, as text.
async fn everything(api: &Api) -> String {
    let sql = api.db.client().await.unwrap();
    let tables = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";
    let mut dump = String::new();
    for table in sql.query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        for row in sql.query(&format!("SELECT to_jsonb(t)::text FROM {table} t"), &[]).await.unwrap() {
            dump.push_str(row.get(0));
        }
    }
    dump
}

/// Each test has a process of its own, so the log is that of this story alone.
#[tokio::test]
async fn no_secret_of_googles_gets_out() {
    let log = Log::default();
    let settings =
        api::config::LogSettings { filter: "trace".to_owned(), format: api::config::LogFormat::Text };
    api::telemetry::subscriber(&settings, log.clone()).try_init().unwrap();
    let api = Api::with_google().await;
    let told = story(&api).await;
    let dump = everything(&api).await;
    assert!(dump.contains("v1.k1."), "there is a sealed token: {dump}");
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(log.contains("/webhooks/google"), "it was logged at all");
    let issued = api.google().issued_tokens();
    // A code, a refresh token, an access token, and the positions of two calendars at least.
    assert!(issued.len() >= 5, "{issued:?}");
    for secret in &issued {
        for (place, text) in [("the log", &log), ("the database", &dump), ("an answer", &told.0.concat())] {
            assert!(!text.contains(secret.as_str()), "{secret} is in {place}");
        }
    }
    // What our side makes up is as secret: states, verifiers, and the tokens of channels.
    for made_up in ["secret-0000"] {
        for (place, text) in [("the log", &log), ("the database", &dump)] {
            let found = text.find(made_up).map(|at| &text[at.saturating_sub(300)..(at + 80).min(text.len())]);
            assert_eq!(found, None, "{made_up} is in {place}");
        }
    }
}
