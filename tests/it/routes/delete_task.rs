//! `DELETE /api/v1/tasks/{id}`

use serde_json::json;

use crate::harness::{Api, Ask, with};

const ENDPOINT: Ask = Ask::delete("/api/v1/tasks/{id}");

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
async fn a_task_is_deleted_once_and_alone() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (first, second) = (ada.essay().await, ada.essay().await);
    ENDPOINT.of(&first).by(&ada).await.nothing();
    assert_eq!(ada.walk("/api/v1/tasks").await, [second]);
    let problem = ENDPOINT.of(&first).by(&ada).await.problem(404, "not-found");
    insta::assert_json_snapshot!(problem);
}

#[tokio::test]
async fn events_that_served_it_stay_and_serve_none() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (task, event) = (ada.essay().await, ada.lecture().await);
    let link = Ask::patch("/api/v1/events/{id}").of(&event).with(json!({"task_id": task["id"]}));
    let linked = link.by(&ada).await.json(200);
    assert_eq!(linked["task_id"], task["id"]);
    ENDPOINT.of(&task).by(&ada).await.nothing();
    assert_eq!(ada.events().await, [with(&event, json!({"version": 3}))]);
}

#[tokio::test]
async fn what_was_proposed_for_it_stays_known() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let proposal = ada.propose(&exam).await;
    ENDPOINT.of(&exam).by(&ada).await.nothing();
    let read = Ask::get("/api/rebalancing/proposals/{id}").of(&proposal).by(&ada).await.json(200);
    assert_eq!(read, proposal);
}
