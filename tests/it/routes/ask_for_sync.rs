//! `POST /api/v1/sync`

use serde_json::json;

use crate::harness::{ADA, Api, Ask};

const ENDPOINT: Ask = Ask::post("/api/v1/sync");

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::with_google().await;
    api.connect_google(&api.user("ada")).await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn whoever_does_not_want_to_wait_need_not() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    let at_google = api.connect_google(&ada).await;
    at_google.insert_event(ADA, json!({
        "summary": "Algebra", "start": {"dateTime": "2026-03-03T10:00:00Z"}, "end": {"dateTime": "2026-03-03T11:00:00Z"},
    }));
    api.settle().await;
    assert!(ada.events().await.is_empty(), "nobody has said anything yet");
    // However often it is asked for, it is done once.
    for _ in 0..3 {
        assert_eq!(ENDPOINT.by(&ada).await.json(202), json!({"calendars": 1}));
    }
    let before = api.google().take_requests().len();
    api.settle().await;
    assert_eq!(ada.events().await.len(), 1);
    let lists = api.google().requests().iter().filter(|asked| asked.operation == "events.list").count();
    assert_eq!(lists, 1, "{before} before");
}

#[tokio::test]
async fn what_is_not_synchronised_cannot_be_asked_for() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    let problem = ENDPOINT.by(&ada).await.problem(409, "not-in-sync");
    assert_eq!(problem["sync_state"], "off");
    api.connect_google(&ada).await;
    api.google().revoke(ADA);
    ENDPOINT.by(&ada).await.json(202);
    api.settle().await;
    insta::assert_json_snapshot!(ENDPOINT.by(&ada).await.problem(409, "not-in-sync"));
    Api::start().await.user("ada").post("/api/v1/sync", json!({})).await.problem(409, "not-in-sync");
}
