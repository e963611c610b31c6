//! `PATCH /api/v1/tasks/{id}`

use serde_json::{Value, json};

use crate::harness::{Api, Ask, Caller, with};

const ENDPOINT: Ask = Ask::patch("/api/v1/tasks/{id}");

async fn exam(ada: &Caller) -> Value {
    ada.exam("2026-03-05T12:00", 120).await
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    let task = exam(&api.user("ada")).await;
    ENDPOINT.of(&task).with(json!({"title": "x"})).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_another_user_owns_is_not_found() {
    let api = Api::start().await;
    let task = exam(&api.user("ada")).await;
    ENDPOINT.of(&task).with(json!({"title": "x"})).stays_hidden_from_others(&api).await;
}

#[tokio::test]
async fn an_id_must_be_one() {
    let api = Api::start().await;
    ENDPOINT.with(json!({})).wants_an_id(&api).await;
}

#[tokio::test]
async fn a_body_must_be_readable_json() {
    let api = Api::start().await;
    let task = exam(&api.user("ada")).await;
    ENDPOINT.of(&task).wants_json(&api).await;
}

#[tokio::test]
async fn what_is_left_out_stays() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let mut expected = exam(&ada).await;
    api.clock.advance_minutes(5);
    for (count, members) in [
        json!({}),
        json!({"title": "Linear algebra"}),
        json!({"type": "OTHER"}),
        json!({"priority_score": 71.5}),
        json!({"effort_minutes": 90}),
        json!({"status": "DONE"}),
    ]
    .into_iter()
    .enumerate()
    {
        let edited = ENDPOINT.of(&expected).with(members.clone()).by(&ada).await.json(200);
        let counted = json!({"version": count + 2, "updated_at": "2026-03-02T08:05:00Z"});
        expected = with(&with(&expected, members), counted);
        assert_eq!(edited, expected);
        assert_eq!(ada.walk("/api/v1/tasks").await, [edited]);
    }
    insta::assert_json_snapshot!(expected);
}

#[tokio::test]
async fn a_change_of_the_due_time_is_noted() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let task = exam(&ada).await;
    let mut noted = Vec::new();
    for due in [json!("2026-03-05T13:00:00+01:00"), json!("2026-03-06T12:00:00Z"), Value::Null, Value::Null] {
        api.clock.advance_minutes(1);
        let edited = ENDPOINT.of(&task).with(json!({"due_ts": due})).by(&ada).await.json(200);
        noted.push((edited["due_ts"].clone(), edited["due_changed_at"].clone()));
    }
    let (old, new) = ("2026-03-05T12:00:00Z", "2026-03-06T12:00:00Z");
    assert_eq!(
        noted,
        [
            (json!(old), Value::Null),
            (json!(new), json!("2026-03-02T08:02:00Z")),
            (Value::Null, json!("2026-03-02T08:03:00Z")),
            (Value::Null, json!("2026-03-02T08:03:00Z")),
        ]
    );
}

#[tokio::test]
async fn null_is_no_value_of_any_other_field() {
    let api = Api::start().await;
    let task = exam(&api.user("ada")).await;
    let bodies = ["title", "type", "priority_score", "effort_minutes", "status"]
        .map(|name| (name, json!({name: null})));
    insta::assert_json_snapshot!(ENDPOINT.of(&task).refusals(&api, bodies).await);
}

#[tokio::test]
async fn what_is_out_of_bounds_is_refused_by_field() {
    let api = Api::start().await;
    let task = exam(&api.user("ada")).await;
    let bodies = [
        ("an unknown field", json!({"colour": "red"})),
        ("an id", json!({"id": task["id"]})),
        ("an empty title", json!({"title": ""})),
        ("a long title", json!({"title": "x".repeat(501)})),
        ("NUL in the title", json!({"title": "\0"})),
        ("an unknown type", json!({"type": "CHILL"})),
        ("seconds", json!({"due_ts": "2026-03-04T10:00:59Z"})),
        ("99 minutes", json!({"due_ts": "2026-03-04T12:99:00Z"})),
        ("an unknown status", json!({"status": ""})),
        ("a priority over 100", json!({"priority_score": 100.5})),
        ("too much effort", json!({"effort_minutes": 525_601})),
    ];
    insta::assert_json_snapshot!(ENDPOINT.of(&task).refusals(&api, bodies).await);
}
