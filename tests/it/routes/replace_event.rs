//! `PUT /api/v1/events/{id}`

use serde_json::{Value, json};

use crate::harness::{Api, Ask, NOBODYS, with, without};

const ENDPOINT: Ask = Ask::put("/api/v1/events/{id}");

fn seminar() -> Value {
    json!({
        "title": "Seminar", "type": "OTHER", "start_ts": "2026-03-06T10:00:00Z", "end_ts": "2026-03-06T12:00:00Z",
    })
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    let event = api.user("ada").lecture().await;
    ENDPOINT.of(&event).with(seminar()).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_another_user_owns_is_not_found() {
    let api = Api::start().await;
    let event = api.user("ada").lecture().await;
    ENDPOINT.of(&event).with(seminar()).stays_hidden_from_others(&api).await;
}

#[tokio::test]
async fn an_id_must_be_one() {
    let api = Api::start().await;
    ENDPOINT.with(seminar()).wants_an_id(&api).await;
}

#[tokio::test]
async fn a_body_must_be_readable_json() {
    let api = Api::start().await;
    let event = api.user("ada").lecture().await;
    ENDPOINT.of(&event).wants_json(&api).await;
}

#[tokio::test]
async fn what_is_left_out_is_as_in_a_new_event() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let everything = json!({
        "type": "FOCUS", "is_movable": true, "protected": true, "transparent": true, "task_id": exam["id"],
        "metadata": {"room": "A 12"},
    });
    let event = Ask::post("/api/v1/events").with(with(&seminar(), everything)).by(&ada).await.json(201);
    api.clock.advance_minutes(5);
    let replaced = ENDPOINT.of(&event).with(seminar()).by(&ada).await.json(200);
    insta::assert_json_snapshot!(replaced);
    assert_eq!(ada.events().await, [replaced]);
}

#[tokio::test]
async fn an_event_is_not_made_by_replacing_it() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let problem = ENDPOINT.at(NOBODYS).with(seminar()).by(&ada).await.problem(404, "not-found");
    insta::assert_json_snapshot!(problem);
    assert!(ada.events().await.is_empty());
}

#[tokio::test]
async fn what_is_out_of_bounds_is_refused_by_field() {
    let api = Api::start().await;
    let event = api.user("ada").lecture().await;
    let seminar = seminar();
    let bodies = [
        ("no title", without(&seminar, "title")),
        ("no end", without(&seminar, "end_ts")),
        ("an unknown field", with(&seminar, json!({"colour": "red"}))),
        ("what was read", event.clone()),
        ("an end before the start", with(&seminar, json!({"end_ts": "2026-03-06T09:00:00Z"}))),
        ("seconds", with(&seminar, json!({"end_ts": "2026-03-06T12:00:30Z"}))),
        ("99 minutes", with(&seminar, json!({"end_ts": "2026-03-06T12:99:00Z"}))),
        ("an unknown type", with(&seminar, json!({"type": "PARTY"}))),
        ("an unknown task", with(&seminar, json!({"task_id": NOBODYS}))),
        ("large metadata", with(&seminar, json!({"metadata": {"x": "x".repeat(20_000)}}))),
    ];
    insta::assert_json_snapshot!(ENDPOINT.of(&event).refusals(&api, bodies).await);
}
