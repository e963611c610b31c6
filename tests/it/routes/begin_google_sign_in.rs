//! `GET /api/v1/auth/google/url`

use serde_json::json;

use crate::harness::{Api, Ask, BACK};

const ENDPOINT: Ask = Ask::get("/api/v1/auth/google/url");

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::with_google().await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn the_address_asks_for_what_is_needed_and_no_more() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    for (more, has_own) in [("", false), ("&own_calendar=false", false), ("&own_calendar=true", true)] {
        let reply = ada.get(&format!("/api/v1/auth/google/url?redirect_uri={BACK}{more}")).await;
        assert_eq!(reply.headers["cache-control"], "no-store");
        let begun = reply.json(200);
        assert_eq!(begun["expires_at"], "2026-03-02T08:15:00Z");
        let url = begun["url"].as_str().unwrap();
        for part in
            ["access_type=offline", "prompt=consent", "code_challenge_method=S256", "response_type=code"]
        {
            assert!(url.contains(part), "{url} lacks {part}");
        }
        for scope in ["calendar.events", "calendar.calendarlist.readonly", "calendar.freebusy"] {
            assert!(url.contains(scope), "{url} lacks {scope}");
        }
        assert_eq!(url.contains("calendar.app.created"), has_own, "{url}");
    }
}

#[tokio::test]
async fn nobody_is_sent_back_to_where_nobody_said() {
    let api = Api::with_google().await;
    let before = api.rows().await;
    let ada = api.user("ada");
    let told = ada.refused_queries(
        "/api/v1/auth/google/url",
        &[
            "",
            "redirect_uri=",
            "redirect_uri=https://evil.example",
            "redirect_uri=https://app.example.com/google/",
            "redirect_uri=https://app.example.com/google%3Fnext=x",
            "redirect_uri=https://app.example.com/google&own_calendar=1",
            "redirect_uri=https://app.example.com/google&scope=all",
        ],
    );
    insta::assert_json_snapshot!(told.await);
    assert_eq!(api.rows().await, before);
}

#[tokio::test]
async fn a_server_without_a_registration_says_so() {
    let api = Api::start().await;
    let reply = api.user("ada").get(&format!("/api/v1/auth/google/url?redirect_uri={BACK}")).await;
    insta::assert_json_snapshot!(reply.problem(404, "google-not-configured"));
    let token = json!({"code": "c", "state": "s", "redirect_uri": BACK});
    api.user("ada").post("/api/v1/auth/google/token", token).await.problem(404, "google-not-configured");
}

#[tokio::test]
async fn what_is_kept_of_a_sign_in_gives_nothing_away() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    let begun = ada.get(&format!("/api/v1/auth/google/url?redirect_uri={BACK}")).await.json(200);
    let url = begun["url"].as_str().unwrap();
    let state = url.split('&').find_map(|pair| pair.strip_prefix("state=")).unwrap();
    let kept = api.rows_of("ada").await.to_string();
    assert!(kept.contains("state_digest") && !kept.contains(state), "{kept}");
}
