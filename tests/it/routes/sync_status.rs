//! `GET /api/v1/sync/status`

use google_fake::Fault;
use serde_json::{Value, json};

use crate::harness::{ADA, Api, Ask, Caller};

const ENDPOINT: Ask = Ask::get("/api/v1/sync/status");

async fn status(caller: &Caller) -> Value {
    ENDPOINT.by(caller).await.json(200)
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::with_google().await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn whoever_has_connected_nothing_is_told_to() {
    let api = Api::with_google().await;
    insta::assert_json_snapshot!([
        status(&api.user("ada")).await,
        status(&Api::start().await.user("ada")).await,
    ]);
}

#[tokio::test]
async fn what_is_in_step_says_how_fresh_it_is() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    api.ada_at_google().calendar("Timetable");
    api.connect_google(&ada).await;
    api.clock.advance_minutes(5);
    insta::assert_json_snapshot!(status(&ada).await, {".calendars[].id" => "…", ".calendars[].google_id" => "…"});
}

#[tokio::test]
async fn what_fails_says_why_and_when_it_is_tried_again() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    api.connect_google(&ada).await;
    api.google().fail(Fault::error(403, "forbidden", "Forbidden").on("events.list").times(9));
    ada.call("/api/v1/sync").await.json(202);
    api.settle().await;
    insta::assert_json_snapshot!(status(&ada).await, {".calendars[].id" => "…"});
    api.google().heal();
    ada.call("/api/v1/sync").await.json(202);
    api.settle().await;
    assert_eq!(status(&ada).await["state"], "ok");
}

#[tokio::test]
async fn an_account_whose_consent_is_gone_has_to_be_connected_again() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    api.ada_at_google().insert_event(ADA, json!({
        "summary": "Algebra", "start": {"dateTime": "2026-03-03T10:00:00Z"}, "end": {"dateTime": "2026-03-03T11:00:00Z"},
    }));
    api.connect_google(&ada).await;
    api.google().revoke(ADA);
    ada.call("/api/v1/sync").await.json(202);
    let mut stream = ada.look_on(Some(0)).await;
    api.settle().await;
    assert_eq!(stream.event().await["kind"], "google.reconnect_required");
    let told = status(&ada).await;
    assert_eq!(told["state"], "reconnect_required");
    insta::assert_json_snapshot!(told["what_to_do"]);
    assert_eq!(ada.events().await.len(), 1, "nothing is deleted");
    api.connect_google(&ada).await;
    assert_eq!(status(&ada).await["state"], "ok");
}
