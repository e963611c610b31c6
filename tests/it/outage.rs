//! Streams over a server that is killed: whoever comes back misses nothing and is told nothing twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http_body_util::Full;
use serde_json::{Value, json};
use testkit::TestDb;
use tokio::task::JoinSet;

use crate::harness::Caller;
use crate::tools::servers::{Server, free_port};
use crate::tools::{program, rows};

const USERS: usize = 20;
const STREAMS_EACH: usize = 10;
/// Live events that each user is to see. Their last makes them come back with everything before it.
const EVENTS: i64 = 9;

/// Tries until the server answers with this status. An answer may get lost on the way; then it is asked again.
async fn insist(caller: &Caller, path: &str, body: &Value, status: u16) -> Value {
    loop {
        let request = caller.request("POST", path).header("content-type", "application/json");
        let request = request.body(Full::from(body.to_string())).unwrap();
        if let Some(reply) = caller.try_ask(request).await.filter(|reply| reply.status == status) {
            return reply.json(status);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A user whose proposals are made, one replacing the other, until enough has happened.
async fn student(caller: Caller, db: Arc<TestDb>, name: String, phase: Arc<AtomicUsize>) {
    let exam = json!({
        "title": "Algebra", "type": "EXAM", "due_ts": "2099-03-05T12:00:00Z", "priority_score": 80,
        "effort_minutes": 60,
    });
    let exam = insist(&caller, "/api/v1/tasks", &exam, 201).await;
    let sql = db.client().await.unwrap();
    let position = format!("SELECT last_event_seq FROM users WHERE external_id = 'user_{name}'");
    while rows::number(&sql, &position).await < EVENTS {
        insist(&caller, "/api/rebalancing/proposals", &json!({"trigger_item_id": exam["id"]}), 201).await;
        phase.fetch_add(1, Ordering::SeqCst);
    }
}

/// Reads until the last number, coming back as often as it takes. Every number it was told, and how often it came.
async fn reader(caller: Caller) -> (Vec<i64>, usize) {
    let (mut told, mut visits, mut last) = (Vec::new(), 0, 0);
    loop {
        let request =
            caller.request("GET", "/api/rebalancing/events").header("last-event-id", last.to_string());
        let Ok(mut stream) = caller.look_on_with(request).await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        visits += 1;
        while let Ok(Some(block)) = stream.try_block().await {
            if let Some(data) = block.data {
                told.push(data["seq"].as_i64().unwrap());
                last = stream.last_id.unwrap();
                if last >= EVENTS {
                    return (told, visits);
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_readers_of_a_server_that_is_killed_miss_nothing() {
    let db = Arc::new(TestDb::new().await.unwrap());
    let (address, url) = (free_port(), db.url());
    let mut server = Server::start_at(address, &url, &[]).await;
    let (mut readers, mut students) = (JoinSet::new(), JoinSet::new());
    let made = Arc::new(AtomicUsize::new(0));
    for user in 0..USERS {
        let name = format!("student{user}");
        let student_caller = server.user(&name);
        for _ in 0..STREAMS_EACH {
            readers.spawn(reader(student_caller.clone()));
        }
        students.spawn(student(student_caller, Arc::clone(&db), name, Arc::clone(&made)));
    }
    // In the midst of it, twice.
    for so_many in [USERS, 3 * USERS] {
        while made.load(Ordering::SeqCst) < so_many {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        server.process.end_with("-KILL");
        server = Server::start_at(address, &url, &[]).await;
    }
    let everything = async {
        while let Some(done) = students.join_next().await {
            done.unwrap();
        }
        let mut visits = 0;
        while let Some(read) = readers.join_next().await {
            let (told, visited) = read.unwrap();
            let all: Vec<i64> = (1..=told.last().copied().unwrap()).collect();
            assert_eq!(told, all);
            assert!(told.len() >= usize::try_from(EVENTS).unwrap());
            visits += visited;
        }
        visits
    };
    let visits = tokio::time::timeout(program::AGES, everything).await.unwrap();
    assert!(visits > USERS * STREAMS_EACH, "nobody had to come back");
    server.process.end_with("-TERM");
}
