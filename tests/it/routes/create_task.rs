//! `POST /api/v1/tasks`

use serde_json::{Value, json};

use crate::harness::{Api, Ask, with, without};

const ENDPOINT: Ask = Ask::post("/api/v1/tasks");

fn essay() -> Value {
    json!({"title": "History essay", "type": "ASSIGNMENT", "priority_score": 55, "effort_minutes": 300})
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    ENDPOINT.with(essay()).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn a_body_must_be_readable_json() {
    let api = Api::start().await;
    ENDPOINT.wants_json(&api).await;
}

#[tokio::test]
async fn a_task_is_open_and_not_due_unless_it_is_said_to_be() {
    let api = Api::start().await;
    let reply = ENDPOINT.with(essay()).by(&api.user("ada")).await;
    let task = reply.json(201);
    insta::assert_json_snapshot!(task);
    assert_eq!(reply.headers["location"], format!("/api/v1/tasks/{}", task["id"].as_str().unwrap()));
}

#[tokio::test]
async fn a_whole_number_may_have_a_fraction_of_nothing() {
    let api = Api::start().await;
    let body = with(&essay(), json!({"effort_minutes": 90.0, "priority_score": 55.0}));
    let task = ENDPOINT.with(body).by(&api.user("ada")).await.json(201);
    assert_eq!((&task["effort_minutes"], &task["priority_score"]), (&json!(90), &json!(55)));
}

#[tokio::test]
async fn everything_that_is_said_of_a_task_is_kept() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let body = json!({
        "title": "Klausur “Analysis”", "type": "EXAM", "due_ts": "2026-03-29T02:30:00+01:00",
        "priority_score": 69.999, "effort_minutes": 45, "status": "DONE",
    });
    let reply = ENDPOINT.with(body).by(&ada).await;
    let task = reply.json(201);
    insta::assert_json_snapshot!(task);
    assert_eq!(ada.get(reply.headers["location"].to_str().unwrap()).await.json(200), task);
}

#[tokio::test]
async fn what_lies_on_the_bounds_is_taken() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for members in [
        json!({"title": "ä".repeat(500)}),
        json!({"type": "EXAM"}),
        json!({"type": "ASSIGNMENT"}),
        json!({"type": "OTHER"}),
        json!({"due_ts": null}),
        json!({"due_ts": "1900-01-01T00:00:00Z"}),
        json!({"due_ts": "9000-12-31T23:59:00Z"}),
        json!({"priority_score": 0}),
        json!({"priority_score": 100}),
        json!({"priority_score": 0.001}),
        json!({"priority_score": 99.999}),
        json!({"effort_minutes": 0}),
        json!({"effort_minutes": 525_600}),
        json!({"status": "OPEN"}),
    ] {
        let task = ENDPOINT.with(with(&essay(), members.clone())).by(&ada).await.json(201);
        for (name, value) in members.as_object().unwrap() {
            assert_eq!(task[name], *value);
        }
    }
}

#[tokio::test]
async fn what_is_out_of_bounds_is_refused_by_field() {
    let api = Api::start().await;
    let essay = essay();
    let bodies = [
        ("no title", without(&essay, "title")),
        ("no type", without(&essay, "type")),
        ("no priority", without(&essay, "priority_score")),
        ("no effort", without(&essay, "effort_minutes")),
        ("an unknown field", with(&essay, json!({"due": "2026-03-05T12:00:00Z"}))),
        ("a field of ours", with(&essay, json!({"due_changed_at": null}))),
        ("an empty title", with(&essay, json!({"title": ""}))),
        ("a blank title", with(&essay, json!({"title": "\u{3000}"}))),
        ("a long title", with(&essay, json!({"title": "x".repeat(501)}))),
        ("NUL in the title", with(&essay, json!({"title": "a\0b"}))),
        ("a list as title", with(&essay, json!({"title": ["x"]}))),
        ("null as title", with(&essay, json!({"title": null}))),
        ("an unknown type", with(&essay, json!({"type": "HOMEWORK"}))),
        ("an event's type", with(&essay, json!({"type": "FOCUS"}))),
        ("99 minutes", with(&essay, json!({"due_ts": "2026-03-05T12:99:00Z"}))),
        ("seconds", with(&essay, json!({"due_ts": "2026-03-05T12:00:30Z"}))),
        ("no offset", with(&essay, json!({"due_ts": "2026-03-05T12:00:00"}))),
        ("due before 1900", with(&essay, json!({"due_ts": "1899-12-31T23:59:00Z"}))),
        ("due after 9000", with(&essay, json!({"due_ts": "9001-01-01T00:00:00Z"}))),
        ("a negative priority", with(&essay, json!({"priority_score": -0.001}))),
        ("a priority over 100", with(&essay, json!({"priority_score": 100.001}))),
        ("a very large priority", with(&essay, json!({"priority_score": 1e300}))),
        ("a priority with four decimals", with(&essay, json!({"priority_score": 69.9999}))),
        ("a word as priority", with(&essay, json!({"priority_score": "high"}))),
        ("a negative effort", with(&essay, json!({"effort_minutes": -1}))),
        ("half a minute", with(&essay, json!({"effort_minutes": 0.5}))),
        ("more effort than a year has", with(&essay, json!({"effort_minutes": 525_601}))),
        ("more effort than a number holds", with(&essay, json!({"effort_minutes": 1_u64 << 40}))),
        ("null as effort", with(&essay, json!({"effort_minutes": null}))),
        ("an unknown status", with(&essay, json!({"status": "LATE"}))),
        ("null as status", with(&essay, json!({"status": null}))),
        ("a list of the fields", json!(["History essay", "ASSIGNMENT", null, 55, 300, "OPEN"])),
    ];
    insta::assert_json_snapshot!(ENDPOINT.refusals(&api, bodies).await);
}

#[tokio::test]
async fn a_number_too_large_for_json_is_malformed() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let body = essay().to_string().replace("55", "1e999");
    let problem =
        ada.send(http::Method::POST, "/api/v1/tasks", Some(body)).await.problem(400, "malformed-json");
    insta::assert_json_snapshot!(problem);
}
