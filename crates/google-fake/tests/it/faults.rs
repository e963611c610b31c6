//! What goes wrong when told to.

use std::time::Duration;

use bytes::Bytes;
use google_fake::{Fault, Quota};
use http::Method;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::json;

use crate::client::{hour, world, world_with};

fn keeping_client() -> Client<HttpConnector, Full<Bytes>> {
    Client::builder(TokioExecutor::new()).build_http()
}

const EVENTS: &str = "/calendars/primary/events";

#[tokio::test]
async fn errors_come_in_their_shapes_and_in_their_order() {
    let world = world().await;
    let faults = [
        (Fault::backend_error(), 500, "backendError"),
        (Fault::unavailable(), 503, "backendError"),
        (Fault::rate_limit(), 403, "rateLimitExceeded"),
        (Fault::user_rate_limit(), 403, "userRateLimitExceeded"),
        (Fault::quota_exceeded(), 403, "quotaExceeded"),
        (Fault::unauthorized(), 401, "authError"),
        (Fault::full_sync_required(), 410, "fullSyncRequired"),
        (Fault::precondition_check_failed(), 412, "failedPrecondition"),
    ];
    for (fault, ..) in &faults {
        world.google.fail(fault.clone());
    }
    for (_, status, reason) in faults {
        world.program.get(EVENTS).await.refused(status, reason);
    }
    assert_eq!(world.google.faults_left(), 0);
    world.program.get(EVENTS).await.json(200);
}

#[tokio::test]
async fn answers_may_be_no_json_or_half_of_it() {
    let world = world().await;
    world.google.fail(Fault::bad_gateway());
    world.google.fail(Fault::empty(429).retry_after(7));
    world.google.fail(Fault::too_many_requests().retry_after(9));
    world.google.fail(Fault::bad_json());
    let gateway = world.program.get(EVENTS).await;
    assert_eq!((gateway.status, gateway.header("content-type")), (502, Some("text/html; charset=UTF-8")));
    let empty = world.program.get(EVENTS).await;
    assert_eq!((empty.status, empty.header("retry-after"), empty.text.as_str()), (429, Some("7"), ""));
    let limited = world.program.get(EVENTS).await;
    assert_eq!(limited.header("retry-after"), Some("9"));
    limited.refused(429, "rateLimitExceeded");
    let half = world.program.get(EVENTS).await;
    assert_eq!(half.status, 200);
    assert!(serde_json::from_str::<serde_json::Value>(&half.text).is_err());
}

#[tokio::test]
async fn connections_end_before_or_after_the_work() {
    let world = world().await;
    world.google.fail(Fault::cut_before().on_method("POST"));
    world.google.fail(Fault::cut_after().on_method("POST"));
    let ask = async || world.program.try_ask(Method::POST, EVENTS, None, Some(&hour("Study", 3, 9))).await;
    assert!(ask().await.is_none());
    assert_eq!(world.ada.events("ada@example.edu").len(), 0);
    assert!(ask().await.is_none());
    assert_eq!(world.ada.events("ada@example.edu").len(), 1, "it was done, and nobody knows");
    let log = world.google.take_requests();
    assert_eq!(log.iter().map(|asked| asked.status).collect::<Vec<_>>(), [None, None]);
}

#[tokio::test]
async fn faults_wait_for_what_they_are_for() {
    let world = world_with(|options| options.rules.page_rows = Some(1)).await;
    for day in 3..6 {
        world.ada.insert_event("ada@example.edu", hour("Study", day, 9));
    }
    world.google.fail(Fault::full_sync_required().on("events.list").on_page(2));
    world.google.fail(Fault::backend_error().on_path("/calendarList").times(2));
    world.google.fail(Fault::unauthorized().on_account("ben@example.edu"));
    let first = world.program.get(EVENTS).await.json(200);
    let page = first["nextPageToken"].as_str().unwrap();
    world.program.get(&format!("{EVENTS}?pageToken={page}")).await.refused(410, "fullSyncRequired");
    world.program.get(&format!("{EVENTS}?pageToken={page}")).await.json(200);
    for status in [500, 500, 200] {
        assert_eq!(world.program.get("/users/me/calendarList").await.status, status);
    }
    assert_eq!(world.google.faults_left(), 1);
    world.google.heal();
    assert_eq!(world.google.faults_left(), 0);
}

#[tokio::test]
async fn a_fake_that_is_dropped_answers_no_more() {
    let world = world().await;
    let (client, url) = (keeping_client(), format!("{}/calendar/v3/colors", world.google.url()));
    let ask = || client.get(url.parse().unwrap());
    assert_eq!(ask().await.unwrap().status(), 401);
    drop(world.google);
    // The connection is kept open by the client, until it notices.
    assert!(ask().await.is_err());
}

#[tokio::test]
async fn slow_answers_are_right_answers() {
    let world = world().await;
    world.google.fail(Fault::slow(Duration::from_millis(1)));
    world.program.get(EVENTS).await.json(200);
}

#[tokio::test]
async fn quotas_slide_and_a_patch_costs_three() {
    let world =
        world_with(|options| options.rules.quota = Some(Quota { per_person: 5, per_project: 100 })).await;
    let made = world.program.post(EVENTS, hour("Study", 3, 9)).await.json(200);
    let path = format!("{EVENTS}/{}", made["id"].as_str().unwrap());
    world.program.patch(&path, json!({"summary": "One"})).await.json(200);
    world.clock.advance_seconds(30);
    world.program.get(&path).await.json(200);
    world.program.get(&path).await.refused(403, "userRateLimitExceeded");
    world.clock.advance_seconds(30);
    world.program.patch(&path, json!({"summary": "Two"})).await.json(200);
}

#[tokio::test]
async fn the_log_tells_what_was_asked_and_hides_tokens() {
    let world = world().await;
    let (_, token, _) = world.program.walk(EVENTS).await;
    world.program.get(&format!("{EVENTS}?syncToken={token}")).await.json(200);
    let asked = world.google.requests().pop().unwrap();
    assert_eq!((asked.operation.as_str(), asked.status), ("events.list", Some(200)));
    assert_eq!(asked.account.as_deref(), Some("ada@example.edu"));
    assert_eq!(asked.parameter("syncToken"), Some("(hidden)"));
}
