//! `PUT /api/v1/canvas/account`

use canvas_fake::Fault;
use serde_json::{Value, json};

use crate::harness::{Api, Ask, Connect, with, without};

const ENDPOINT: Ask = Ask::put("/api/v1/canvas/account");

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::with_canvas().await;
    let (student, _) = api.ada_at_canvas();
    ENDPOINT.with(api.canvas_token(&student)).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn a_body_is_read_as_json() {
    ENDPOINT.wants_json(&Api::with_canvas().await).await;
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_refused_by_field() {
    let api = Api::with_canvas().await;
    let good = json!({"host": "canvas.example.edu", "token": "7~x"});
    let told = ENDPOINT.refusals(
        &api,
        [
            ("no host", without(&good, "host")),
            ("no token", without(&good, "token")),
            ("a token that is too long", with(&good, json!({"token": "t".repeat(513)}))),
            ("a host that is none", with(&good, json!({"host": "my university"}))),
            ("an address", with(&good, json!({"host": "169.254.169.254"}))),
            ("this machine", with(&good, json!({"host": "localhost"}))),
            ("another port", with(&good, json!({"host": "canvas.example.edu:8443"}))),
            ("a host that nobody named", with(&good, json!({"host": "canvas.evil.example"}))),
            ("something else", with(&good, json!({"scope": "all"}))),
        ],
    );
    insta::assert_json_snapshot!(told.await);
    assert!(api.canvas().requests().is_empty());
}

#[tokio::test]
async fn an_account_is_connected_and_read() {
    let api = Api::with_canvas().await;
    let (ada, (student, _)) = (api.user("ada"), api.ada_at_canvas());
    let reply = ENDPOINT.with(api.canvas_token(&student)).by(&ada).await;
    assert_eq!(reply.headers["cache-control"], "no-store");
    insta::assert_json_snapshot!(reply.json(200), {".host" => "…"});
    api.settle().await;
    let tasks = ada.walk("/api/v1/tasks").await;
    insta::assert_json_snapshot!(tasks, {"[].id" => "…", "[].source_id" => "…"});
    assert!(api.canvas().requests().iter().all(|asked| asked.accept.contains("canvas-string-ids")));
}

async fn refused(api: &Api, fault: Fault) -> (u16, Value) {
    let (student, _) = api.ada_at_canvas();
    api.canvas().fail(fault);
    let reply = ENDPOINT.with(api.canvas_token(&student)).by(&api.user("ada")).await;
    api.canvas().heal();
    (reply.status.as_u16(), serde_json::from_str(&reply.text).unwrap())
}

#[tokio::test]
async fn a_token_that_is_refused_is_told_from_a_canvas_that_fails() {
    let api = Api::with_canvas().await;
    let before = api.rows_of("ada").await;
    let mut told = Vec::new();
    for (fault, status) in [
        (Fault::bad_token(), 422),
        (Fault::not_allowed(), 422),
        (Fault::status(503).times(3), 503),
        (Fault::cut().times(3), 503),
        (Fault::half_body().times(3), 503),
        (Fault::throttled().times(7), 503),
        (Fault::redirect("http://169.254.169.254/"), 502),
        (Fault::json(200, json!(["no", "user"])), 502),
    ] {
        let (answered, problem) = refused(&api, fault.on("profile")).await;
        assert_eq!(answered, status, "{problem}");
        told.push(json!([problem["type"], problem["detail"]]));
    }
    insta::assert_json_snapshot!(told);
    assert_eq!(api.rows_of("ada").await, before);
}

#[tokio::test]
async fn where_people_sign_in_no_token_is_taken() {
    let api = Api::with_canvas_by(Connect::SignIn).await;
    let (student, _) = api.ada_at_canvas();
    let reply = ENDPOINT.with(api.canvas_token(&student)).by(&api.user("ada")).await;
    insta::assert_json_snapshot!(reply.problem(404, "canvas-not-configured"));
    let (without, token) = (Api::start().await, json!({"host": "canvas.example.edu", "token": "7~x"}));
    ENDPOINT.with(token).by(&without.user("ada")).await.problem(404, "canvas-not-configured");
}
