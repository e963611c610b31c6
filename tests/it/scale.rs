//! A million events of ten thousand users: whatever one of them asks, no big table is read from end to end.

use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::harness::{Api, Caller, accept_path};
use crate::tools::crowd::{event_path, reject_path};

/// Everybody's half a year.
const FULL: &str = include_str!("scale.sql");

/// How often each table of more than a thousand rows was read from end to end.
async fn scans(sql: &Client) -> Vec<(String, i64)> {
    sql.batch_execute("SELECT pg_stat_force_next_flush()").await.unwrap();
    let counted =
        "SELECT relname::text, seq_scan FROM pg_stat_user_tables WHERE n_live_tup > 1000 ORDER BY 1";
    let rows = sql.query(counted, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// Everything that a student does in a week.
async fn a_life(api: &Api, name: &str) {
    let student = api.user(name);
    student.put("/api/v1/settings", json!({"churn_cap": 5})).await.json(200);
    student.get("/api/v1/settings").await.json(200);
    let lecture = student.lecture().await;
    student.patch(&event_path(&lecture), json!({"title": "Lecture 2"})).await.json(200);
    let exam = student.crammed_monday().await;
    let id = exam["id"].as_str().unwrap();
    let due = json!({"due_ts": "2026-03-03T13:00:00Z"});
    student.patch(&format!("/api/v1/tasks/{id}"), due).await.json(200);
    student.get(&format!("/api/v1/tasks/{id}/slack")).await.json(200);
    let rejected = student.propose(&exam).await;
    student.call(&reject_path(&rejected)).await.json(200);
    let applied = propose_once(&student, &exam).await;
    student.accept(&applied).await;
    student.call(&accept_path(&applied)).await.problem(409, "not-open");
    let body = json!({"proposal_id": applied["proposal_id"]});
    student.post("/api/rebalancing/undo", body).await.json(200);
    let proposal = applied["proposal_id"].as_str().unwrap();
    for path in [
        "/api/v1/events?from=2026-03-01T00:00:00Z&to=2026-03-09T00:00:00Z",
        "/api/v1/tasks",
        "/api/v1/availability?rest=true",
        "/api/rebalancing/limits",
        "/api/rebalancing/proposals?status=UNDONE",
        &format!("/api/rebalancing/proposals?trigger_item_id={id}&limit=1"),
        &format!("/api/rebalancing/proposals/{proposal}"),
        &format!("/api/rebalancing/history?proposal_id={proposal}"),
        "/api/rebalancing/history?action=CREATED&from=2026-03-01T00:00:00Z",
    ] {
        student.get(path).await.json(200);
    }
    let mut told = student.look_on(Some(0)).await;
    assert_eq!(told.event().await["seq"], 1);
    student.delete(&event_path(&lecture)).await.nothing();
    student.delete(&format!("/api/v1/tasks/{id}")).await.nothing();
    api.admin("root").get("/api/v1/admin/insights").await.json(200);
}

async fn propose_once(student: &Caller, exam: &Value) -> Value {
    let body = json!({"trigger_item_id": exam["id"]});
    let request = student.request("POST", "/api/rebalancing/proposals").header("idempotency-key", "k");
    let request = request.header("content-type", "application/json");
    student.ask(request.body(http_body_util::Full::from(body.to_string())).unwrap()).await.json(201)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_reads_a_big_table_from_end_to_end() {
    let api = Api::start_patient().await;
    let sql = api.db.client().await.unwrap();
    for statement in FULL.split(';') {
        sql.batch_execute(statement).await.unwrap();
    }
    let before = scans(&sql).await;
    let full = "SELECT count(*) FROM calendar_events";
    assert_eq!(sql.query_one(full, &[]).await.unwrap().get::<_, i64>(0), 1_000_000);
    let counted = scans(&sql).await;
    assert_ne!(counted, before, "a scan that is one was not seen");
    // Often enough for PostgreSQL to plan without looking at the values.
    for round in 0..8 {
        a_life(&api, &format!("ada{round}")).await;
    }
    api.app.worker(app::work::Options::default()).work_once().await.unwrap();
    // A backend tells what it did when it ends.
    let end = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    sql.query_one(end, &[]).await.unwrap();
    assert_eq!(scans(&sql).await, counted);
}
