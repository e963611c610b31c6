//! `DELETE /api/v1/events/{id}`

use crate::harness::{Api, Ask};

const ENDPOINT: Ask = Ask::delete("/api/v1/events/{id}");

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    let event = api.user("ada").lecture().await;
    ENDPOINT.of(&event).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_another_user_owns_is_not_found() {
    let api = Api::start().await;
    let event = api.user("ada").lecture().await;
    ENDPOINT.of(&event).stays_hidden_from_others(&api).await;
}

#[tokio::test]
async fn an_id_must_be_one() {
    let api = Api::start().await;
    ENDPOINT.wants_an_id(&api).await;
}

#[tokio::test]
async fn only_the_event_that_was_named_is_gone() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (first, second) = (ada.lecture().await, ada.lecture().await);
    ENDPOINT.of(&first).by(&ada).await.nothing();
    assert_eq!(ada.events().await, [second]);
}

#[tokio::test]
async fn an_event_is_deleted_once() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let event = ada.lecture().await;
    ENDPOINT.of(&event).by(&ada).await.nothing();
    let problem = ENDPOINT.of(&event).by(&ada).await.problem(404, "not-found");
    insta::assert_json_snapshot!(problem);
}

#[tokio::test]
async fn the_owner_may_delete_what_is_immovable_and_protected() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let event = ada.lecture().await;
    let protect = Ask::patch("/api/v1/events/{id}").of(&event).with(serde_json::json!({"protected": true}));
    assert_eq!(protect.by(&ada).await.json(200)["protected"], true);
    ENDPOINT.of(&event).by(&ada).await.nothing();
}
