//! `/_fake/`, for programs in other languages.

use http::Method;
use serde_json::{Value, json};

use crate::client::{Reply, World, hour, send, world, world_with};

async fn control(world: &World, method: Method, name: &str, body: Value) -> Reply {
    let url = format!("{}/_fake/{name}", world.google.url());
    send(method, &url, &[("content-type", "application/json")], body.to_string()).await.unwrap()
}

#[tokio::test]
async fn what_tests_do_in_rust_others_do_over_http() {
    let world = world_with(|options| options.control = true).await;
    let post = async |name: &str, body: Value| control(&world, Method::POST, name, body).await.json(200);
    post("accounts", json!({"email": "ben@example.edu", "timeZone": "Europe/Paris"})).await;
    let token = post("tokens", json!({"account": "ben@example.edu", "scopes": ["calendar"]})).await;
    let mut ben = world.program.clone();
    ben.token = token["access_token"].as_str().unwrap().to_owned();
    let calendar =
        post("person", json!({"account": "ben@example.edu", "do": "calendar", "summary": "Mine"})).await;
    let calendar = calendar["id"].as_str().unwrap();
    let event = hour("Study", 3, 9);
    let deed = json!({"account": "ben@example.edu", "do": "insert", "calendar": calendar, "event": event});
    let made = post("person", deed).await;
    let path = format!("/calendars/{calendar}/events");
    let (items, sync, _) = ben.walk(&path).await;
    assert_eq!(items[0]["id"], made["id"]);
    assert_eq!(items[0]["start"]["timeZone"], "Europe/Paris");

    post(
        "faults",
        json!([{"effect": {"error": {"status": 503, "reason": "backendError", "message": "Later"}}}]),
    )
    .await;
    assert_eq!(ben.get(&path).await.status, 503);
    post(
        "faults",
        json!([{"on": {"operation": "events.list", "page": 1}, "effect": "cut_after", "times": 2}]),
    )
    .await;
    assert!(ben.try_ask(Method::GET, &path, None, None).await.is_none());
    control(&world, Method::DELETE, "faults", Value::Null).await.json(200);
    post("forget", json!({"calendar": calendar})).await;
    ben.get(&format!("{path}?syncToken={sync}")).await.refused(410, "fullSyncRequired");

    let channel = json!({"id": "one", "type": "web_hook", "address": "https://app.example/hook"});
    ben.post(&format!("{path}/watch"), channel).await.json(200);
    let waiting = control(&world, Method::GET, "notifications", Value::Null).await.json(200);
    assert_eq!(waiting[0]["headers"]["X-Goog-Resource-State"], "sync");
    assert_eq!(post("clock", json!({"advance_seconds": 60})).await["now"], "2026-03-02T08:01:00Z");
    let log = control(&world, Method::GET, "requests", Value::Null).await.json(200);
    assert_eq!(log[0]["operation"], "events.list");
    assert_eq!(control(&world, Method::POST, "person", json!({"do": "nothing"})).await.status, 400);
    assert_eq!(control(&world, Method::GET, "nothing", Value::Null).await.status, 404);
}

#[tokio::test]
async fn nobody_is_in_control_unless_it_is_allowed() {
    let world = world().await;
    assert_eq!(control(&world, Method::GET, "requests", Value::Null).await.status, 404);
}
