//! `GET /api/v1/tasks/{id}/slack`

use serde_json::{Value, json};

use crate::harness::{Api, Ask, Caller};

const ENDPOINT: Ask = Ask::get("/api/v1/tasks/{id}/slack");

async fn slack(ada: &Caller, task: &Value) -> Value {
    ada.get(&format!("/api/v1/tasks/{}/slack", task["id"].as_str().unwrap())).await.json(200)
}

/// What is needed, what is available, and the difference.
async fn minutes(ada: &Caller, task: &Value) -> [i64; 3] {
    let slack = slack(ada, task).await;
    ["needed_minutes", "available_minutes", "slack_minutes"].map(|name| slack[name].as_i64().unwrap())
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    let exam = api.user("ada").exam("2026-03-05T12:00", 120).await;
    ENDPOINT.of(&exam).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_another_user_owns_is_not_found() {
    let api = Api::start().await;
    let exam = api.user("ada").exam("2026-03-05T12:00", 120).await;
    ENDPOINT.of(&exam).stays_hidden_from_others(&api).await;
}

#[tokio::test]
async fn an_id_must_be_one() {
    let api = Api::start().await;
    ENDPOINT.wants_an_id(&api).await;
}

#[tokio::test]
async fn the_room_before_the_due_time_is_counted() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 300).await;
    // Two blocks of two hours fit into each whole day, eight hours apart.
    let empty = slack(&ada, &exam).await;
    insta::assert_json_snapshot!(empty, {".task_id" => "…"});
    assert_eq!(empty["task_id"], exam["id"]);
    ada.event("Retreat", "DND", "2026-03-03T00:00", "2026-03-05T12:00").await;
    let [needed, available, left] = minutes(&ada, &exam).await;
    assert_eq!((needed, left), (300, available - 300));
    assert!(left < 0, "one day does not hold five hours of study: {available}");
}

#[tokio::test]
async fn linked_focus_is_not_needed_and_unlinked_focus_is_available() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-03T12:00", 300).await;
    ada.event("Retreat", "DND", "2026-03-02T08:00", "2026-03-03T12:00").await;
    assert_eq!(minutes(&ada, &exam).await, [300, 0, -300]);
    ada.event("Deep work", "FOCUS", "2026-03-02T10:00", "2026-03-02T11:30").await;
    assert_eq!(minutes(&ada, &exam).await, [300, 90, -210]);
    // Long past, but done for this exam.
    let done = json!({
        "title": "Study", "type": "FOCUS", "start_ts": "2025-11-03T13:00:00Z", "end_ts": "2025-11-03T14:00:00Z",
        "is_movable": true, "task_id": exam["id"],
    });
    ada.post("/api/v1/events", done).await.json(201);
    assert_eq!(minutes(&ada, &exam).await, [240, 90, -150]);
}

#[tokio::test]
async fn the_rest_around_focus_on_either_side_of_the_due_time_counts() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-02T22:00", 60).await;
    let [_, alone, _] = minutes(&ada, &exam).await;
    let other = json!({
        "title": "Another subject", "type": "FOCUS", "start_ts": "2026-03-02T22:00:00Z",
        "end_ts": "2026-03-02T22:30:00Z",
    });
    ada.post("/api/v1/events", other).await.json(201);
    let [_, beside, _] = minutes(&ada, &exam).await;
    assert!(beside < alone, "{beside} of {alone}");
}

#[tokio::test]
async fn what_is_due_far_ahead_is_counted_for_92_days() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for due in ["2026-06-03T12:00", "2026-09-01T12:00", "9000-12-31T23:59"] {
        let slack = slack(&ada, &ada.exam(due, 120).await).await;
        assert_eq!(slack["counted_until"], "2026-06-02T08:00:00Z", "due {due}");
        assert_eq!(slack["due_ts"], format!("{due}:00Z"));
    }
    let near = slack(&ada, &ada.exam("2026-06-02T07:59", 120).await).await;
    assert_eq!(near["counted_until"], "2026-06-02T07:59:00Z");
    // An event close to the horizon is seen.
    let exam = ada.exam("2026-09-01T12:00", 120).await;
    let [_, before, _] = minutes(&ada, &exam).await;
    ada.event("Retreat", "DND", "2026-05-30T00:00", "2026-06-03T00:00").await;
    let [_, after, _] = minutes(&ada, &exam).await;
    assert!(after < before, "{after} of {before}");
}

#[tokio::test]
async fn what_is_overdue_has_no_room_and_what_is_done_needs_none() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for due in ["2026-03-02T07:59", "2026-03-02T08:00", "1900-01-01T00:00"] {
        assert_eq!(minutes(&ada, &ada.exam(due, 120).await).await, [120, 0, -120], "due {due}");
    }
    let done = ada.task(json!({"status": "DONE"})).await;
    let [needed, available, left] = minutes(&ada, &done).await;
    assert_eq!((needed, left), (0, available));
    assert!(available > 0);
}

#[tokio::test]
async fn a_task_without_a_due_time_has_no_slack() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let task = ada.essay().await;
    insta::assert_json_snapshot!(ENDPOINT.of(&task).by(&ada).await.problem(409, "trigger-not-due"));
}
