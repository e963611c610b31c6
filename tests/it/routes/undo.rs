//! `POST /api/rebalancing/undo`

use serde_json::{Value, json};

use super::split_and_deletion;
use crate::harness::{Api, Ask, Caller, NOBODYS, with, without};

const ENDPOINT: Ask = Ask::post("/api/rebalancing/undo");
const READ: Ask = Ask::get("/api/rebalancing/proposals/{id}");
const EDIT: Ask = Ask::patch("/api/v1/events/{id}");
const DELETE: Ask = Ask::delete("/api/v1/events/{id}");

fn by_id(proposal: &Value) -> Ask {
    ENDPOINT.with(json!({"proposal_id": proposal["proposal_id"]}))
}

/// A calendar in which something moves for study: before, and the accepted proposal.
async fn accepted(ada: &Caller) -> (Vec<Value>, Value, Value) {
    let exam = ada.crammed_monday().await;
    let before = ada.events().await;
    let proposal = ada.propose(&exam).await;
    let accepted = ada.accept(&proposal).await;
    assert_ne!(ada.events().await, before);
    (before, proposal, accepted)
}

/// The events as people see them, without what only counts and dates their changes.
fn seen(events: &[Value]) -> Vec<Value> {
    events.iter().map(|event| without(&without(event, "version"), "updated_at")).collect()
}

async fn of_kind(ada: &Caller, kind: &str) -> Value {
    ada.events().await.into_iter().find(|event| event["type"] == kind).unwrap()
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    let (_, proposal, _) = accepted(&api.user("ada")).await;
    by_id(&proposal).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_another_user_owns_is_not_found() {
    let api = Api::start().await;
    let (_, proposal, accepted) = accepted(&api.user("ada")).await;
    by_id(&proposal).stays_hidden_from_others(&api).await;
    ENDPOINT.with(json!({"undo_token": accepted["undo_token"]})).stays_hidden_from_others(&api).await;
}

#[tokio::test]
async fn a_body_must_be_readable_json() {
    let api = Api::start().await;
    ENDPOINT.wants_json(&api).await;
}

#[tokio::test]
async fn an_applied_proposal_is_taken_back_by_its_id() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (before, proposal, _) = accepted(&ada).await;
    api.clock.advance_minutes(10);
    insta::assert_json_snapshot!(by_id(&proposal).by(&ada).await.json(200));
    assert_eq!(seen(&ada.events().await), seen(&before));
    let read = READ.of(&proposal).by(&ada).await.json(200);
    assert_eq!((&read["status"], &read["closed_at"]), (&json!("UNDONE"), &json!("2026-03-02T08:10:00Z")));
}

#[tokio::test]
async fn an_applied_proposal_is_taken_back_by_its_token() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (before, proposal, accepted) = accepted(&ada).await;
    let undone = ENDPOINT.with(json!({"undo_token": accepted["undo_token"]})).by(&ada).await.json(200);
    assert_eq!(undone["proposal_id"], proposal["proposal_id"]);
    assert_eq!(seen(&ada.events().await), seen(&before));
}

#[tokio::test]
async fn what_was_split_is_whole_again_and_what_was_given_up_is_back() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = split_and_deletion(&api).await;
    let before = ada.events().await;
    ada.accept(&proposal).await;
    let undone = by_id(&proposal).by(&ada).await.json(200);
    insta::assert_json_snapshot!(with(&undone, json!({"proposal_id": "…"})));
    assert_eq!(seen(&ada.events().await), seen(&before));
}

#[tokio::test]
async fn the_pieces_of_a_split_are_kept_together() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = split_and_deletion(&api).await;
    ada.accept(&proposal).await;
    let second = ada.events().await.into_iter().rfind(|event| event["title"] == "Hike").unwrap();
    EDIT.of(&second).with(json!({"title": "Night walk"})).by(&ada).await.json(200);
    let keep = ENDPOINT.with(json!({"proposal_id": proposal["proposal_id"], "keep_edited": true}));
    let undone = keep.by(&ada).await.json(200);
    insta::assert_json_snapshot!(with(&undone, json!({"proposal_id": "…"})));
    let titles: Vec<Value> = ada.events().await.iter().map(|event| event["title"].clone()).collect();
    assert_eq!(titles, ["Lectures", "Hike", "Night walk", "Nap"]);
}

#[tokio::test]
async fn what_was_claimed_is_free_again() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let focus = ada.event("Deep work", "FOCUS", "2026-03-04T10:00", "2026-03-04T11:30").await;
    let proposal = ada.propose(&ada.exam("2026-03-05T12:00", 90).await).await;
    ada.accept(&proposal).await;
    by_id(&proposal).by(&ada).await.json(200);
    assert_eq!(seen(&ada.events().await), seen(&[focus]));
}

#[tokio::test]
async fn what_was_never_applied_or_was_undone_cannot_be_undone() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let open = ada.propose(&ada.exam("2026-03-05T12:00", 120).await).await;
    insta::assert_json_snapshot!("open", by_id(&open).by(&ada).await.problem(409, "not-undoable"));
    assert_eq!(READ.of(&open).by(&ada).await.json(200), open);
    Ask::post("/api/rebalancing/proposals/{id}/reject").of(&open).by(&ada).await.json(200);
    let problem = by_id(&open).by(&ada).await.problem(409, "not-undoable");
    assert_eq!(problem["proposal_status"], "REJECTED");
    let (_, proposal, accepted) = accepted(&ada).await;
    by_id(&proposal).by(&ada).await.json(200);
    let events = ada.events().await;
    let twice = by_id(&proposal).by(&ada).await.problem(409, "not-undoable");
    insta::assert_json_snapshot!("undone", twice);
    let token = ENDPOINT.with(json!({"undo_token": accepted["undo_token"]}));
    assert_eq!(token.by(&ada).await.problem(409, "not-undoable"), twice);
    assert_eq!(ada.events().await, events);
}

#[tokio::test]
async fn an_unknown_proposal_or_token_is_not_found() {
    let api = Api::start().await;
    let ada = api.user("ada");
    accepted(&ada).await;
    let events = ada.events().await;
    let unknown = ENDPOINT.with(json!({"proposal_id": NOBODYS})).by(&ada).await.problem(404, "not-found");
    insta::assert_json_snapshot!(unknown);
    for token in ["undo-", "undo-2", "UNDO-1", "undo-1 ", "x"] {
        let problem = ENDPOINT.with(json!({"undo_token": token})).by(&ada).await.problem(404, "not-found");
        assert_eq!(problem, unknown);
    }
    assert_eq!(ada.events().await, events);
}

#[tokio::test]
async fn a_proposal_can_be_undone_for_a_day() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (_, proposal, accepted) = accepted(&ada).await;
    assert_eq!(accepted["reversible_until"], "2026-03-03T08:00:00Z");
    let events = ada.events().await;
    api.clock.advance_minutes(24 * 60);
    let problem = by_id(&proposal).by(&ada).await.problem(410, "undo-expired");
    insta::assert_json_snapshot!(problem);
    let keep = ENDPOINT.with(json!({"proposal_id": proposal["proposal_id"], "keep_edited": true}));
    assert_eq!(keep.by(&ada).await.problem(410, "undo-expired"), problem);
    assert_eq!(ada.events().await, events);
    api.clock.advance_minutes(-1);
    by_id(&proposal).by(&ada).await.json(200);
}

#[tokio::test]
async fn events_that_were_edited_since_are_named_and_nothing_is_undone() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (_, proposal, _) = accepted(&ada).await;
    let chill = of_kind(&ada, "CHILL").await;
    EDIT.of(&chill).with(json!({"title": "Board games"})).by(&ada).await.json(200);
    DELETE.of(&of_kind(&ada, "FOCUS").await).by(&ada).await.nothing();
    let events = ada.events().await;
    insta::assert_json_snapshot!(by_id(&proposal).by(&ada).await.problem(409, "undo-conflict"));
    assert_eq!(ada.events().await, events);
    assert_eq!(READ.of(&proposal).by(&ada).await.json(200)["status"], "APPLIED");
}

#[tokio::test]
async fn an_edit_that_changes_nothing_else_counts_as_one_too() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (_, proposal, _) = accepted(&ada).await;
    let chill = of_kind(&ada, "CHILL").await;
    for title in ["Board games", chill["title"].as_str().unwrap()] {
        EDIT.of(&chill).with(json!({"title": title})).by(&ada).await.json(200);
    }
    let problem = by_id(&proposal).by(&ada).await.problem(409, "undo-conflict");
    assert_eq!(problem["edited"], json!([{"event_id": chill["id"], "title": chill["title"], "gone": false}]));
}

#[tokio::test]
async fn what_was_edited_can_be_kept_while_the_rest_is_restored() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (before, proposal, _) = accepted(&ada).await;
    let chill = of_kind(&ada, "CHILL").await;
    let kept = EDIT.of(&chill).with(json!({"title": "Board games"})).by(&ada).await.json(200);
    let keep = ENDPOINT.with(json!({"proposal_id": proposal["proposal_id"], "keep_edited": true}));
    insta::assert_json_snapshot!(keep.by(&ada).await.json(200));
    let events = ada.events().await;
    assert_eq!(events.len(), before.len(), "the study block is gone");
    assert_eq!(*events.iter().find(|event| event["id"] == chill["id"]).unwrap(), kept);
    assert_eq!(READ.of(&proposal).by(&ada).await.json(200)["status"], "UNDONE");
}

#[tokio::test]
async fn a_deleted_block_is_told_as_left_alone() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (before, proposal, accepted) = accepted(&ada).await;
    DELETE.of(&of_kind(&ada, "FOCUS").await).by(&ada).await.nothing();
    let keep = ENDPOINT.with(json!({"undo_token": accepted["undo_token"], "keep_edited": true}));
    let undone = keep.by(&ada).await.json(200);
    assert_eq!(undone["proposal_id"], proposal["proposal_id"]);
    insta::assert_json_snapshot!(undone);
    assert_eq!(seen(&ada.events().await), seen(&before));
}

#[tokio::test]
async fn a_study_block_whose_task_is_gone_counts_as_edited() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (before, proposal, _) = accepted(&ada).await;
    let exam = proposal["trigger_item_id"].as_str().unwrap();
    // The task took its link with it, and that is a change of the block.
    Ask::delete("/api/v1/tasks/{id}").at(exam).by(&ada).await.nothing();
    let problem = by_id(&proposal).by(&ada).await.problem(409, "undo-conflict");
    assert_eq!(problem["edited"].as_array().unwrap().len(), 1);
    let keep = ENDPOINT.with(json!({"proposal_id": proposal["proposal_id"], "keep_edited": true}));
    let undone = keep.by(&ada).await.json(200);
    assert_eq!(undone["restored"].as_array().unwrap().len(), 1);
    assert_eq!(ada.events().await.len(), before.len() + 1);
}

#[tokio::test]
async fn a_proposal_is_named_once_and_in_one_way() {
    let api = Api::start().await;
    let (_, proposal, accepted) = accepted(&api.user("ada")).await;
    let id = json!({"proposal_id": proposal["proposal_id"]});
    let bodies = [
        ("neither", json!({})),
        ("neither, and what to keep", json!({"keep_edited": true})),
        ("both", with(&id, json!({"undo_token": accepted["undo_token"]}))),
        ("null", json!({"proposal_id": null, "undo_token": null})),
        ("no id", json!({"proposal_id": "algebra"})),
        ("an empty token", json!({"undo_token": ""})),
        ("a long token", json!({"undo_token": "x".repeat(201)})),
        ("NUL in the token", json!({"undo_token": "undo-1\0"})),
        ("a number as token", json!({"undo_token": 1})),
        ("a word for a truth", with(&id, json!({"keep_edited": "yes"}))),
        ("null for a truth", with(&id, json!({"keep_edited": null}))),
        ("an unknown field", with(&id, json!({"force": true}))),
        ("a list of the fields", json!([proposal["proposal_id"]])),
    ];
    insta::assert_json_snapshot!(ENDPOINT.refusals(&api, bodies).await);
}
