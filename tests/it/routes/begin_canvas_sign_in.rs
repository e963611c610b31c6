//! `GET /api/v1/auth/canvas/url`

use crate::harness::{Api, Ask, Connect};

const ENDPOINT: Ask = Ask::get("/api/v1/auth/canvas/url");
const BACK: &str = "https://app.example.com/canvas";

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::with_canvas_by(Connect::SignIn).await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn the_user_is_sent_to_the_canvas_that_they_name() {
    let api = Api::with_canvas_by(Connect::SignIn).await;
    let path = format!("/api/v1/auth/canvas/url?host=https://Canvas.example.edu/&redirect_uri={BACK}");
    let begun = api.user("ada").get(&path).await.json(200);
    assert_eq!(begun["expires_at"], "2026-03-02T08:15:00Z");
    let url = begun["url"].as_str().unwrap();
    assert!(url.starts_with("https://canvas.example.edu/login/oauth2/auth?"), "{url}");
    for part in [
        "client_id=10000000000001",
        "response_type=code",
        "redirect_uri=https%3A%2F%2Fapp.example.com%2Fcanvas",
    ] {
        assert!(url.contains(part), "{url} lacks {part}");
    }
    let state = url.split('&').find_map(|pair| pair.strip_prefix("state=")).unwrap();
    let kept = api.rows_of("ada").await.to_string();
    assert!(kept.contains("state_digest") && !kept.contains(state), "{kept}");
}

#[tokio::test]
async fn nobody_is_sent_where_nobody_said() {
    let api = Api::with_canvas_by(Connect::SignIn).await;
    let before = api.rows().await;
    let told = api.user("ada");
    let told = told.refused_queries(
        "/api/v1/auth/canvas/url",
        &[
            "",
            "redirect_uri=https://app.example.com/canvas",
            "host=canvas.example.edu",
            "host=canvas.example.edu&redirect_uri=https://evil.example",
            "host=evil.example&redirect_uri=https://app.example.com/canvas",
            "host=127.0.0.1&redirect_uri=https://app.example.com/canvas",
            "host=canvas.example.edu&redirect_uri=https://app.example.com/canvas&scope=all",
        ],
    );
    insta::assert_json_snapshot!(told.await);
    assert_eq!(api.rows().await, before);
}

#[tokio::test]
async fn a_server_without_a_developer_key_says_so() {
    let path = format!("/api/v1/auth/canvas/url?host=canvas.example.edu&redirect_uri={BACK}");
    let api = Api::with_canvas().await;
    insta::assert_json_snapshot!(api.user("ada").get(&path).await.problem(404, "canvas-not-configured"));
    Api::start().await.user("ada").get(&path).await.problem(404, "canvas-not-configured");
}
