//! `POST /api/rebalancing/proposals/{id}/accept`

use serde_json::{Value, json};

use super::split_and_deletion;
use crate::harness::{Api, Ask, Caller, with};

const ENDPOINT: Ask = Ask::post("/api/rebalancing/proposals/{id}/accept");
const READ: Ask = Ask::get("/api/rebalancing/proposals/{id}");
const EDIT: Ask = Ask::patch("/api/v1/events/{id}");
const DELETE: Ask = Ask::delete("/api/v1/events/{id}");

async fn proposal(ada: &Caller) -> Value {
    ada.propose(&ada.exam("2026-03-05T12:00", 120).await).await
}

/// A proposal that moves something, and what it moves.
async fn moving(ada: &Caller) -> (Value, Value) {
    let proposal = ada.propose(&ada.crammed_monday().await).await;
    let events = ada.events().await;
    let chill = events.iter().find(|event| event["type"] == "CHILL").unwrap();
    (proposal, chill.clone())
}

/// The problem of a stale proposal, which leaves the proposal and the calendar as they are.
async fn stale(api: &Api, ada: &Caller, proposal: &Value) -> Value {
    let (events, ledger) = (ada.events().await, api.rows_of("ada").await["churn_ledger"].clone());
    let problem = ENDPOINT.of(proposal).by(ada).await.problem(409, "stale");
    assert_eq!(ada.events().await, events);
    assert_eq!(api.rows_of("ada").await["churn_ledger"], ledger);
    assert_eq!(READ.of(proposal).by(ada).await.json(200), *proposal);
    problem
}

/// How each attempt to apply a proposal of Ada's ended, in order.
async fn attempts(api: &Api) -> Vec<Value> {
    let rows = api.rows_of("ada").await;
    rows["rebalancing_apply_attempts"].as_array().unwrap().iter().map(|row| row["refusal"].clone()).collect()
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    let proposal = proposal(&api.user("ada")).await;
    ENDPOINT.of(&proposal).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_another_user_owns_is_not_found() {
    let api = Api::start().await;
    let proposal = proposal(&api.user("ada")).await;
    ENDPOINT.of(&proposal).stays_hidden_from_others(&api).await;
}

#[tokio::test]
async fn an_id_must_be_one() {
    let api = Api::start().await;
    ENDPOINT.wants_an_id(&api).await;
}

#[tokio::test]
async fn accepting_applies_every_change() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (proposal, chill) = moving(&ada).await;
    api.clock.advance_minutes(10);
    insta::assert_json_snapshot!("accepted", ENDPOINT.of(&proposal).by(&ada).await.json(200));
    let events = ada.events().await;
    insta::assert_json_snapshot!("calendar", events);
    let moved = events.iter().find(|event| event["id"] == chill["id"]).unwrap();
    let change = &proposal["proposed_changes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|change| change["action"] == "MOVE")
        .unwrap();
    let mut expected = with(&chill, change["to_range"].clone());
    expected = with(&expected, json!({"version": 2, "updated_at": "2026-03-02T08:10:00Z"}));
    assert_eq!(*moved, expected);
    assert_eq!(attempts(&api).await, [Value::Null]);
}

#[tokio::test]
async fn a_split_event_is_there_twice_and_one_that_is_given_up_not_at_all() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = split_and_deletion(&api).await;
    let accepted = ENDPOINT.of(&proposal).by(&ada).await.json(200);
    assert_eq!((&accepted["churn_usage_today"], &accepted["churn_remaining"]), (&json!(4), &json!(1)));
    insta::assert_json_snapshot!(ada.events().await);
}

#[tokio::test]
async fn accepting_claims_links_what_is_there_and_costs_nothing() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let focus = ada.event("Deep work", "FOCUS", "2026-03-04T10:00", "2026-03-04T11:30").await;
    let exam = ada.exam("2026-03-05T12:00", 90).await;
    let proposal = ada.propose(&exam).await;
    let accepted = ENDPOINT.of(&proposal).by(&ada).await.json(200);
    assert_eq!(accepted["churn_usage_today"], 0);
    assert_eq!(ada.events().await, [with(&focus, json!({"task_id": exam["id"], "version": 2}))]);
}

#[tokio::test]
async fn a_proposal_is_accepted_once() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = proposal(&ada).await;
    ada.accept(&proposal).await;
    let events = ada.events().await;
    insta::assert_json_snapshot!(ENDPOINT.of(&proposal).by(&ada).await.problem(409, "not-open"));
    assert_eq!(ada.events().await, events);
    assert_eq!(attempts(&api).await, [Value::Null, json!("NOT_OPEN")]);
}

#[tokio::test]
async fn what_was_rejected_or_undone_cannot_be_accepted() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (rejected, undone) = (proposal(&ada).await, proposal(&ada).await);
    Ask::post("/api/rebalancing/proposals/{id}/reject").of(&rejected).by(&ada).await.json(200);
    ada.accept(&undone).await;
    ada.post("/api/rebalancing/undo", json!({"proposal_id": undone["proposal_id"]})).await.json(200);
    for (proposal, status) in [(&rejected, "REJECTED"), (&undone, "UNDONE")] {
        let problem = ENDPOINT.of(proposal).by(&ada).await.problem(409, "not-open");
        assert_eq!(problem["proposal_status"], status);
        insta::assert_json_snapshot!(status, problem);
    }
    assert!(ada.events().await.is_empty());
}

#[tokio::test]
async fn an_expired_proposal_is_gone_and_marked_so() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = proposal(&ada).await;
    api.clock.advance_minutes(24 * 60);
    let problem = ENDPOINT.of(&proposal).by(&ada).await.problem(410, "proposal-expired");
    insta::assert_json_snapshot!(problem);
    let closed = json!({"status": "EXPIRED", "closed_at": "2026-03-03T08:00:00Z"});
    assert_eq!(READ.of(&proposal).by(&ada).await.json(200), with(&proposal, closed));
    api.clock.advance_minutes(5);
    assert_eq!(ENDPOINT.of(&proposal).by(&ada).await.problem(410, "proposal-expired"), problem);
    assert!(ada.events().await.is_empty());
    assert_eq!(attempts(&api).await, [json!("EXPIRED"), json!("EXPIRED")]);
}

#[tokio::test]
async fn a_proposal_can_be_accepted_to_its_last_moment() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-07T12:00", 120).await;
    let proposal = ada.propose(&exam).await;
    let expires: planner_core::time::Moment = proposal["expires_at"].as_str().unwrap().parse().unwrap();
    api.clock.set(planner_core::time::Moment::from_unix_micros(expires.unix_micros() - 1));
    ENDPOINT.of(&proposal).by(&ada).await.json(200);
}

#[tokio::test]
async fn the_cap_is_asked_again_when_a_proposal_is_accepted() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.put("/api/v1/settings", json!({"churn_cap": 2})).await.json(200);
    let (second, _) = moving(&ada).await;
    let first = ada.propose(&ada.exam("2026-03-07T12:00", 120).await).await;
    assert_eq!(second["churn_cost"], 2);
    ada.accept(&first).await;
    let events = ada.events().await;
    insta::assert_json_snapshot!(ENDPOINT.of(&second).by(&ada).await.problem(409, "churn-cap-exceeded"));
    assert_eq!(ada.events().await, events);
    assert_eq!(READ.of(&second).by(&ada).await.json(200), second);
    assert_eq!(attempts(&api).await, [Value::Null, json!("CHURN_CAP_EXCEEDED")]);
    ada.put("/api/v1/settings", json!({"churn_cap": 3})).await.json(200);
    let accepted = ENDPOINT.of(&second).by(&ada).await.json(200);
    assert_eq!((&accepted["churn_usage_today"], &accepted["churn_remaining"]), (&json!(3), &json!(0)));
}

#[tokio::test]
async fn churn_counts_on_the_day_of_acceptance() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.put("/api/v1/settings", json!({"churn_cap": 1})).await.json(200);
    let first = ada.propose(&ada.exam("2026-03-04T12:00", 30).await).await;
    let second = ada.propose(&ada.exam("2026-03-07T12:00", 30).await).await;
    ada.accept(&first).await;
    ENDPOINT.of(&second).by(&ada).await.problem(409, "churn-cap-exceeded");
    // Past midnight there is a change left, and the proposal is still open.
    api.clock.advance_minutes(16 * 60);
    let accepted = ENDPOINT.of(&second).by(&ada).await.json(200);
    assert_eq!((&accepted["churn_usage_today"], &accepted["churn_remaining"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn an_override_holds_for_its_proposal_when_it_is_accepted() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.put("/api/v1/settings", json!({"churn_cap": 0})).await.json(200);
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let body = json!({"trigger_item_id": exam["id"], "override_churn_cap": 1});
    let proposal = ada.post("/api/rebalancing/proposals", body).await.json(201);
    let accepted = ENDPOINT.of(&proposal).by(&ada).await.json(200);
    insta::assert_json_snapshot!(accepted);
}

#[tokio::test]
async fn an_event_that_was_edited_makes_a_proposal_stale() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (proposal, chill) = moving(&ada).await;
    EDIT.of(&chill).with(json!({"title": "Board games"})).by(&ada).await.json(200);
    insta::assert_json_snapshot!(stale(&api, &ada, &proposal).await);
    assert_eq!(attempts(&api).await, [json!("STALE")]);
}

#[tokio::test]
async fn an_event_that_was_deleted_makes_a_proposal_stale() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (proposal, chill) = moving(&ada).await;
    DELETE.of(&chill).by(&ada).await.nothing();
    insta::assert_json_snapshot!(stale(&api, &ada, &proposal).await);
}

#[tokio::test]
async fn a_new_event_in_the_way_makes_a_proposal_stale_until_it_is_gone() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = proposal(&ada).await;
    let range = &proposal["proposed_changes"][0]["to_range"];
    let body = with(range, json!({"title": "Dentist", "type": "OTHER"}));
    let dentist = ada.post("/api/v1/events", body).await.json(201);
    insta::assert_json_snapshot!(stale(&api, &ada, &proposal).await);
    DELETE.of(&dentist).by(&ada).await.nothing();
    ENDPOINT.of(&proposal).by(&ada).await.json(200);
    assert_eq!(attempts(&api).await, [json!("STALE"), Value::Null]);
}

#[tokio::test]
async fn a_trigger_that_is_gone_or_due_no_more_makes_a_proposal_stale() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let proposal = ada.propose(&exam).await;
    let edit = Ask::patch("/api/v1/tasks/{id}").of(&exam).with(json!({"due_ts": null}));
    edit.by(&ada).await.json(200);
    let not_due = stale(&api, &ada, &proposal).await;
    Ask::delete("/api/v1/tasks/{id}").of(&exam).by(&ada).await.nothing();
    let gone = stale(&api, &ada, &proposal).await;
    assert_eq!(gone, not_due);
    insta::assert_json_snapshot!(gone);
}

#[tokio::test]
async fn an_earlier_due_time_makes_a_proposal_stale() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let proposal = ada.propose(&exam).await;
    let start = &proposal["proposed_changes"][0]["to_range"]["start_ts"];
    let edit = Ask::patch("/api/v1/tasks/{id}").of(&exam).with(json!({"due_ts": start}));
    edit.by(&ada).await.json(200);
    insta::assert_json_snapshot!(stale(&api, &ada, &proposal).await);
}

#[tokio::test]
async fn a_setting_that_the_plan_would_break_makes_it_stale() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = proposal(&ada).await;
    ada.put("/api/v1/settings", json!({"focus_max": 60, "day_end_min": 780})).await.json(200);
    insta::assert_json_snapshot!(stale(&api, &ada, &proposal).await);
}

#[tokio::test]
async fn time_that_has_passed_makes_a_proposal_stale() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = proposal(&ada).await;
    let start: planner_core::time::Moment =
        proposal["proposed_changes"][0]["to_range"]["start_ts"].as_str().unwrap().parse().unwrap();
    api.clock.set(start);
    insta::assert_json_snapshot!(stale(&api, &ada, &proposal).await);
}

#[tokio::test]
async fn study_that_is_there_by_now_makes_a_proposal_stale() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let proposal = ada.propose(&exam).await;
    let body = json!({
        "title": "Study", "type": "FOCUS", "start_ts": "2026-03-05T08:00:00Z", "end_ts": "2026-03-05T10:00:00Z",
        "task_id": exam["id"],
    });
    ada.post("/api/v1/events", body).await.json(201);
    insta::assert_json_snapshot!(stale(&api, &ada, &proposal).await);
}
