//! A POST with an `Idempotency-Key` takes effect once, whichever route it is for and wherever its answer gets lost.

use std::collections::BTreeSet;
use std::sync::Arc;

use google_fake::Grant;
use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};
use testkit::TestDb;

use crate::harness::{Api, Caller, NOBODYS, Reply, accept_path};
use crate::tools::crowd::reject_path;
use crate::tools::proxy::Proxy;

/// A POST that does something, ready to be sent.
struct Deed {
    path: String,
    body: Option<Value>,
    /// A body that asks for something else, or for nothing that makes sense.
    other: Value,
}

impl Deed {
    fn new(path: impl Into<String>, body: Value, other: Value) -> Self {
        Self { path: path.into(), body: Some(body), other }
    }

    async fn by(&self, caller: &Caller, key: &str) -> Reply {
        send(caller, &self.path, self.body.as_ref(), key).await
    }
}

async fn send(caller: &Caller, path: &str, body: Option<&Value>, key: &str) -> Reply {
    let mut request = caller.request("POST", path).header("idempotency-key", key);
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    caller.ask(request.body(Full::from(body.map(Value::to_string).unwrap_or_default())).unwrap()).await
}

/// Every POST there is, with what has to be there before it does something of Ada's. She is an admin.
async fn deed(endpoint: &str, api: &Api, ada: &Caller) -> Deed {
    let event = json!({
        "title": "Gym", "type": "CHILL", "start_ts": "2026-03-04T10:00:00Z", "end_ts": "2026-03-04T11:00:00Z",
    });
    let task = json!({"title": "Essay", "type": "ASSIGNMENT", "priority_score": 50, "effort_minutes": 60});
    match endpoint {
        "/api/v1/events" => {
            let mut other = event.clone();
            other["title"] = json!("Pool");
            Deed::new(endpoint, event, other)
        }
        "/api/v1/tasks" => {
            let mut other = task.clone();
            other["effort_minutes"] = json!(61);
            Deed::new(endpoint, task, other)
        }
        "/api/rebalancing/proposals" => {
            let exam = ada.crammed_monday().await;
            let body = json!({"trigger_item_id": exam["id"]});
            Deed::new(endpoint, body, json!({"trigger_item_id": exam["id"], "lookahead_days": 3}))
        }
        "/api/rebalancing/proposals/{id}/accept" | "/api/rebalancing/proposals/{id}/reject" => {
            let proposal = ada.propose(&ada.crammed_monday().await).await;
            let path =
                if endpoint.ends_with("accept") { accept_path(&proposal) } else { reject_path(&proposal) };
            Deed { path, body: None, other: json!({"reason": "none"}) }
        }
        "/api/rebalancing/undo" => {
            let proposal = ada.propose(&ada.crammed_monday().await).await;
            ada.accept(&proposal).await;
            let body = json!({"proposal_id": proposal["proposal_id"]});
            Deed::new(endpoint, body, json!({"proposal_id": proposal["proposal_id"], "keep_edited": true}))
        }
        "/api/v1/admin/jobs/{id}/retry" => {
            let dead = "INSERT INTO jobs (kind, status) VALUES ('sweep', 'DEAD') RETURNING id::text";
            let id: String = api.db.client().await.unwrap().query_one(dead, &[]).await.unwrap().get(0);
            Deed { path: endpoint.replace("{id}", &id), body: None, other: json!({"reason": "none"}) }
        }
        "/api/v1/auth/google/token" => {
            let body = api.sign_in(ada, Grant::All).await.body();
            let mut other = body.clone();
            other["code"] = json!("another");
            Deed::new(endpoint, body, other)
        }
        "/api/v1/sync" => {
            api.connect_google(ada).await;
            Deed { path: endpoint.to_owned(), body: None, other: json!({"reason": "none"}) }
        }
        "/api/rebalancing/conflicts" => {
            in_conflict(ada).await;
            Deed::new(endpoint, json!({}), json!({"lookahead_days": 3}))
        }
        "/mcp" => {
            let call = |id: u8| {
                let task = json!({"title": "Topology", "type": "EXAM", "effort_minutes": 60});
                json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": "create_task", "arguments": task}})
            };
            Deed::new(endpoint, call(1), call(2))
        }
        "/api/v1/auth/canvas/token" => {
            let (student, _) = api.ada_at_canvas();
            let body = api.sign_in_to_canvas(ada, &student).await;
            let mut other = body.clone();
            other["code"] = json!("another");
            Deed::new(endpoint, body, other)
        }
        "/api/v1/sync/canvas" => {
            let (student, _) = api.ada_at_canvas();
            let body = api.sign_in_to_canvas(ada, &student).await;
            ada.post("/api/v1/auth/canvas/token", body).await.json(200);
            api.settle().await;
            Deed { path: endpoint.to_owned(), body: None, other: json!({"reason": "none"}) }
        }
        other => match other.strip_prefix("/api/v1/tools/") {
            Some(tool) => {
                let (body, other) = arguments(tool, ada).await;
                Deed::new(endpoint, body, other)
            }
            None => panic!("say here what {other} does"),
        },
    }
}

/// A lecture amid games.
async fn in_conflict(ada: &Caller) {
    ada.event("Games", "CHILL", "2026-03-04T18:00", "2026-03-04T20:00").await;
    ada.event("Guest lecture", "CLASS", "2026-03-04T18:30", "2026-03-04T19:30").await;
}

/// What a tool is called with, and other arguments for it.
async fn arguments(tool: &str, ada: &Caller) -> (Value, Value) {
    let exam = ada.crammed_monday().await["id"].clone();
    let task = json!({"task_id": exam});
    match tool {
        "check_availability" => (json!({}), json!({"min_minutes": 45})),
        "list_tasks" => (json!({}), json!({"limit": 5})),
        "list_proposals" => {
            ada.propose(&json!({"id": exam})).await;
            (json!({}), json!({"limit": 5}))
        }
        "create_task" => {
            let task = |title: &str| json!({"title": title, "type": "EXAM", "effort_minutes": 60});
            (task("Topology"), task("Botany"))
        }
        "slack" => (task, json!({"task_id": NOBODYS})),
        "propose_plan" => (task, json!({"task_id": exam, "lookahead_days": 3})),
        "reschedule_conflicts" => {
            in_conflict(ada).await;
            (json!({}), json!({"lookahead_days": 3}))
        }
        "explain_proposal" | "accept_proposal" | "undo" => {
            let proposal = ada.propose(&json!({"id": exam})).await;
            if tool == "undo" {
                ada.accept(&proposal).await;
            }
            (json!({"proposal_id": proposal["proposal_id"]}), json!({"proposal_id": NOBODYS}))
        }
        other => panic!("say here what {other} is called with"),
    }
}

fn posts() -> BTreeSet<&'static str> {
    let endpoints = api::routes::endpoints();
    // What strangers may send is nobody's, so there is nobody whose key it could be.
    let posts = endpoints.iter().filter(|endpoint| !endpoint.is_public());
    let posts = posts.filter(|endpoint| endpoint.methods().any(|method| method == "POST"));
    posts.map(api::server::Endpoint::path).collect()
}

/// What an answer says, whichever time it is given.
fn said(reply: &Reply) -> (u16, String, Vec<(String, String)>) {
    let mut headers: Vec<(String, String)> = reply
        .headers
        .iter()
        .filter(|(name, _)| !["date", "x-request-id", "idempotent-replayed"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    (reply.status.as_u16(), reply.text.clone(), headers)
}

fn is_replayed(reply: &Reply) -> bool {
    reply.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
}

#[tokio::test]
async fn an_answer_is_given_again_byte_for_byte_and_nothing_is_done_again() {
    for endpoint in posts() {
        let api = Api::with_google().await;
        let ada = api.admin("ada");
        let deed = deed(endpoint, &api, &ada).await;
        let untouched = api.rows().await;
        let first = deed.by(&ada, "k-1").await;
        assert!(first.status.is_success(), "{endpoint}: {}", first.text);
        assert!(!is_replayed(&first), "{endpoint}");
        let done = api.rows().await;
        assert_ne!(untouched, done, "{endpoint} does nothing");
        for key in ["k-1", "\"k-1\""] {
            let again = deed.by(&ada, key).await;
            assert_eq!(said(&again), said(&first), "{endpoint}");
            assert!(is_replayed(&again), "{endpoint}");
        }
        assert_eq!(api.rows().await, done, "{endpoint} was done again");
    }
}

#[tokio::test]
async fn a_refusal_is_given_again_and_told_once() {
    let api = Api::start().await;
    let ada = api.admin("ada");
    let task = ada.task(json!({"priority_score": 10})).await;
    let body = json!({"trigger_item_id": task["id"]});
    let path = "/api/rebalancing/proposals";
    let first = send(&ada, path, Some(&body), "r").await;
    first.problem(409, "priority-below-threshold");
    let told = api.rows().await;
    let again = send(&ada, path, Some(&body), "r").await;
    assert_eq!(said(&again), said(&first));
    assert!(is_replayed(&again));
    assert_eq!(api.rows().await, told);
}

#[tokio::test]
async fn a_key_means_one_body() {
    for endpoint in posts() {
        let api = Api::with_google().await;
        let ada = api.admin("ada");
        let deed = deed(endpoint, &api, &ada).await;
        let first = deed.by(&ada, "k").await;
        assert!(first.status.is_success(), "{endpoint}: {}", first.text);
        let done = api.rows().await;
        let other = send(&ada, &deed.path, Some(&deed.other), "k").await;
        other.problem(422, "idempotency-key-reused");
        assert_eq!(api.rows().await, done, "{endpoint}");
        // The first one is still what the key means.
        assert_eq!(said(&deed.by(&ada, "k").await), said(&first), "{endpoint}");
    }
}

#[tokio::test]
async fn a_request_in_flight_is_told_of_at_once() {
    for endpoint in posts() {
        let api = Api::start_patiently(true).await;
        let ada = api.admin("ada");
        ada.essay().await;
        let deed = deed(endpoint, &api, &ada).await;
        // Somebody keeps the first request waiting.
        let mut sql = api.db.client().await.unwrap();
        let holding = sql.transaction().await.unwrap();
        holding.execute("SELECT FROM users FOR UPDATE", &[]).await.unwrap();
        let (caller, path, body) = (ada.clone(), deed.path.clone(), deed.body.clone());
        let first = tokio::spawn(async move { send(&caller, &path, body.as_ref(), "k").await });
        api.until_somebody_waits().await;
        let second = deed.by(&ada, "k").await;
        second.problem(409, "idempotency-in-progress");
        assert_eq!(second.headers["retry-after"], "1");
        // Other keys are no concern of this one's, and would only wait as well.
        assert!(!first.is_finished(), "{endpoint}");
        holding.commit().await.unwrap();
        let first = first.await.unwrap();
        assert!(first.status.is_success(), "{endpoint}: {}", first.text);
        let third = deed.by(&ada, "k").await;
        assert_eq!(said(&third), said(&first), "{endpoint}");
    }
}

#[tokio::test]
async fn another_users_key_is_another_key() {
    for endpoint in posts() {
        let api = Api::with_google().await;
        let (ada, eve) = (api.admin("ada"), api.user("eve"));
        let deed = deed(endpoint, &api, &ada).await;
        let of_ada = deed.by(&ada, "k").await;
        assert!(of_ada.status.is_success(), "{endpoint}: {}", of_ada.text);
        let of_eve = deed.by(&eve, "k").await;
        assert!(!is_replayed(&of_eve), "{endpoint}");
        assert_ne!(of_eve.text, of_ada.text, "{endpoint}");
    }
}

#[tokio::test]
async fn another_path_is_another_request() {
    let api = Api::start().await;
    let ada = api.admin("ada");
    let first = ada.propose(&ada.exam("2026-03-05T12:00", 60).await).await;
    let second = ada.propose(&ada.exam("2026-03-06T12:00", 60).await).await;
    for proposal in [&first, &second] {
        send(&ada, &reject_path(proposal), None, "k").await.json(200);
    }
    assert_eq!(send(&ada, &accept_path(&first), None, "k").await.status, 409);
}

#[tokio::test]
async fn what_was_refused_before_any_work_leaves_the_key_free() {
    let api = Api::start().await;
    let ada = api.admin("ada");
    let deed = deed("/api/v1/tasks", &api, &ada).await;
    let bare = api.caller(None);
    send(&bare, &deed.path, deed.body.as_ref(), "k").await.problem(401, "missing-token");
    let unfit = json!({"title": "", "type": "EXAM", "priority_score": 1, "effort_minutes": 1});
    send(&ada, &deed.path, Some(&unfit), "k").await.problem(422, "invalid-body");
    let unfit = json!({"title": "x", "type": "EXAM", "priority_score": 1, "effort_minutes": 1, "due_ts": "9999-01-01T00:00:00Z"});
    send(&ada, &deed.path, Some(&unfit), "k").await.problem(422, "invalid-body");
    assert_eq!(deed.by(&ada, "k").await.status, 201);
}

#[tokio::test]
async fn too_many_requests_leave_the_key_free() {
    let api = Api::start().await;
    let ada = api.admin("ada");
    let body = json!({"trigger_item_id": ada.exam("2026-03-06T12:00", 60).await["id"]});
    let path = "/api/rebalancing/proposals";
    for _ in 0..10 {
        ada.post(path, body.clone()).await.json(201);
    }
    send(&ada, path, Some(&body), "k").await.problem(429, "rate-limited");
    api.clock.advance_minutes(2);
    send(&ada, path, Some(&body), "k").await.json(201);
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let api = Api::start().await;
    let ada = api.admin("ada");
    let deed = deed("/api/v1/tasks", &api, &ada).await;
    let first = deed.by(&ada, "k").await.json(201);
    api.clock.advance_minutes(24 * 60 - 1);
    assert_eq!(deed.by(&ada, "k").await.json(201), first);
    api.clock.advance_minutes(1);
    let anew = deed.by(&ada, "k").await;
    assert!(!is_replayed(&anew));
    assert_ne!(anew.json(201)["id"], first["id"]);
    assert_eq!(deed.by(&ada, "k").await.json(201), anew.json(201));
}

#[tokio::test]
async fn what_is_no_key_is_told_so() {
    let api = Api::start().await;
    let ada = api.admin("ada");
    let deed = deed("/api/v1/tasks", &api, &ada).await;
    let before = api.rows().await;
    for key in ["", "\"", "two words", &"x".repeat(256)] {
        let problem = deed.by(&ada, key).await.problem(400, "invalid-parameter");
        assert_eq!(problem["errors"][0]["header"], "Idempotency-Key", "{problem}");
    }
    assert_eq!(api.rows().await, before);
}

#[tokio::test]
async fn of_many_at_once_one_does_it() {
    let api = Api::start().await;
    let ada = api.admin("ada");
    let deed = Arc::new(deed("/api/rebalancing/proposals", &api, &ada).await);
    let sent: Vec<_> = (0..12)
        .map(|_| {
            let (caller, deed) = (ada.clone(), Arc::clone(&deed));
            tokio::spawn(async move { deed.by(&caller, "k").await })
        })
        .collect();
    let mut replies = Vec::new();
    for reply in sent {
        replies.push(reply.await.unwrap());
    }
    let fresh = replies.iter().filter(|reply| reply.status == 201 && !is_replayed(reply)).count();
    assert_eq!(fresh, 1);
    assert!(replies.iter().all(|reply| [201, 409].contains(&reply.status.as_u16())));
    assert_eq!(api.rows_of("ada").await["rebalancing_proposals"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_that_got_lost_after_the_work_was_done_is_given_when_asked_again() {
    // What only looks ends its look before it is told of in the history.
    let only_looks =
        |path: &&str| path.strip_prefix("/api/v1/tools/").is_some_and(|tool| !app::tools::writes(tool));
    for endpoint in posts().into_iter().filter(|path| !only_looks(path)) {
        let db = TestDb::new().await.unwrap();
        let proxy = Proxy::before(&db.url()).await;
        let api = Api::start_over(db, &proxy.url()).await;
        let ada = api.admin("ada");
        let deed = deed(endpoint, &api, &ada).await;
        let untouched = api.rows().await;
        let committed = proxy.cut_after_the_next_commit();
        deed.by(&ada, "k").await.problem(503, "not-ready");
        committed.await.unwrap();
        let done = api.rows().await;
        assert_ne!(untouched, done, "{endpoint} does nothing");
        let answer = deed.by(&ada, "k").await;
        assert!(answer.status.is_success(), "{endpoint}: {}", answer.text);
        assert!(is_replayed(&answer), "{endpoint}");
        assert_eq!(api.rows().await, done, "{endpoint} was done again");
    }
}

#[tokio::test]
async fn whoever_hangs_up_and_asks_again_has_it_done_once() {
    let api = Api::start_patient().await;
    let ada = api.admin("ada");
    let deed = deed("/api/v1/tasks", &api, &ada).await;
    ada.essay().await;
    let mut sql = api.db.client().await.unwrap();
    let holding = sql.transaction().await.unwrap();
    holding.execute("SELECT FROM users FOR UPDATE", &[]).await.unwrap();
    // A connection of its own, which goes with it.
    let caller = api.user("ada");
    let (path, body) = (deed.path.clone(), deed.body.clone());
    let hanging = tokio::spawn(async move { send(&caller, &path, body.as_ref(), "k").await });
    api.until_somebody_waits().await;
    hanging.abort();
    drop(hanging.await);
    holding.rollback().await.unwrap();
    // The server notices in its own time, before the work is done or after.
    let task = loop {
        let reply = deed.by(&ada, "k").await;
        if reply.status != 409 {
            break reply.json(201);
        }
    };
    let tasks = ada.walk("/api/v1/tasks").await;
    assert_eq!(tasks.iter().filter(|other| other["title"] == task["title"]).count(), 1);
}

#[tokio::test]
async fn get_put_patch_and_delete_take_no_notice_of_a_key() {
    let api = Api::start().await;
    let ada = api.admin("ada");
    let lecture = ada.lecture().await;
    let path = format!("/api/v1/events/{}", lecture["id"].as_str().unwrap());
    for title in ["One", "Two"] {
        let request = ada.request("PATCH", &path).header("idempotency-key", "k");
        let request: Request<_> = request
            .header("content-type", "application/json")
            .body(Full::from(json!({"title": title}).to_string()))
            .unwrap();
        assert_eq!(ada.ask(request).await.json(200)["title"], title);
    }
}
