//! `PATCH /api/v1/events/{id}`

use serde_json::{Value, json};

use crate::harness::{Api, Ask, Caller, NOBODYS, with};

const ENDPOINT: Ask = Ask::patch("/api/v1/events/{id}");

/// An event with something to say in every field.
async fn block(ada: &Caller) -> Value {
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let body = json!({
        "title": "Study", "type": "FOCUS", "start_ts": "2026-03-04T10:00:00Z", "end_ts": "2026-03-04T11:00:00Z",
        "is_movable": true, "protected": true, "transparent": true, "task_id": exam["id"], "metadata": {"room": 7},
    });
    Ask::post("/api/v1/events").with(body).by(ada).await.json(201)
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    let event = api.user("ada").lecture().await;
    ENDPOINT.of(&event).with(json!({"title": "x"})).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_another_user_owns_is_not_found() {
    let api = Api::start().await;
    let event = api.user("ada").lecture().await;
    ENDPOINT.of(&event).with(json!({"title": "x"})).stays_hidden_from_others(&api).await;
}

#[tokio::test]
async fn an_id_must_be_one() {
    let api = Api::start().await;
    ENDPOINT.with(json!({})).wants_an_id(&api).await;
}

#[tokio::test]
async fn a_body_must_be_readable_json() {
    let api = Api::start().await;
    let event = api.user("ada").lecture().await;
    ENDPOINT.of(&event).wants_json(&api).await;
}

#[tokio::test]
async fn what_is_left_out_stays() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let mut expected = block(&ada).await;
    api.clock.advance_minutes(5);
    for (count, members) in [
        json!({}),
        json!({"title": "Study more"}),
        json!({"type": "CHILL"}),
        json!({"start_ts": "2026-03-04T10:30:00Z"}),
        json!({"end_ts": "2026-03-04T12:00:00Z"}),
        json!({"is_movable": false, "protected": false, "transparent": false}),
        json!({"metadata": {"other": true}}),
    ]
    .into_iter()
    .enumerate()
    {
        let edited = ENDPOINT.of(&expected).with(members.clone()).by(&ada).await.json(200);
        expected = with(
            &with(&expected, members),
            json!({
                "version": count + 2, "updated_at": "2026-03-02T08:05:00Z",
            }),
        );
        assert_eq!(edited, expected);
        assert_eq!(ada.events().await, [edited]);
    }
    insta::assert_json_snapshot!(expected);
}

#[tokio::test]
async fn null_unlinks_the_task() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let event = block(&ada).await;
    let edited = ENDPOINT.of(&event).with(json!({"task_id": null})).by(&ada).await.json(200);
    assert_eq!(edited, with(&event, json!({"task_id": null, "version": 2})));
}

#[tokio::test]
async fn null_is_no_value_of_any_other_field() {
    let api = Api::start().await;
    let event = block(&api.user("ada")).await;
    let bodies =
        ["title", "type", "start_ts", "end_ts", "is_movable", "protected", "transparent", "metadata"]
            .map(|name| (name, json!({name: null})));
    insta::assert_json_snapshot!(ENDPOINT.of(&event).refusals(&api, bodies).await);
}

#[tokio::test]
async fn what_is_out_of_bounds_is_refused_by_field() {
    let api = Api::start().await;
    let event = block(&api.user("ada")).await;
    let bodies = [
        ("an unknown field", json!({"colour": "red"})),
        ("an id", json!({"id": event["id"]})),
        ("a version", json!({"version": 1})),
        ("an empty title", json!({"title": ""})),
        ("a long title", json!({"title": "x".repeat(501)})),
        ("NUL in the title", json!({"title": "\0"})),
        ("an unknown type", json!({"type": "PARTY"})),
        ("a start after the end that stays", json!({"start_ts": "2026-03-04T11:00:00Z"})),
        ("an end before the start that stays", json!({"end_ts": "2026-03-04T09:00:00Z"})),
        ("an end far from the start that stays", json!({"end_ts": "2026-06-04T09:00:00Z"})),
        ("seconds", json!({"start_ts": "2026-03-04T10:00:59Z"})),
        ("99 minutes", json!({"start_ts": "2026-03-04T12:99:00Z"})),
        ("an unknown task", json!({"task_id": NOBODYS})),
        ("large metadata", json!({"metadata": {"x": "x".repeat(20_000)}})),
    ];
    insta::assert_json_snapshot!(ENDPOINT.of(&event).refusals(&api, bodies).await);
}

#[tokio::test]
async fn the_owner_may_move_what_is_immovable_and_protected() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let event = ada.lecture().await;
    let locked = ENDPOINT.of(&event).with(json!({"protected": true})).by(&ada).await.json(200);
    let times = json!({"start_ts": "2026-03-05T10:00:00Z", "end_ts": "2026-03-05T11:00:00Z"});
    let moved = ENDPOINT.of(&event).with(times.clone()).by(&ada).await.json(200);
    assert_eq!(moved, with(&with(&locked, times), json!({"version": 3})));
}
