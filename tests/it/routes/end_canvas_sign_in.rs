//! `POST /api/v1/auth/canvas/token`

use canvas_fake::Fault;
use serde_json::json;

use crate::harness::{Api, Ask, Connect, with, without};

const ENDPOINT: Ask = Ask::post("/api/v1/auth/canvas/token");
const BACK: &str = "https://app.example.com/canvas";

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::with_canvas_by(Connect::SignIn).await;
    ENDPOINT.with(json!({"code": "c", "state": "s", "redirect_uri": BACK})).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn a_body_is_read_as_json() {
    ENDPOINT.wants_json(&Api::with_canvas_by(Connect::SignIn).await).await;
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_refused_by_field() {
    let api = Api::with_canvas_by(Connect::SignIn).await;
    let good = json!({"code": "c", "state": "s", "redirect_uri": BACK});
    let told = ENDPOINT.refusals(
        &api,
        [
            ("no code", without(&good, "code")),
            ("no state", without(&good, "state")),
            ("a code that is too long", with(&good, json!({"code": "c".repeat(2049)}))),
            ("something else", with(&good, json!({"host": "x"}))),
        ],
    );
    insta::assert_json_snapshot!(told.await);
}

#[tokio::test]
async fn whoever_signs_in_is_read_for_longer_than_access_lasts() {
    let api = Api::with_canvas_by(Connect::SignIn).await;
    let (ada, (student, biology)) = (api.user("ada"), api.ada_at_canvas());
    let body = api.sign_in_to_canvas(&ada, &student).await;
    assert_eq!(ENDPOINT.with(body).by(&ada).await.json(200)["token_kind"], "CONSENT");
    api.settle().await;
    assert_eq!(ada.walk("/api/v1/tasks").await.len(), 1);
    // Access lasts for an hour; refreshing it brings no new refresh token, and the old one stays good.
    for number in 0..3 {
        biology.assign(json!({"name": format!("Quiz {number}"), "due_at": "2026-03-20T05:59:59Z"}));
        api.clock.advance_minutes(6 * 60);
        api.settle().await;
        assert_eq!(ada.walk("/api/v1/tasks").await.len(), 2 + number);
    }
    // One that ends before its time is got anew.
    api.canvas().expire_access_tokens();
    assert_eq!(api.read_canvas(&ada).await["state"], "ok");
    ada.delete("/api/v1/canvas/account").await.nothing();
    assert!(api.canvas().requests().iter().any(|asked| asked.name == "give_back"));
}

#[tokio::test]
async fn a_state_is_good_once_and_for_whoever_began() {
    let api = Api::with_canvas_by(Connect::SignIn).await;
    let (ada, eve, (student, _)) = (api.user("ada"), api.user("eve"), api.ada_at_canvas());
    let body = api.sign_in_to_canvas(&ada, &student).await;
    ENDPOINT.with(body.clone()).by(&eve).await.problem(410, "unknown-sign-in");
    ENDPOINT.with(body.clone()).by(&ada).await.json(200);
    ENDPOINT.with(body).by(&ada).await.problem(410, "unknown-sign-in");
    let late = api.sign_in_to_canvas(&ada, &student).await;
    api.clock.advance_minutes(15);
    ENDPOINT.with(late).by(&ada).await.problem(410, "unknown-sign-in");
    let elsewhere =
        with(&api.sign_in_to_canvas(&ada, &student).await, json!({"redirect_uri": "https://evil.example"}));
    ENDPOINT.with(elsewhere).by(&ada).await.problem(422, "invalid-body");
}

#[tokio::test]
async fn a_code_that_is_refused_is_told_from_a_key_that_is_wrong_and_from_a_canvas_that_fails() {
    let api = Api::with_canvas_by(Connect::SignIn).await;
    let (ada, (student, _)) = (api.user("ada"), api.ada_at_canvas());
    let body = api.sign_in_to_canvas(&ada, &student).await;
    let wrong = with(&body, json!({"code": "made-up"}));
    insta::assert_json_snapshot!(ENDPOINT.with(wrong).by(&ada).await.problem(422, "canvas-code-refused"));
    for (fault, status, slug) in [
        (Fault::json(401, json!({"error": "invalid_client"})), 502, "canvas-refuses-server"),
        (Fault::status(502), 503, "canvas-unavailable"),
    ] {
        let body = api.sign_in_to_canvas(&ada, &student).await;
        api.canvas().fail(fault.on("token"));
        ENDPOINT.with(body).by(&ada).await.problem(status, slug);
    }
    assert!(api.rows_of("ada").await["canvas_accounts"].as_array().is_none_or(Vec::is_empty));
}
