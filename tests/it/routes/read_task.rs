//! `GET /api/v1/tasks/{id}`

use crate::harness::{Api, Ask};

const ENDPOINT: Ask = Ask::get("/api/v1/tasks/{id}");

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    let task = api.user("ada").essay().await;
    ENDPOINT.of(&task).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_another_user_owns_is_not_found() {
    let api = Api::start().await;
    let task = api.user("ada").essay().await;
    ENDPOINT.of(&task).stays_hidden_from_others(&api).await;
}

#[tokio::test]
async fn an_id_must_be_one() {
    let api = Api::start().await;
    ENDPOINT.wants_an_id(&api).await;
}

#[tokio::test]
async fn a_task_is_read_as_it_was_made() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let task = ada.essay().await;
    assert_eq!(ENDPOINT.of(&task).by(&ada).await.json(200), task);
}

#[tokio::test]
async fn the_id_of_an_event_is_no_task() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let problem = ENDPOINT.of(&ada.lecture().await).by(&ada).await.problem(404, "not-found");
    insta::assert_json_snapshot!(problem);
}
