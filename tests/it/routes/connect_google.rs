//! `POST /api/v1/auth/google/token`

use google_fake::{Fault, Grant};
use serde_json::{Value, json};

use crate::harness::{Api, Ask, BACK, with};

const ENDPOINT: Ask = Ask::post("/api/v1/auth/google/token");
const CALENDARS: Ask = Ask::get("/api/v1/google/calendars");

/// What a calendar needs.
const EVENTS: &str = "https://www.googleapis.com/auth/calendar.events";

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::with_google().await;
    let body = api.sign_in(&api.user("ada"), Grant::All).await.body();
    ENDPOINT.with(body).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn a_body_must_be_readable_json() {
    let api = Api::with_google().await;
    ENDPOINT.wants_json(&api).await;
}

#[tokio::test]
async fn each_field_has_bounds() {
    let api = Api::with_google().await;
    let good = json!({"code": "c", "state": "s", "redirect_uri": BACK});
    let told = ENDPOINT.refusals(
        &api,
        [
            ("no code", json!({"state": "s", "redirect_uri": BACK})),
            ("an empty code", with(&good, json!({"code": ""}))),
            ("a code that is too long", with(&good, json!({"code": "c".repeat(2049)}))),
            ("a state that is a number", with(&good, json!({"state": 7}))),
            ("a state that is too long", with(&good, json!({"state": "s".repeat(257)}))),
            ("something else", with(&good, json!({"scope": "all"}))),
        ],
    );
    insta::assert_json_snapshot!(told.await);
}

#[tokio::test]
async fn an_account_is_connected_and_synchronised() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    let body = api.sign_in(&ada, Grant::All).await.body();
    let reply = ENDPOINT.with(body).by(&ada).await;
    assert_eq!(reply.headers["cache-control"], "no-store");
    insta::assert_json_snapshot!(reply.json(200));
    api.settle().await;
    let calendars = CALENDARS.by(&ada).await.json(200);
    assert_eq!(calendars["choice"]["sync_enabled"], true);
    assert_eq!(calendars["items"][0]["last_success_at"], "2026-03-02T08:00:00Z");
}

#[tokio::test]
async fn a_state_is_good_once_and_for_whoever_began() {
    let api = Api::with_google().await;
    let (ada, eve) = (api.user("ada"), api.user("eve"));
    let body = api.sign_in(&ada, Grant::All).await.body();
    ENDPOINT.with(body.clone()).by(&eve).await.problem(410, "unknown-sign-in");
    ENDPOINT.with(body.clone()).by(&ada).await.json(200);
    ENDPOINT.with(body.clone()).by(&ada).await.problem(410, "unknown-sign-in");
    ENDPOINT.with(with(&body, json!({"state": "made-up"}))).by(&ada).await.problem(410, "unknown-sign-in");
    let late = api.sign_in(&ada, Grant::All).await.body();
    api.clock.advance_minutes(15);
    ENDPOINT.with(late).by(&ada).await.problem(410, "unknown-sign-in");
}

#[tokio::test]
async fn a_sign_in_ends_where_it_was_begun() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    let body = api.sign_in(&ada, Grant::All).await.body();
    let elsewhere = with(&body, json!({"redirect_uri": "https://evil.example"}));
    let problem = ENDPOINT.with(elsewhere).by(&ada).await.problem(422, "invalid-body");
    assert_eq!(problem["errors"][0]["pointer"], "#/redirect_uri");
    assert!(CALENDARS.by(&ada).await.json(200)["account"].is_null());
    ENDPOINT.with(body).by(&ada).await.problem(410, "unknown-sign-in");
}

#[tokio::test]
async fn less_consent_than_needed_is_refused_and_given_back() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    let body = api.sign_in(&ada, Grant::Only(&[EVENTS])).await.body();
    insta::assert_json_snapshot!(ENDPOINT.with(body).by(&ada).await.problem(422, "consent-incomplete"));
    assert!(api.google().requests().iter().any(|asked| asked.operation == "revoke"));
    assert!(CALENDARS.by(&ada).await.json(200)["account"].is_null());
}

#[tokio::test]
async fn access_that_does_not_last_is_refused() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    api.google().withhold_refresh_tokens(1);
    let body = api.sign_in(&ada, Grant::All).await.body();
    insta::assert_json_snapshot!(ENDPOINT.with(body).by(&ada).await.problem(422, "consent-does-not-last"));
}

#[tokio::test]
async fn a_code_that_google_does_not_take_is_refused() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    let body = api.sign_in(&ada, Grant::All).await.body();
    let wrong = with(&body, json!({"code": "4/wrong"}));
    insta::assert_json_snapshot!(ENDPOINT.with(wrong).by(&ada).await.problem(422, "google-code-refused"));
}

async fn while_google(api: &Api, fault: Fault) -> (u16, Value) {
    let ada = api.user("ada");
    let body = api.sign_in(&ada, Grant::All).await.body();
    api.google().fail(fault);
    let reply = ENDPOINT.with(body).by(&ada).await;
    api.google().heal();
    (reply.status.as_u16(), serde_json::from_str(&reply.text).unwrap())
}

#[tokio::test]
async fn a_google_that_fails_is_told_apart_from_one_that_refuses() {
    let api = Api::with_google().await;
    let (status, failed) = while_google(&api, Fault::unavailable().on("token").times(9)).await;
    assert_eq!(status, 503, "{failed}");
    let refusal = json!({"error": "invalid_client", "error_description": "The OAuth client was not found."});
    let (status, refused) = while_google(&api, Fault::json(401, refusal).on("token")).await;
    assert_eq!(status, 502, "{refused}");
    let said = |problem: &Value| json!([problem["type"], problem["detail"]]);
    insta::assert_json_snapshot!([said(&failed), said(&refused)]);
}
