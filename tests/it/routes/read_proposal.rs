//! `GET /api/rebalancing/proposals/{id}`

use serde_json::{Value, json};

use super::{split_and_deletion, without_ids};
use crate::harness::{Api, Ask, Caller, with};

const ENDPOINT: Ask = Ask::get("/api/rebalancing/proposals/{id}");

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
async fn a_proposal_is_read_as_it_was_made() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proposal = ada.propose(&ada.crammed_monday().await).await;
    api.clock.advance_minutes(5);
    assert_eq!(ENDPOINT.of(&proposal).by(&ada).await.json(200), proposal);
}

#[tokio::test]
async fn each_kind_of_change_tells_where_from_and_where_to() {
    let api = Api::start().await;
    let proposal = split_and_deletion(&api).await;
    insta::assert_json_snapshot!(without_ids(&proposal));
}

#[tokio::test]
async fn a_plan_that_is_not_proven_the_best_tells_how_good_one_might_be() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let proven = proposal(&ada).await;
    assert_eq!((&proven["proven_optimal"], proven.get("bound")), (&json!(true), None));
    let unproven = "UPDATE rebalancing_proposals SET proven_optimal = false, bound[1] = 0, bound[11] = 7";
    api.db.client().await.unwrap().batch_execute(unproven).await.unwrap();
    let bound = with(&proven["objective"], json!({"missing_blocks": 0, "lateness_minutes": 7}));
    let told = with(&proven, json!({"proven_optimal": false, "bound": bound}));
    assert_eq!(ENDPOINT.of(&proven).by(&ada).await.json(200), told);
}

#[tokio::test]
async fn what_became_of_it_is_told() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let open = proposal(&ada).await;
    api.clock.advance_minutes(1);
    ada.accept(&open).await;
    let applied = with(
        &open,
        json!({
            "status": "APPLIED", "accepted_at": "2026-03-02T08:01:00Z", "reversible_until": "2026-03-03T08:01:00Z",
        }),
    );
    assert_eq!(ENDPOINT.of(&open).by(&ada).await.json(200), applied);
    api.clock.advance_minutes(1);
    ada.post("/api/rebalancing/undo", json!({"proposal_id": open["proposal_id"]})).await.json(200);
    let undone = with(&applied, json!({"status": "UNDONE", "closed_at": "2026-03-02T08:02:00Z"}));
    assert_eq!(ENDPOINT.of(&open).by(&ada).await.json(200), undone);
    insta::assert_json_snapshot!(undone);
}

#[tokio::test]
async fn a_rejected_proposal_says_since_when() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let open = proposal(&ada).await;
    api.clock.advance_minutes(1);
    Ask::post("/api/rebalancing/proposals/{id}/reject").of(&open).by(&ada).await.json(200);
    let rejected = with(&open, json!({"status": "REJECTED", "closed_at": "2026-03-02T08:01:00Z"}));
    assert_eq!(ENDPOINT.of(&open).by(&ada).await.json(200), rejected);
}

#[tokio::test]
async fn a_proposal_that_was_left_open_for_too_long_shows_as_expired() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let open = proposal(&ada).await;
    api.clock.advance_minutes(24 * 60 - 1);
    assert_eq!(ENDPOINT.of(&open).by(&ada).await.json(200), open);
    api.clock.advance_minutes(1);
    let before = api.rows().await;
    assert_eq!(ENDPOINT.of(&open).by(&ada).await.json(200), with(&open, json!({"status": "EXPIRED"})));
    assert_eq!(api.rows().await, before, "reading changed something");
}

#[tokio::test]
async fn the_id_of_a_snapshot_is_no_proposal() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let snapshot = proposal(&ada).await["snapshot_id"].clone();
    let problem = ENDPOINT.at(snapshot.as_str().unwrap()).by(&ada).await.problem(404, "not-found");
    insta::assert_json_snapshot!(problem);
}
