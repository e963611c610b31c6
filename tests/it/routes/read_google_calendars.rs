//! `GET /api/v1/google/calendars`

use crate::harness::{Api, Ask};

const ENDPOINT: Ask = Ask::get("/api/v1/google/calendars");

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::with_google().await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn nothing_is_connected_at_first() {
    let api = Api::with_google().await;
    insta::assert_json_snapshot!(ENDPOINT.by(&api.user("ada")).await.json(200));
}

#[tokio::test]
async fn calendars_are_told_with_what_may_be_done_with_them() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    let at_google = api.ada_at_google();
    at_google.calendar("Timetable");
    at_google.subscribe("en.usa#holiday@group.v.calendar.google.com", "Holidays");
    api.connect_google(&ada).await;
    let told = ENDPOINT.by(&ada).await.json(200);
    insta::assert_json_snapshot!(told, {".items[].id" => "…"});
    assert_eq!(ENDPOINT.by(&api.user("eve")).await.json(200)["items"], serde_json::json!([]));
}
