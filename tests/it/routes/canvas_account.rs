//! `GET /api/v1/canvas/account`

use serde_json::json;

use crate::harness::{Api, Ask, Connect};

const ENDPOINT: Ask = Ask::get("/api/v1/canvas/account");

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::with_canvas().await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn whoever_has_no_account_is_told_how_to_connect_one() {
    for (api, is_configured, has_sign_in) in [
        (Api::start().await, false, false),
        (Api::with_canvas().await, true, false),
        (Api::with_canvas_by(Connect::SignIn).await, true, true),
    ] {
        let told = json!({"is_configured": is_configured, "has_sign_in": has_sign_in, "account": null});
        assert_eq!(ENDPOINT.by(&api.user("ada")).await.json(200), told);
    }
}

#[tokio::test]
async fn an_account_is_told_without_its_token() {
    let api = Api::with_canvas().await;
    let (ada, (student, _)) = (api.user("ada"), api.ada_at_canvas());
    student.live_in("America/Denver");
    api.connect_canvas(&ada, &student).await;
    let reply = ENDPOINT.by(&ada).await;
    insta::assert_json_snapshot!(reply.json(200), {".account.host" => "…"});
    for token in api.canvas().issued_tokens() {
        assert!(!reply.text.contains(&token));
    }
    student.revoke();
    api.read_canvas(&ada).await;
    assert_eq!(ENDPOINT.by(&ada).await.json(200)["account"]["state"], "RECONNECT_REQUIRED");
}
