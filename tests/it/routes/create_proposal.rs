//! `POST /api/rebalancing/proposals`

use http::HeaderValue;
use serde_json::{Value, json};

use crate::harness::{Api, Ask, Caller, NOBODYS, Reply, with};

const ENDPOINT: Ask = Ask::post("/api/rebalancing/proposals");
const READ: Ask = Ask::get("/api/rebalancing/proposals/{id}");

/// Asks for a proposal for `task`.
async fn ask(caller: &Caller, task: &Value) -> Reply {
    ask_with(caller, task, json!({})).await
}

async fn ask_with(caller: &Caller, task: &Value, members: Value) -> Reply {
    ENDPOINT.with(with(&json!({"trigger_item_id": task["id"]}), members)).by(caller).await
}

fn nobodys() -> Value {
    json!({"id": NOBODYS})
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    let exam = api.user("ada").exam("2026-03-05T12:00", 120).await;
    ENDPOINT.with(json!({"trigger_item_id": exam["id"]})).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_another_user_owns_is_not_found() {
    let api = Api::start().await;
    let exam = api.user("ada").exam("2026-03-05T12:00", 120).await;
    let before = api.rows_of("ada").await;
    let eve = api.user("eve");
    let of_ada = ask(&eve, &exam).await.problem(404, "trigger-not-found");
    assert_eq!(ask(&eve, &nobodys()).await.problem(404, "trigger-not-found"), of_ada);
    assert_eq!(api.rows_of("ada").await, before);
    insta::assert_json_snapshot!(of_ada);
}

#[tokio::test]
async fn a_body_must_be_readable_json() {
    let api = Api::start().await;
    ENDPOINT.wants_json(&api).await;
}

#[tokio::test]
async fn an_exam_gets_a_proposal_with_a_reason_for_every_change() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let reply = ask(&ada, &exam).await;
    let proposal = reply.json(201);
    insta::assert_json_snapshot!(proposal);
    let location = reply.headers["location"].to_str().unwrap();
    assert_eq!(location, format!("/api/rebalancing/proposals/{}", proposal["proposal_id"].as_str().unwrap()));
    assert_eq!(ada.get(location).await.json(200), proposal);
}

#[tokio::test]
async fn a_proposal_changes_nothing_in_the_calendar() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.crammed_monday().await;
    let before = (ada.events().await, ada.walk("/api/v1/tasks").await);
    ada.propose(&exam).await;
    assert_eq!((ada.events().await, ada.walk("/api/v1/tasks").await), before);
}

#[tokio::test]
async fn recreation_moves_aside_for_study() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.crammed_monday().await;
    insta::assert_json_snapshot!(ada.propose(&exam).await);
}

#[tokio::test]
async fn focus_that_is_there_is_claimed_before_anything_is_made() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.event("Deep work", "FOCUS", "2026-03-04T10:00", "2026-03-04T11:30").await;
    let exam = ada.exam("2026-03-05T12:00", 90).await;
    insta::assert_json_snapshot!(ada.propose(&exam).await);
}

#[tokio::test]
async fn study_that_lies_after_an_earlier_due_time_is_brought_forward() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 60).await;
    let body = json!({
        "title": "Study", "type": "FOCUS", "start_ts": "2026-03-05T13:00:00Z", "end_ts": "2026-03-05T14:00:00Z",
        "is_movable": true, "task_id": exam["id"],
    });
    ada.post("/api/v1/events", body).await.json(201);
    insta::assert_json_snapshot!(ada.propose(&exam).await);
}

#[tokio::test]
async fn a_trigger_must_exist() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    Ask::delete("/api/v1/tasks/{id}").of(&exam).by(&ada).await.nothing();
    let gone = ask(&ada, &exam).await.problem(404, "trigger-not-found");
    let event = ask(&ada, &ada.lecture().await).await.problem(404, "trigger-not-found");
    assert_eq!(gone, event);
    insta::assert_json_snapshot!(gone);
}

#[tokio::test]
async fn a_trigger_must_not_be_done() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let done = ada.task(json!({"status": "DONE"})).await;
    insta::assert_json_snapshot!(ask(&ada, &done).await.problem(409, "trigger-done"));
}

#[tokio::test]
async fn a_trigger_must_be_due_at_some_time() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let task = ada.task(json!({"due_ts": null})).await;
    insta::assert_json_snapshot!(ask(&ada, &task).await.problem(409, "trigger-not-due"));
}

#[tokio::test]
async fn a_trigger_must_matter_enough_to_the_user() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (below, at) = (json!({"priority_score": 69.999}), json!({"priority_score": 70}));
    let (below, at) = (ada.task(below).await, ada.task(at).await);
    insta::assert_json_snapshot!(ask(&ada, &below).await.problem(409, "priority-below-threshold"));
    ask(&ada, &at).await.json(201);
    ada.put("/api/v1/settings", json!({"priority_threshold": 69.999})).await.json(200);
    ask(&ada, &below).await.json(201);
    ada.put("/api/v1/settings", json!({"priority_threshold": 70.001})).await.json(200);
    ask(&ada, &at).await.problem(409, "priority-below-threshold");
}

#[tokio::test]
async fn a_trigger_must_be_due_in_the_future() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let past = ada.exam("2026-03-02T07:59", 120).await;
    let now = ada.exam("2026-03-02T08:00", 120).await;
    insta::assert_json_snapshot!(ask(&ada, &past).await.problem(409, "trigger-expired"));
    ask(&ada, &now).await.problem(409, "trigger-expired");
    let soon = ada.exam("2026-03-02T08:01", 120).await;
    assert_eq!(ask(&ada, &soon).await.json(200)["reason"], "WINDOW_TOO_SHORT");
}

/// An exam for which a proposal has been accepted and which still asks for more, and that proposal.
async fn accepted(ada: &Caller) -> (Value, Value) {
    let exam = ada.exam("2026-03-05T12:00", 60).await;
    let proposal = ada.propose(&exam).await;
    let accepted = ada.accept(&proposal).await;
    let edit = Ask::patch("/api/v1/tasks/{id}").of(&exam).with(json!({"effort_minutes": 180}));
    edit.by(ada).await.json(200);
    (exam, accepted)
}

#[tokio::test]
async fn the_next_proposal_for_a_task_is_a_day_after_an_acceptance() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (exam, _) = accepted(&ada).await;
    api.clock.advance_minutes(90);
    let reply = ask(&ada, &exam).await;
    insta::assert_json_snapshot!(reply.problem(409, "cooldown"));
    assert_eq!(reply.headers["retry-after"], "81000");
    // Another task has nothing to do with it.
    let other = ada.exam("2026-03-06T12:00", 60).await;
    ask(&ada, &other).await.json(201);
    api.clock.advance_minutes(24 * 60 - 91);
    ask(&ada, &exam).await.problem(409, "cooldown");
    api.clock.advance_minutes(1);
    ask(&ada, &exam).await.json(201);
}

#[tokio::test]
async fn the_wait_ends_where_the_due_time_has_changed_since() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (exam, _) = accepted(&ada).await;
    api.clock.advance_minutes(1);
    let due = |due: &str| Ask::patch("/api/v1/tasks/{id}").of(&exam).with(json!({"due_ts": due}));
    due("2026-03-05T12:00:00Z").by(&ada).await.json(200);
    ask(&ada, &exam).await.problem(409, "cooldown");
    due("2026-03-05T11:00:00Z").by(&ada).await.json(200);
    ask(&ada, &exam).await.json(201);
}

#[tokio::test]
async fn the_wait_ends_where_the_acceptance_was_undone() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (exam, accepted) = accepted(&ada).await;
    ask(&ada, &exam).await.problem(409, "cooldown");
    ada.post("/api/rebalancing/undo", json!({"undo_token": accepted["undo_token"]})).await.json(200);
    ask(&ada, &exam).await.json(201);
}

#[tokio::test]
async fn a_rejection_makes_nobody_wait() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let proposal = ada.propose(&exam).await;
    Ask::post("/api/rebalancing/proposals/{id}/reject").of(&proposal).by(&ada).await.json(200);
    ask(&ada, &exam).await.json(201);
}

#[tokio::test]
async fn no_more_is_proposed_than_may_change_today() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.put("/api/v1/settings", json!({"churn_cap": 1})).await.json(200);
    let exam = ada.exam("2026-03-05T12:00", 60).await;
    ada.accept(&ada.propose(&exam).await).await;
    let other = ada.exam("2026-03-05T14:00", 60).await;
    let problem = ask(&ada, &other).await.problem(409, "churn-cap-exceeded");
    insta::assert_json_snapshot!(problem);
    // An override below the cap lowers nothing, and one above it raises it for this request alone.
    let lower =
        ask_with(&ada, &other, json!({"override_churn_cap": 0})).await.problem(409, "churn-cap-exceeded");
    assert_eq!(lower, problem);
    let raised = ask_with(&ada, &other, json!({"override_churn_cap": 2})).await.json(201);
    assert_eq!(raised["override_churn_cap"], 2);
    ask(&ada, &other).await.problem(409, "churn-cap-exceeded");
    // The next day has changes of its own.
    api.clock.advance_minutes(16 * 60);
    ask(&ada, &other).await.json(201);
}

#[tokio::test]
async fn a_plan_costs_no_more_than_what_is_left() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.crammed_monday().await;
    ada.put("/api/v1/settings", json!({"churn_cap": 1})).await.json(200);
    let proposal = ada.propose(&exam).await;
    assert_eq!(proposal["churn_cost"], 1);
    assert_eq!(proposal["unmet_minutes"], 60);
    let summary = proposal["summary"].as_str().unwrap();
    assert!(summary.contains("1 h of study time still find no place"), "{summary}");
    let raised = ask_with(&ada, &exam, json!({"override_churn_cap": 5})).await.json(201);
    assert_eq!((&raised["churn_cost"], &raised["unmet_minutes"]), (&json!(2), &json!(0)));
}

#[tokio::test]
async fn what_stays_uncovered_is_explained_and_what_is_offered_helps() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.crammed_monday().await;
    ada.put("/api/v1/settings", json!({"churn_cap": 1})).await.json(200);
    let proposal = ada.propose(&exam).await;
    insta::assert_json_snapshot!(json!([proposal["why_not"], proposal["slack"]]));
    assert_eq!(READ.of(&proposal).by(&ada).await.json(200), proposal);
    let offer = &proposal["why_not"]["offer"];
    let raised = ask_with(&ada, &exam, offer["parameters"].clone()).await.json(201);
    let less = |name: &str| {
        proposal["objective"][name].as_u64().unwrap() - raised["objective"][name].as_u64().unwrap()
    };
    assert_eq!(less("missing_blocks"), offer["blocks_gained"]);
    assert_eq!(less("unmet_minutes"), offer["minutes_gained"]);
    assert_eq!(raised["why_not"], Value::Null);
}

#[tokio::test]
async fn what_is_in_the_way_is_told_as_it_was() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let conference = ada.event("Conference", "WORK", "2026-03-02T08:00", "2026-03-04T10:00").await;
    let exam = ada.exam("2026-03-04T12:00", 240).await;
    let proposal = ada.propose(&exam).await;
    let told = &proposal["why_not"]["in_the_way"];
    let range = json!({"start_ts": "2026-03-02T08:00:00Z", "end_ts": "2026-03-04T10:00:00Z"});
    assert_eq!(*told, json!([{"event_id": conference["id"], "title": "Conference", "range": range}]));
    Ask::delete("/api/v1/events/{id}").of(&conference).by(&ada).await.nothing();
    assert_eq!(READ.of(&proposal).by(&ada).await.json(200), proposal);
}

#[tokio::test]
async fn the_slack_that_is_told_is_the_tasks_own() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-12T12:00", 300).await;
    ada.event("Deep work", "FOCUS", "2026-03-03T10:00", "2026-03-03T11:30").await;
    let slack = Ask::get("/api/v1/tasks/{id}/slack").of(&exam).by(&ada).await.json(200);
    // The due time lies further ahead than the look-ahead reaches back: all of it counts all the same.
    let proposal = ada.propose(&exam).await;
    let expected = with(&proposal["slack"], json!({"task_id": exam["id"], "due_ts": "2026-03-12T12:00:00Z"}));
    assert_eq!(slack, expected);
}

#[tokio::test]
async fn ten_requests_a_minute_are_answered() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    for _ in 0..3 {
        ask(&ada, &exam).await.json(201);
        ask(&ada, &nobodys()).await.problem(404, "trigger-not-found");
    }
    api.clock.advance_minutes(1);
    for _ in 0..10 {
        ask(&ada, &exam).await.json(201);
    }
    let open = ask(&ada, &exam).await;
    insta::assert_json_snapshot!(open.problem(429, "rate-limited"));
    assert_eq!(open.headers["retry-after"], "60");
    assert_eq!(open.headers["ratelimit"], "\"proposals\";r=0;t=60");
    // Who is told to wait does not wait longer for having asked, and nobody else waits.
    ask(&ada, &exam).await.problem(429, "rate-limited");
    let eve = api.user("eve");
    ask(&eve, &eve.exam("2026-03-05T12:00", 120).await).await.json(201);
    api.clock.advance_minutes(1);
    ask(&ada, &exam).await.json(201);
}

#[tokio::test]
async fn what_is_left_to_ask_for_is_told_with_every_answer() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let told = |reply: &Reply| {
        let header =
            |name| reply.headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap().to_owned());
        (header("ratelimit"), header("ratelimit-policy"))
    };
    let policy = Some("\"proposals\";q=10;w=60".to_owned());
    let left = |text: &str| (Some(format!("\"proposals\";{text}")), policy.clone());
    assert_eq!(told(&ask(&ada, &exam).await), left("r=9;t=60"));
    api.clock.set(app::ports::Clock::now(&api.clock).plus_minutes(1).floor().moment());
    assert_eq!(told(&ask(&ada, &nobodys()).await), left("r=9;t=60"));
    assert_eq!(told(&ask(&ada, &exam).await), left("r=8;t=60"));
    assert_eq!(told(&ask_with(&ada, &exam, json!({"lookahead_days": 15})).await), (None, None));
}

#[tokio::test]
async fn refused_requests_count_as_requests_and_unusable_ones_do_not() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let covered = ada.task(json!({"effort_minutes": 0})).await;
    for _ in 0..12 {
        ask_with(&ada, &exam, json!({"lookahead_days": 15})).await.problem(422, "invalid-body");
    }
    for _ in 0..5 {
        ask(&ada, &nobodys()).await.problem(404, "trigger-not-found");
        ask(&ada, &covered).await.json(200);
    }
    ask(&ada, &exam).await.problem(429, "rate-limited");
}

#[tokio::test]
async fn the_wait_is_for_the_oldest_request_of_the_last_minute() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let start = app::ports::Clock::now(&api.clock);
    let at = |seconds: i64| {
        let micros = start.unix_micros() + seconds * 1_000_000;
        api.clock.set(planner_core::time::Moment::from_unix_micros(micros));
    };
    for seconds in 0..10 {
        at(seconds * 5);
        ask(&ada, &exam).await.json(201);
    }
    for (seconds, wait) in [(45, "15"), (59, "1")] {
        at(seconds);
        let reply = ask(&ada, &exam).await;
        reply.problem(429, "rate-limited");
        assert_eq!(reply.headers["retry-after"], wait);
    }
    at(60);
    ask(&ada, &exam).await.json(201);
    let reply = ask(&ada, &exam).await;
    reply.problem(429, "rate-limited");
    assert_eq!(reply.headers["retry-after"], "5");
}

#[tokio::test]
async fn what_is_wrong_is_told_in_a_fixed_order() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (cooling, _) = accepted(&ada).await;
    let other = ada.exam("2026-03-06T12:00", 60).await;
    let done = ada.task(json!({"due_ts": null, "priority_score": 0, "status": "DONE"})).await;
    let not_due = ada.task(json!({"due_ts": null, "priority_score": 0})).await;
    let small = ada.task(json!({"due_ts": "2026-03-01T12:00:00Z", "priority_score": 0})).await;
    let past = ada.exam("2026-03-01T12:00", 60).await;
    // From here on every request breaks the cap, and from the tenth on the limit as well.
    ada.put("/api/v1/settings", json!({"churn_cap": 0})).await.json(200);
    for _ in 0..2 {
        for (task, status, slug) in [
            (&nobodys(), 404, "trigger-not-found"),
            (&done, 409, "trigger-done"),
            (&not_due, 409, "trigger-not-due"),
            (&small, 409, "priority-below-threshold"),
            (&past, 409, "trigger-expired"),
            (&cooling, 409, "cooldown"),
            (&other, 409, "churn-cap-exceeded"),
        ] {
            ask(&ada, task).await.problem(status, slug);
        }
    }
    ada.put("/api/v1/settings", json!({"churn_cap": 3})).await.json(200);
    ask(&ada, &other).await.problem(429, "rate-limited");
    // Past its due time a task is past due, whether it was cooling or not.
    api.clock.advance_minutes(76 * 60);
    ask(&ada, &cooling).await.problem(409, "trigger-expired");
}

#[tokio::test]
async fn there_may_be_nothing_to_propose_and_a_reason_for_it() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.event("Retreat", "DND", "2026-03-02T08:00", "2026-03-04T12:00").await;
    let none = ada.exam("2026-03-05T12:00", 0).await;
    let short = ada.exam("2026-03-02T08:40", 120).await;
    let full = ada.exam("2026-03-04T12:00", 120).await;
    for (name, task) in [("ALREADY_COVERED", &none), ("WINDOW_TOO_SHORT", &short), ("NO_ROOM", &full)] {
        let answer = ask(&ada, task).await.json(200);
        assert_eq!(answer["reason"], name);
        insta::assert_json_snapshot!(name, answer);
    }
    assert_eq!(api.rows_of("ada").await["rebalancing_proposals"], json!([]));
}

#[tokio::test]
async fn a_new_proposal_replaces_the_open_one() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let other = ada.exam("2026-03-06T12:00", 120).await;
    let (first, untouched) = (ada.propose(&exam).await, ada.propose(&other).await);
    api.clock.advance_minutes(5);
    let second = ada.propose(&exam).await;
    assert_ne!(first["proposal_id"], second["proposal_id"]);
    let replaced = READ.of(&first).by(&ada).await.json(200);
    assert_eq!(replaced, with(&first, json!({"status": "REJECTED", "closed_at": "2026-03-02T08:05:00Z"})));
    assert_eq!(READ.of(&second).by(&ada).await.json(200), second);
    assert_eq!(READ.of(&untouched).by(&ada).await.json(200), untouched);
    let accept = Ask::post("/api/rebalancing/proposals/{id}/accept");
    accept.of(&first).by(&ada).await.problem(409, "not-open");
}

#[tokio::test]
async fn an_open_proposal_outlives_a_request_that_leads_to_none() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let proposal = ada.propose(&exam).await;
    ada.event("Retreat", "DND", "2026-03-02T08:00", "2026-03-05T12:00").await;
    assert_eq!(ask(&ada, &exam).await.json(200)["reason"], "NO_ROOM");
    ada.put("/api/v1/settings", json!({"churn_cap": 0})).await.json(200);
    ask(&ada, &exam).await.problem(409, "churn-cap-exceeded");
    assert_eq!(READ.of(&proposal).by(&ada).await.json(200), proposal);
}

#[tokio::test]
async fn a_proposal_is_open_for_a_day_or_until_the_task_is_due() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for (due, expires) in [
        ("2026-03-02T13:00", "2026-03-02T13:00:00Z"),
        ("2026-03-03T08:00", "2026-03-03T08:00:00Z"),
        ("2026-03-03T08:01", "2026-03-03T08:00:00Z"),
        ("2026-03-07T12:00", "2026-03-03T08:00:00Z"),
    ] {
        let proposal = ada.propose(&ada.exam(due, 60).await).await;
        assert_eq!(proposal["expires_at"], expires, "due {due}");
    }
}

#[tokio::test]
async fn a_task_on_the_bounds_is_planned_for_like_any_other() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for members in [
        json!({"effort_minutes": 525_600}),
        json!({"effort_minutes": 1}),
        json!({"title": "“".repeat(500)}),
        json!({"due_ts": "9000-12-31T23:59:00Z"}),
    ] {
        let proposal = ada.propose(&ada.task(members).await).await;
        ada.accept(&proposal).await;
        ada.post("/api/rebalancing/undo", json!({"proposal_id": proposal["proposal_id"]})).await.json(200);
        // Each on a day of its own, since undoing gives no churn back.
        api.clock.advance_minutes(24 * 60);
    }
}

#[tokio::test]
async fn a_look_ahead_opens_more_of_the_days_before() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.event("Retreat", "DND", "2026-03-05T12:00", "2026-03-10T12:00").await;
    let exam = ada.exam("2026-03-10T12:00", 60).await;
    assert_eq!(ask(&ada, &exam).await.json(200)["reason"], "NO_ROOM");
    let proposal = ask_with(&ada, &exam, json!({"lookahead_days": 6})).await.json(201);
    assert_eq!(proposal["lookahead_days"], 6);
    let start = &proposal["proposed_changes"][0]["to_range"]["start_ts"];
    assert!(
        (json!("2026-03-04T12:00:00Z").as_str()..json!("2026-03-05T11:01:00Z").as_str())
            .contains(&start.as_str())
    );
}

#[tokio::test]
async fn what_lies_on_the_bounds_is_taken() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    for members in [
        json!({"lookahead_days": 1}),
        json!({"lookahead_days": 14}),
        json!({"lookahead_days": null}),
        json!({"override_churn_cap": 0}),
        json!({"override_churn_cap": 5}),
        json!({"override_churn_cap": null}),
    ] {
        let proposal = ask_with(&ada, &exam, members.clone()).await.json(201);
        for (name, value) in members.as_object().unwrap() {
            assert_eq!(proposal[name], *value);
        }
    }
}

#[tokio::test]
async fn what_is_out_of_bounds_is_refused_by_field() {
    let api = Api::start().await;
    let exam = api.user("ada").exam("2026-03-05T12:00", 120).await;
    let body = json!({"trigger_item_id": exam["id"]});
    let bodies = [
        ("no trigger", json!({})),
        ("null as trigger", json!({"trigger_item_id": null})),
        ("no id", json!({"trigger_item_id": "algebra"})),
        ("a list of the fields", json!([exam["id"]])),
        ("an unknown field", with(&body, json!({"lookahead": 3}))),
        ("no look-ahead", with(&body, json!({"lookahead_days": 0}))),
        ("15 days of look-ahead", with(&body, json!({"lookahead_days": 15}))),
        ("256 days of look-ahead", with(&body, json!({"lookahead_days": 256}))),
        ("a negative look-ahead", with(&body, json!({"lookahead_days": -1}))),
        ("half a day", with(&body, json!({"lookahead_days": 0.5}))),
        ("a word as look-ahead", with(&body, json!({"lookahead_days": "5"}))),
        ("a cap above the maximum", with(&body, json!({"override_churn_cap": 6}))),
        ("a very large cap", with(&body, json!({"override_churn_cap": u32::MAX}))),
        ("a negative cap", with(&body, json!({"override_churn_cap": -1}))),
        ("half a change", with(&body, json!({"override_churn_cap": 2.5}))),
        ("a truth as cap", with(&body, json!({"override_churn_cap": true}))),
        ("both", with(&body, json!({"lookahead_days": 15, "override_churn_cap": 6}))),
    ];
    insta::assert_json_snapshot!(ENDPOINT.refusals(&api, bodies).await);
}

#[tokio::test]
async fn the_cap_is_raised_to_the_users_own_maximum_at_most() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    ada.put("/api/v1/settings", json!({"churn_cap_max": 4})).await.json(200);
    ask_with(&ada, &exam, json!({"override_churn_cap": 4})).await.json(201);
    let problem = ask_with(&ada, &exam, json!({"override_churn_cap": 5})).await.problem(422, "invalid-body");
    insta::assert_json_snapshot!(problem);
}
