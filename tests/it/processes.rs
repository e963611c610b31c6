//! Several processes of the real program on one database, and what happens when one dies.

use futures_util::future::join_all;
use http_body_util::Full;
use serde_json::{Value, json};
use testkit::TestDb;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::harness::{Caller, Reply};
use crate::tools::proxy::Proxy;
use crate::tools::rows::number;
use crate::tools::servers::Server;

const PROPOSALS: &str = "/api/rebalancing/proposals";

/// Makes an exam that is due in so many days.
async fn exam_in(caller: &Caller, days: i64) -> Value {
    let due = (OffsetDateTime::now_utc() + Duration::days(days)).replace_second(0).unwrap();
    let due = due.replace_nanosecond(0).unwrap().format(&Rfc3339).unwrap();
    let body = json!({
        "title": "Algebra", "type": "EXAM", "due_ts": due, "priority_score": 80, "effort_minutes": 120,
    });
    caller.post("/api/v1/tasks", body).await.json(201)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_number_of_processes_plans_more_than_ten_times_a_minute_for_one_user() {
    let db = TestDb::new().await.unwrap();
    let url = db.url();
    let servers = join_all((0..3).map(|_| Server::start(&url))).await;
    let exam = exam_in(&servers[0].user("ada"), 3).await;
    let body = json!({"trigger_item_id": exam["id"]});
    // As much at once as ten clients would send that know nothing of each other.
    let callers: Vec<Caller> = (0..30).map(|n| servers[n % servers.len()].user("ada")).collect();
    let asked = callers
        .iter()
        .flat_map(|caller| [caller.post(PROPOSALS, body.clone()), caller.post(PROPOSALS, body.clone())]);
    let replies = join_all(asked).await;
    let (made, refused): (Vec<&Reply>, Vec<&Reply>) = replies.iter().partition(|reply| reply.status == 201);
    assert!(made.len() >= 10, "{} were made", made.len());
    for reply in refused {
        reply.problem(429, "rate-limited");
        let wait: u64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }
    // Whatever time it took: no minute holds more than ten.
    let sql = db.client().await.unwrap();
    let most = "SELECT max(n) FROM (SELECT count(*) OVER (ORDER BY at RANGE BETWEEN CURRENT ROW AND
                    interval '59.999999 seconds' FOLLOWING) AS n
                  FROM rebalancing_audit WHERE action = 'CREATED') w";
    assert_eq!(number(&sql, most).await, 10);
    // Others have their own ten.
    let eve = servers[1].user("eve");
    let exam = exam_in(&eve, 3).await;
    eve.post(PROPOSALS, json!({"trigger_item_id": exam["id"]})).await.json(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_killed_between_its_work_and_its_answer_has_done_it_once() {
    let db = TestDb::new().await.unwrap();
    let proxy = Proxy::before(&db.url()).await;
    let healthy = Server::start(&db.url()).await;
    let exam = exam_in(&healthy.user("ada"), 3).await;
    let proposal =
        healthy.user("ada").post(PROPOSALS, json!({"trigger_item_id": exam["id"]})).await.json(201);
    let accept = format!("{PROPOSALS}/{}/accept", proposal["proposal_id"].as_str().unwrap());
    let task = json!({"title": "Essay", "type": "OTHER", "priority_score": 1, "effort_minutes": 1});
    for (path, body, done) in [
        ("/api/v1/tasks", Some(task), "SELECT count(*) FROM tasks WHERE title = 'Essay'"),
        (&*accept, None, "SELECT count(*) FROM churn_ledger"),
    ] {
        // Without workers, whose commits are nobody's answers.
        let doomed = Server::start_with(&proxy.url(), &["--no-workers"]).await;
        let caller = doomed.user("ada");
        let ask = |caller: &Caller| {
            let mut request = caller.request("POST", path).header("idempotency-key", "k");
            if body.is_some() {
                request = request.header("content-type", "application/json");
            }
            let text = body.as_ref().map(Value::to_string).unwrap_or_default();
            request.body(Full::from(text)).unwrap()
        };
        let committed = proxy.swallow_the_word_of_the_next_commit();
        let asking = tokio::spawn({
            let (caller, request) = (caller.clone(), ask(&caller));
            async move { caller.try_ask(request).await }
        });
        committed.await.unwrap();
        doomed.process.end_with("-KILL");
        assert!(asking.await.unwrap().is_none(), "a killed process has answered");
        let sql = db.client().await.unwrap();
        assert_eq!(number(&sql, done).await, 1, "{path}");
        let caller = healthy.user("ada");
        let reply = caller.ask(ask(&caller)).await;
        assert!(reply.status.is_success(), "{path}: {}", reply.text);
        assert_eq!(reply.headers["idempotent-replayed"], "true", "{path}");
        assert_eq!(number(&sql, done).await, 1, "{path} was done again");
    }
}
