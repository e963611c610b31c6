//! `PUT /api/v1/tasks/{id}`

use serde_json::{Value, json};

use crate::harness::{Api, Ask, NOBODYS, with, without};

const ENDPOINT: Ask = Ask::put("/api/v1/tasks/{id}");

fn quiz() -> Value {
    json!({"title": "Quiz", "type": "OTHER", "priority_score": 10, "effort_minutes": 15})
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    let task = api.user("ada").essay().await;
    ENDPOINT.of(&task).with(quiz()).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_another_user_owns_is_not_found() {
    let api = Api::start().await;
    let task = api.user("ada").essay().await;
    ENDPOINT.of(&task).with(quiz()).stays_hidden_from_others(&api).await;
}

#[tokio::test]
async fn an_id_must_be_one() {
    let api = Api::start().await;
    ENDPOINT.with(quiz()).wants_an_id(&api).await;
}

#[tokio::test]
async fn a_body_must_be_readable_json() {
    let api = Api::start().await;
    let task = api.user("ada").essay().await;
    ENDPOINT.of(&task).wants_json(&api).await;
}

#[tokio::test]
async fn what_is_left_out_is_as_in_a_new_task() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let everything = json!({"due_ts": "2026-03-05T12:00:00Z", "status": "DONE"});
    let task = Ask::post("/api/v1/tasks").with(with(&quiz(), everything)).by(&ada).await.json(201);
    api.clock.advance_minutes(5);
    let replaced = ENDPOINT.of(&task).with(quiz()).by(&ada).await.json(200);
    insta::assert_json_snapshot!(replaced);
    assert_eq!(ada.walk("/api/v1/tasks").await, [replaced]);
}

#[tokio::test]
async fn a_task_is_not_made_by_replacing_it() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let problem = ENDPOINT.at(NOBODYS).with(quiz()).by(&ada).await.problem(404, "not-found");
    insta::assert_json_snapshot!(problem);
    assert!(ada.walk("/api/v1/tasks").await.is_empty());
}

#[tokio::test]
async fn what_is_out_of_bounds_is_refused_by_field() {
    let api = Api::start().await;
    let task = api.user("ada").essay().await;
    let quiz = quiz();
    let bodies = [
        ("no title", without(&quiz, "title")),
        ("no effort", without(&quiz, "effort_minutes")),
        ("an unknown field", with(&quiz, json!({"colour": "red"}))),
        ("what was read", task.clone()),
        ("a blank title", with(&quiz, json!({"title": " "}))),
        ("an unknown type", with(&quiz, json!({"type": "CLASS"}))),
        ("seconds", with(&quiz, json!({"due_ts": "2026-03-06T12:00:30Z"}))),
        ("99 minutes", with(&quiz, json!({"due_ts": "2026-03-06T12:99:00Z"}))),
        ("a priority over 100", with(&quiz, json!({"priority_score": 101}))),
        ("too much effort", with(&quiz, json!({"effort_minutes": 525_601}))),
        ("an unknown status", with(&quiz, json!({"status": "open"}))),
    ];
    insta::assert_json_snapshot!(ENDPOINT.of(&task).refusals(&api, bodies).await);
}
