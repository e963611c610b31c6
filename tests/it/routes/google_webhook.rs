//! `POST /webhooks/google`

use google_fake::Notification;
use http::Request;
use http_body_util::Full;
use serde_json::json;

use crate::harness::{ADA, Api, Ask, Reply};
use crate::tools::openmetrics::Exposition;

const ENDPOINT: Ask = Ask::post("/webhooks/google");

/// A server that Google has something to say to, and what it would say.
async fn with_word() -> (Api, Notification) {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    let at_google = api.connect_google(&ada).await;
    api.hear().await;
    at_google.insert_event(ADA, json!({
        "summary": "Algebra", "start": {"dateTime": "2026-03-03T10:00:00Z"}, "end": {"dateTime": "2026-03-03T11:00:00Z"},
    }));
    let word = api.google().take_notifications().pop().unwrap();
    assert_eq!(word.header("X-Goog-Resource-State"), Some("exists"));
    (api, word)
}

async fn send(api: &Api, word: &Notification, body: &str) -> Reply {
    let mut request = Request::post(format!("{}/webhooks/google", api.url));
    for (name, value) in &word.headers {
        request = request.header(name, value);
    }
    api.caller(None).ask(request.body(Full::from(body.to_owned())).unwrap()).await
}

fn with(word: &Notification, name: &str, value: Option<&str>) -> Notification {
    let mut word = word.clone();
    word.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    word.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    word
}

#[tokio::test]
async fn what_is_heard_is_read_a_little_later_and_once() {
    let (api, word) = with_word().await;
    for body in ["", "anything at all"] {
        send(&api, &word, body).await.nothing();
    }
    api.google().take_requests();
    api.settle().await;
    assert!(api.user("ada").events().await.is_empty(), "changes come in bunches");
    api.clock.advance_minutes(1);
    api.settle().await;
    assert_eq!(api.user("ada").events().await.len(), 1);
    let lists = api.google().requests().iter().filter(|asked| asked.operation == "events.list").count();
    assert_eq!(lists, 1);
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same() {
    let (api, word) = with_word().await;
    let before = api.rows().await;
    let nobody = api.caller(None);
    let nothing = ENDPOINT.by(&nobody).await.problem(404, "not-found");
    insta::assert_json_snapshot!(nothing);
    let long = "x".repeat(2000);
    for (name, value) in [
        ("X-Goog-Channel-ID", None),
        ("X-Goog-Channel-ID", Some("00000000000000000000000000000001")),
        ("X-Goog-Channel-ID", Some("0000000000000000000000000000000100000000000000000000000000000001")),
        ("X-Goog-Channel-ID", Some("no channel at all")),
        ("X-Goog-Channel-ID", Some(&*long)),
        ("X-Goog-Channel-Token", None),
        ("X-Goog-Channel-Token", Some("guessed")),
        ("X-Goog-Channel-Token", Some(&*long)),
        ("X-Goog-Resource-ID", None),
        ("X-Goog-Resource-ID", Some("another")),
        ("X-Goog-Resource-State", None),
    ] {
        let told = send(&api, &with(&word, name, value), "").await.problem(404, "not-found");
        assert_eq!(told, nothing, "{name}: {value:?}");
    }
    assert_eq!(api.rows().await, before);
}

#[tokio::test]
async fn a_greeting_leads_to_nothing() {
    let (api, word) = with_word().await;
    send(&api, &with(&word, "X-Goog-Resource-State", Some("sync")), "").await.nothing();
    api.clock.advance_minutes(1);
    api.settle().await;
    assert!(api.user("ada").events().await.is_empty());
}

#[tokio::test]
async fn a_body_has_a_bound_though_nobody_reads_it() {
    let (api, word) = with_word().await;
    send(&api, &word, &"x".repeat(256 * 1024 + 1)).await.problem(413, "body-too-large");
}

#[tokio::test]
async fn word_is_counted() {
    let (api, word) = with_word().await;
    send(&api, &word, "").await.nothing();
    ENDPOINT.by(&api.caller(None)).await.problem(404, "not-found");
    let told = Exposition::read(&api.user("ada").get("/metrics").await.text);
    let count = |result| told.value("canvascal_google_notifications_total", &[("result", result)]);
    // The first one that was believed opened the channel.
    assert_eq!((count("believed"), count("rejected")), (Some(2.0), Some(1.0)));
}
