//! `GET /api/v1/events/{id}`

use crate::harness::{Api, Ask};

const ENDPOINT: Ask = Ask::get("/api/v1/events/{id}");

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
async fn an_event_is_read_as_it_was_made() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let event = ada.lecture().await;
    assert_eq!(ENDPOINT.of(&event).by(&ada).await.json(200), event);
}

#[tokio::test]
async fn a_deleted_event_is_not_found() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let event = ada.lecture().await;
    Ask::delete("/api/v1/events/{id}").of(&event).by(&ada).await.nothing();
    let problem = ENDPOINT.of(&event).by(&ada).await.problem(404, "not-found");
    insta::assert_json_snapshot!(problem);
}

#[tokio::test]
async fn an_answer_is_kept_by_no_cache() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let reply = ENDPOINT.of(&ada.lecture().await).by(&ada).await;
    assert_eq!(reply.headers["cache-control"], "no-store");
    assert_eq!(reply.headers["content-type"], "application/json");
}
