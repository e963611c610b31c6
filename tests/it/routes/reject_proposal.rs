//! `POST /api/rebalancing/proposals/{id}/reject`

use serde_json::{Value, json};

use crate::harness::{Api, Ask, Caller, with};

const ENDPOINT: Ask = Ask::post("/api/rebalancing/proposals/{id}/reject");
const READ: Ask = Ask::get("/api/rebalancing/proposals/{id}");

async fn proposal(ada: &Caller) -> Value {
    ada.propose(&ada.exam("2026-03-05T12:00", 120).await).await
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
async fn rejecting_closes_the_proposal_and_leaves_the_calendar_as_it_is_now() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = ada.propose(&ada.crammed_monday().await).await;
    // What the user did meanwhile is not taken back with it.
    let chill = ada.events().await.into_iter().find(|event| event["type"] == "CHILL").unwrap();
    let edit = Ask::patch("/api/v1/events/{id}").of(&chill).with(json!({"title": "Board games"}));
    edit.by(&ada).await.json(200);
    let events = ada.events().await;
    api.clock.advance_minutes(1);
    insta::assert_json_snapshot!(ENDPOINT.of(&proposal).by(&ada).await.json(200));
    assert_eq!(ada.events().await, events);
    let closed = json!({"status": "REJECTED", "closed_at": "2026-03-02T08:01:00Z"});
    assert_eq!(READ.of(&proposal).by(&ada).await.json(200), with(&proposal, closed));
}

#[tokio::test]
async fn the_snapshot_of_a_rejected_proposal_is_released() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = ada.propose(&ada.crammed_monday().await).await;
    assert_eq!(api.rows_of("ada").await["rebalancing_snapshots"][0]["rows"].as_array().unwrap().len(), 1);
    ENDPOINT.of(&proposal).by(&ada).await.json(200);
    assert_eq!(api.rows_of("ada").await["rebalancing_snapshots"][0]["rows"], json!([]));
}

#[tokio::test]
async fn a_proposal_is_rejected_once() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = proposal(&ada).await;
    ENDPOINT.of(&proposal).by(&ada).await.json(200);
    insta::assert_json_snapshot!(ENDPOINT.of(&proposal).by(&ada).await.problem(409, "not-open"));
}

#[tokio::test]
async fn what_was_applied_or_undone_cannot_be_rejected() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = proposal(&ada).await;
    ada.accept(&proposal).await;
    let events = ada.events().await;
    insta::assert_json_snapshot!("applied", ENDPOINT.of(&proposal).by(&ada).await.problem(409, "not-open"));
    assert_eq!(ada.events().await, events);
    ada.post("/api/rebalancing/undo", json!({"proposal_id": proposal["proposal_id"]})).await.json(200);
    insta::assert_json_snapshot!("undone", ENDPOINT.of(&proposal).by(&ada).await.problem(409, "not-open"));
}

#[tokio::test]
async fn an_expired_proposal_is_gone_and_marked_so() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = proposal(&ada).await;
    api.clock.advance_minutes(24 * 60);
    insta::assert_json_snapshot!(ENDPOINT.of(&proposal).by(&ada).await.problem(410, "proposal-expired"));
    let closed = json!({"status": "EXPIRED", "closed_at": "2026-03-03T08:00:00Z"});
    assert_eq!(READ.of(&proposal).by(&ada).await.json(200), with(&proposal, closed));
}
