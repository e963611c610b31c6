//! Proposals that make themselves: a task is written, by whatever road, and a worker does the rest.

use app::TaskTriggers;
use app::ports::{Clock as _, Lease, TaskFields};
use app::work::Options;
use planner_core::lifecycle::CreateRequest;
use planner_core::model::TaskId;
use planner_core::time::Moment;
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::harness::{Api, Ask, Caller};
use crate::tools::rows::{self, audit, number, told, user};

/// Waits until what was written has settled, and works until nothing is due any more. How many jobs that were.
async fn work(api: &Api) -> usize {
    api.clock.advance_minutes(1);
    let worker = api.app.worker(Options::default());
    let mut worked = 0;
    loop {
        match worker.work_once().await.unwrap() {
            0 => return worked,
            jobs => worked += jobs,
        }
    }
}

fn seconds_pass(api: &Api, seconds: i64) {
    api.clock.set(Moment::from_unix_micros(api.clock.now().unix_micros() + seconds * 1_000_000));
}

/// The open proposals, newest last.
async fn open(sql: &Client) -> Vec<String> {
    let query = "SELECT trigger_item_id::text FROM rebalancing_proposals WHERE status = 'PROPOSED' ORDER BY created_at";
    rows::texts(sql, query).await
}

async fn actions(sql: &Client) -> Vec<(String, Vec<String>, Value)> {
    let rows = audit(sql).await;
    rows.iter()
        .map(|row| {
            let (action, codes) = told(row);
            (action, codes, row["detail"]["automatic"].clone())
        })
        .collect()
}

async fn start() -> (Api, Client, Caller) {
    let api = Api::start().await;
    let sql = api.db.client().await.unwrap();
    let ada = api.user("ada");
    (api, sql, ada)
}

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_new_exam_leads_to_a_proposal_and_changes_nothing_else() {
    let (api, sql, ada) = start().await;
    ada.lecture().await;
    let events = ada.events().await;
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    assert_eq!(open(&sql).await, [""; 0]);
    assert_eq!(work(&api).await, 1);
    assert_eq!(open(&sql).await, [id(&exam)]);
    assert_eq!(ada.events().await, events);
    let rows = audit(&sql).await;
    assert_eq!(
        (rows.len(), &rows[0]["action"], &rows[0]["detail"]["automatic"]),
        (1, &json!("CREATED"), &json!(true))
    );
    assert_eq!(number(&sql, "SELECT count(*) FROM jobs").await, 0);
    // It is a proposal like any other.
    let proposal = rows[0]["proposal_id"].as_str().unwrap();
    let accept = Ask::post("/api/rebalancing/proposals/{id}/accept").at(proposal);
    assert_eq!(accept.by(&ada).await.json(200)["applied"], true);
}

#[tokio::test]
async fn a_row_written_by_hand_leads_to_a_proposal_as_well() {
    let (api, sql, _) = start().await;
    sql.batch_execute("INSERT INTO users (id) VALUES ('00000000-0000-4000-8000-000000000001')")
        .await
        .unwrap();
    let insert = "BEGIN; SET LOCAL canvascal.now = '2026-03-02 08:00Z';
                  INSERT INTO tasks (user_id, id, title, due_ts, priority_score, effort_minutes)
                  VALUES ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', 'Algebra',
                          '2026-03-05 12:00Z', 90, 120); COMMIT";
    sql.batch_execute(insert).await.unwrap();
    assert_eq!(work(&api).await, 1);
    assert_eq!(open(&sql).await, ["00000000-0000-4000-8000-000000000002"]);
    // Whoever knows the user by id alone does not touch the name.
    assert_eq!(number(&sql, "SELECT count(*) FROM users WHERE external_id IS NULL").await, 1);
}

#[tokio::test]
async fn what_no_longer_asks_for_a_proposal_gets_none_and_nothing_is_told() {
    let (api, sql, ada) = start().await;
    let path = |task: &Value| format!("/api/v1/tasks/{}", id(task));
    let gone = ada.exam("2026-03-05T12:00", 120).await;
    Ask::delete("/api/v1/tasks/{id}").of(&gone).by(&ada).await.nothing();
    for patch in [
        json!({"status": "DONE"}),
        json!({"due_ts": null}),
        json!({"priority_score": 69.999}),
        json!({"due_ts": "2026-03-02T08:01:00Z"}),
    ] {
        let task = ada.exam("2026-03-05T12:00", 120).await;
        ada.patch(&path(&task), patch).await.json(200);
    }
    assert_eq!(work(&api).await, 5);
    assert_eq!(audit(&sql).await, [Value::Null; 0]);
    assert_eq!(number(&sql, "SELECT count(*) FROM jobs").await, 0);
}

#[tokio::test]
async fn a_user_who_is_gone_gets_none_and_does_not_come_back() {
    let (api, sql, ada) = start().await;
    ada.exam("2026-03-05T12:00", 120).await;
    sql.batch_execute("DELETE FROM users").await.unwrap();
    assert_eq!(work(&api).await, 1);
    assert_eq!(number(&sql, "SELECT count(*) FROM users").await, 0);
    assert_eq!(number(&sql, "SELECT count(*) FROM jobs").await, 0);
}

#[tokio::test]
async fn an_open_proposal_that_knows_the_task_as_it_is_stays() {
    let (api, sql, ada) = start().await;
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let proposal = ada.propose(&exam).await;
    assert_eq!(work(&api).await, 1);
    let path = format!("/api/rebalancing/proposals/{}", proposal["proposal_id"].as_str().unwrap());
    assert_eq!(ada.get(&path).await.json(200), proposal);
    assert_eq!(audit(&sql).await.len(), 1);

    // It does not know of the new due time.
    ada.patch(&format!("/api/v1/tasks/{}", id(&exam)), json!({"due_ts": "2026-03-06T12:00:00Z"}))
        .await
        .json(200);
    assert_eq!(work(&api).await, 1);
    assert_eq!(ada.get(&path).await.json(200)["status"], "REJECTED");
    assert_eq!(open(&sql).await, [id(&exam)]);
    let actions: Vec<String> = actions(&sql).await.into_iter().map(|(action, ..)| action).collect();
    assert_eq!(actions, ["CREATED", "SUPERSEDED", "CREATED"]);
}

#[tokio::test]
async fn one_that_has_expired_knows_nothing() {
    let (api, sql, ada) = start().await;
    let exam = ada.exam("2026-03-06T12:00", 120).await;
    ada.propose(&exam).await;
    api.clock.advance_minutes(24 * 60);
    assert_eq!(work(&api).await, 1);
    let actions: Vec<String> = actions(&sql).await.into_iter().map(|(action, ..)| action).collect();
    assert_eq!(actions, ["CREATED", "EXPIRED", "CREATED"]);
}

#[tokio::test]
async fn a_refusal_is_told_in_the_audit_and_is_no_failure() {
    let (api, sql, ada) = start().await;
    ada.put("/api/v1/settings", json!({"churn_cap": 0})).await.json(200);
    ada.exam("2026-03-05T12:00", 120).await;
    // All its study is in the calendar.
    let covered = ada.exam("2026-03-05T12:00", 0).await;
    assert_eq!(work(&api).await, 2);
    ada.put("/api/v1/settings", json!({"churn_cap": 3})).await.json(200);
    ada.patch(&format!("/api/v1/tasks/{}", id(&covered)), json!({"due_ts": "2026-03-06T12:00:00Z"}))
        .await
        .json(200);
    assert_eq!(work(&api).await, 1);
    let refused = |code: &str| ("CREATE_REFUSED".to_owned(), vec![code.to_owned()], json!(true));
    let cap = refused("CHURN_CAP_EXCEEDED");
    assert_eq!(actions(&sql).await, [cap.clone(), cap, refused("ALREADY_COVERED")]);
    assert_eq!(open(&sql).await, [""; 0]);
    assert_eq!(number(&sql, "SELECT count(*) FROM jobs").await, 0);
}

#[tokio::test]
async fn what_was_accepted_a_short_while_ago_is_left_alone() {
    let (api, sql, ada) = start().await;
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    ada.accept(&ada.propose(&exam).await).await;
    assert_eq!(work(&api).await, 1);
    let last = actions(&sql).await.pop().unwrap();
    assert_eq!(last, ("CREATE_REFUSED".to_owned(), vec!["COOLDOWN".to_owned()], json!(true)));
}

#[tokio::test]
async fn proposals_that_make_themselves_use_up_no_requests() {
    let (api, sql, ada) = start().await;
    for _ in 0..12 {
        ada.exam("2026-03-05T12:00", 30).await;
    }
    assert_eq!(work(&api).await, 12);
    assert_eq!(number(&sql, "SELECT count(*) FROM rebalancing_audit").await, 12);
    let exam = ada.exam("2026-03-06T12:00", 30).await;
    for _ in 0..10 {
        ada.propose(&exam).await;
    }
    let body = json!({"trigger_item_id": exam["id"]});
    ada.post("/api/rebalancing/proposals", body).await.problem(429, "rate-limited");
    // And what the user has used up does not keep them from being made.
    seconds_pass(&api, 1);
    let later = json!({"due_ts": "2026-03-06T13:00:00Z"});
    ada.patch(&format!("/api/v1/tasks/{}", id(&exam)), later).await.json(200);
    seconds_pass(&api, 1);
    assert_eq!(api.app.worker(Options::default()).work_once().await.unwrap(), 1);
    let last = actions(&sql).await.pop().unwrap();
    assert_eq!((last.0.as_str(), last.2), ("CREATED", json!(true)));
}

#[tokio::test]
async fn a_lost_lease_leaves_nothing_behind() {
    let (api, sql, ada) = start().await;
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let ada_herself = user(&sql, "ada").await;
    let lease = Lease { job: Uuid::new_v4(), holder: Uuid::new_v4(), attempts: 1 };
    let task = TaskId(id(&exam).parse().unwrap());
    let lost = api.app.propose_for(ada_herself.id, task, &lease).await.unwrap_err();
    assert!(lost.is_passing(), "{lost}");
    assert_eq!(open(&sql).await, [""; 0]);
    assert_eq!(audit(&sql).await, [Value::Null; 0]);
}

#[tokio::test]
async fn where_the_database_runs_no_triggers_the_program_asks_itself() {
    let (api, sql, ada) = start().await;
    ada.lecture().await;
    let owner = user(&sql, "ada").await;
    sql.batch_execute("ALTER TABLE tasks DISABLE TRIGGER trg_queue_proposal_tasks").await.unwrap();
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    assert_eq!(work(&api).await, 0, "nobody noticed");

    let alert = api.app.clone().with_task_triggers(TaskTriggers::Program);
    let trigger = TaskId(id(&exam).parse().unwrap());
    let fields = alert.task(&owner, trigger).await.unwrap().fields;
    let made = alert.create_task(&owner, fields.clone()).await.unwrap();
    alert
        .edit_task(&owner, made.id, |_| true, |fields| TaskFields { effort_minutes: 60, ..fields })
        .await
        .unwrap();
    assert_eq!(number(&sql, "SELECT count(*) FROM jobs").await, 1);
    assert_eq!(work(&api).await, 1);
    assert_eq!(open(&sql).await, [made.id.to_string()]);
    // What has changed nothing that matters asks for nothing.
    alert.edit_task(&owner, made.id, |_| true, |fields| fields).await.unwrap();
    assert_eq!(work(&api).await, 0);
    alert
        .edit_task(&owner, trigger, |_| true, |fields| TaskFields { due_ts: made.fields.due_ts, ..fields })
        .await
        .unwrap();
    assert_eq!(work(&api).await, 0);

    // Asked for by hand it is as ever.
    let request = CreateRequest { trigger: Some(trigger), lookahead_days: None, override_churn_cap: None };
    alert.create_proposal(&owner, request).await.outcome.unwrap();
}
