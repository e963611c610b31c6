//! `canvascal work`, as operators run it: beside whatever writes to the database.

use std::process::Command;

use serde_json::json;
use testkit::TestDb;
use tokio_postgres::Client;

use crate::harness::Caller;
use crate::tools::program::{self, AGES, Running};
use crate::tools::rows::number;
use crate::tools::servers::Server;

fn on(db: &TestDb, arguments: &[&str]) -> Command {
    let mut command = program::command(arguments);
    command.env("DATABASE_URL", db.url()).env("CANVASCAL_LOG", "warn");
    command
}

/// Looks until the database says yes.
async fn until(sql: &Client, question: &str) {
    let deadline = std::time::Instant::now() + AGES;
    while number(sql, &format!("SELECT ({question})::int::bigint")).await == 0 {
        assert!(std::time::Instant::now() < deadline, "never: {question}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

const USER: &str = "00000000-0000-4000-8000-000000000001";

/// An exam in four days by the machine's clock, which is the program's as well.
fn exam() -> String {
    exam_of(USER)
}

fn exam_of(user: &str) -> String {
    format!(
        "INSERT INTO tasks (user_id, id, title, due_ts, priority_score, effort_minutes)
         VALUES ('{user}', gen_random_uuid(), 'Algebra', date_trunc('hour', now()) + interval '4 days', 90, 120)"
    )
}

#[tokio::test]
async fn a_row_that_anybody_writes_leads_to_a_proposal() {
    let db = TestDb::new().await.unwrap();
    let sql = db.client().await.unwrap();
    let working = Running::start(on(&db, &["work"]));
    sql.batch_execute(&format!("INSERT INTO users (id) VALUES ('{USER}'); {}", exam())).await.unwrap();
    until(&sql, "SELECT count(*) = 1 FROM rebalancing_proposals WHERE status = 'PROPOSED'").await;
    until(&sql, "SELECT count(*) = 0 FROM jobs WHERE kind = 'propose'").await;
    assert!(working.end_with("-TERM").success());
}

#[tokio::test]
async fn whoever_looks_on_is_told_of_the_proposal_that_a_row_leads_to() {
    let db = TestDb::new().await.unwrap();
    let sql = db.client().await.unwrap();
    // The program that works is another than the one that tells.
    let server = Server::start_with(&db.url(), &["--no-workers"]).await;
    let working = Running::start(on(&db, &["work"]));
    let ada = server.user("ada");
    ada.put("/api/v1/settings", json!({})).await.json(200);
    let mut stream = ada.look_on(None).await;
    let user: String = sql.query_one("SELECT id::text FROM users", &[]).await.unwrap().get(0);
    sql.batch_execute(&exam_of(&user)).await.unwrap();
    let told = stream.event().await;
    assert_eq!(told["kind"], "proposal.created");
    let listed = ada.get("/api/rebalancing/proposals").await.json(200);
    assert_eq!(told["proposal_id"], listed["items"][0]["proposal_id"]);
    assert!(working.end_with("-TERM").success());
}

#[tokio::test]
async fn two_workers_share_the_work_and_one_that_is_killed_is_not_missed() {
    let db = TestDb::new().await.unwrap();
    let sql = db.client().await.unwrap();
    let (killed, other) = (Running::start(on(&db, &["work"])), Running::start(on(&db, &["work"])));
    let many = vec![exam(); 20].join(";");
    sql.batch_execute(&format!("INSERT INTO users (id) VALUES ('{USER}'); {many}")).await.unwrap();
    until(&sql, "SELECT count(*) > 0 FROM rebalancing_proposals").await;
    killed.end_with("-KILL");
    // What it had in its hands lasts for a minute; the rest is done meanwhile.
    until(&sql, "SELECT count(*) >= 16 FROM rebalancing_proposals").await;
    assert!(other.end_with("-TERM").success());
    let twice = "SELECT count(*) FROM (SELECT trigger_item_id FROM rebalancing_proposals GROUP BY 1 HAVING count(*) > 1) t";
    assert_eq!(number(&sql, twice).await, 0);
}

#[tokio::test]
async fn a_server_works_too_unless_it_is_told_not_to() {
    let db = TestDb::new().await.unwrap();
    let sql = db.client().await.unwrap();
    sql.batch_execute(&format!("INSERT INTO users (id) VALUES ('{USER}')")).await.unwrap();
    let serve = ["serve", "--dev-auth", "--listen", "127.0.0.1:0"];
    let idle = Running::start(on(&db, &[&serve[..], &["--no-workers"]].concat()));
    idle.line().expect("it comes up");
    sql.batch_execute(&exam()).await.unwrap();
    until(&sql, "SELECT run_at + interval '500 ms' < now() FROM jobs WHERE kind = 'propose'").await;
    assert_eq!(number(&sql, "SELECT count(*) FROM rebalancing_proposals").await, 0);
    assert!(idle.end_with("-TERM").success());

    let busy = Running::start(on(&db, &serve));
    until(&sql, "SELECT count(*) = 1 FROM rebalancing_proposals").await;
    assert!(busy.end_with("-INT").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_demo_a_new_exam_leads_to_a_proposal_by_itself() {
    let folder = program::open_folder();
    let data = folder.path().join("demo");
    let arguments = ["demo", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap(), "--json"];
    let demo = Running::start(program::command(&arguments));
    let said: serde_json::Value = serde_json::from_str(&demo.line().expect("the demo comes up")).unwrap();
    let ada = Caller::new(said["url"].as_str().unwrap(), Some(said["token"].as_str().unwrap().to_owned()));
    let (sql, connection) =
        tokio_postgres::connect(said["database_url"].as_str().unwrap(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let due: String = sql
        .query_one(
            "SELECT to_char(date_trunc('hour', now() AT TIME ZONE 'UTC') + interval '4 days', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    let exam = json!({
        "title": "Linear algebra exam", "type": "EXAM", "due_ts": due, "priority_score": 90, "effort_minutes": 180,
    });
    ada.post("/api/v1/tasks", exam).await.json(201);
    until(&sql, "SELECT count(*) = 1 FROM rebalancing_proposals WHERE status = 'PROPOSED'").await;
    let admin =
        Caller::new(said["url"].as_str().unwrap(), Some(said["admin_token"].as_str().unwrap().to_owned()));
    assert_eq!(admin.get("/api/v1/admin/jobs?status=DEAD").await.json(200)["items"], json!([]));
    drop(sql);
    assert!(demo.end_with("-TERM").success());
}
