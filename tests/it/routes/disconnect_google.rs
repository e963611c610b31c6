//! `DELETE /api/v1/auth/google`

use serde_json::json;

use crate::harness::{ADA, Api, Ask};

const ENDPOINT: Ask = Ask::delete("/api/v1/auth/google");
const CALENDARS: Ask = Ask::get("/api/v1/google/calendars");

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::with_google().await;
    api.connect_google(&api.user("ada")).await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_was_imported_goes_and_consent_goes_back() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    api.ada_at_google().insert_event(ADA, json!({
        "summary": "Algebra", "start": {"dateTime": "2026-03-03T10:00:00Z"}, "end": {"dateTime": "2026-03-03T11:00:00Z"},
    }));
    api.connect_google(&ada).await;
    assert_eq!(ada.events().await.len(), 1);
    ENDPOINT.by(&ada).await.nothing();
    assert_eq!(ada.events().await, Vec::<serde_json::Value>::new());
    assert!(CALENDARS.by(&ada).await.json(200)["account"].is_null());
    assert!(api.google().requests().iter().any(|asked| asked.operation == "revoke"));
    let rows = api.rows_of("ada").await;
    for table in ["google_accounts", "google_calendars", "google_events", "google_links", "google_channels"] {
        assert!(rows[table].as_array().is_none_or(Vec::is_empty), "{table}: {}", rows[table]);
    }
    insta::assert_json_snapshot!(ENDPOINT.by(&ada).await.problem(404, "not-found"));
}

#[tokio::test]
async fn nobody_disconnects_somebody_else() {
    let api = Api::with_google().await;
    api.connect_google(&api.user("ada")).await;
    let before = api.rows_of("ada").await;
    ENDPOINT.by(&api.user("eve")).await.problem(404, "not-found");
    assert_eq!(api.rows_of("ada").await, before);
}

#[tokio::test]
async fn a_server_without_a_registration_says_so() {
    let api = Api::start().await;
    ENDPOINT.by(&api.user("ada")).await.problem(404, "google-not-configured");
}
