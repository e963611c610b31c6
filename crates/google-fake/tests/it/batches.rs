//! Many requests in one.

use google_fake::Fault;
use http::Method;
use serde_json::{Value, json};

use crate::client::{Reply, World, hour, send, world};

/// Sends a batch of parts: their ids, and what each asks for.
async fn batch(world: &World, parts: &[(&str, String)]) -> Reply {
    let part = |(id, part): &(&str, String)| {
        format!("--b\r\nContent-Type: application/http\r\nContent-ID: <{id}>\r\n\r\n{part}\r\n")
    };
    let body = parts.iter().map(part).collect::<String>() + "--b--\r\n";
    let bearer = format!("Bearer {}", world.program.token);
    let headers = [("authorization", bearer.as_str()), ("content-type", "multipart/mixed; boundary=b")];
    send(Method::POST, &world.google.endpoints().batch, &headers, body).await.unwrap()
}

fn insert(event: &Value) -> String {
    format!(
        "POST /calendar/v3/calendars/primary/events HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{event}"
    )
}

/// The parts of an answer, in their order: ids, statuses, bodies.
fn parts(reply: &Reply) -> Vec<(String, u16, Value)> {
    let boundary = reply.header("content-type").unwrap().split("boundary=").nth(1).unwrap();
    let mut parts = Vec::new();
    for part in reply.text.split(&format!("--{boundary}")).filter(|part| part.contains("HTTP/1.1")) {
        let id = part.split("Content-ID: <response-").nth(1).unwrap().split('>').next().unwrap();
        let status = part.split("HTTP/1.1 ").nth(1).unwrap()[..3].parse().unwrap();
        let body = part.rsplit("\r\n\r\n").next().unwrap();
        parts.push((id.to_owned(), status, serde_json::from_str(body).unwrap_or_default()));
    }
    parts
}

#[tokio::test]
async fn every_part_is_answered_for_itself() {
    let world = world().await;
    let made = world.ada.insert_event("ada@example.edu", hour("Old", 3, 9));
    let path = format!("/calendar/v3/calendars/primary/events/{}", made["id"].as_str().unwrap());
    let patch = |etag: &str| {
        format!(
            "PATCH {path} HTTP/1.1\r\nContent-Type: application/json\r\nIf-Match: {etag}\r\n\r\n{{\"summary\":\"New\"}}"
        )
    };
    let reply = batch(
        &world,
        &[
            ("a", insert(&hour("One", 4, 9))),
            ("b", patch("\"stale\"")),
            ("c", format!("GET {path}?fields=summary HTTP/1.1")),
            ("d", "GET /calendar/v3/calendars/nobody/events HTTP/1.1".to_owned()),
            ("e", format!("DELETE {path} HTTP/1.1\r\nAuthorization: Bearer nonsense")),
        ],
    )
    .await;
    assert_eq!(reply.status, 200);
    let parts = parts(&reply);
    let told: Vec<(&str, u16)> = parts.iter().map(|(id, status, _)| (id.as_str(), *status)).collect();
    assert_eq!(told, [("a", 200), ("b", 412), ("c", 200), ("d", 404), ("e", 401)]);
    assert_eq!(parts[2].2, json!({"summary": "Old"}));
    assert_eq!(world.google.round_trips(), 1);
    assert_eq!(world.google.requests().len(), 6);
}

#[tokio::test]
async fn parts_are_told_apart_and_limited_in_number() {
    let world = world().await;
    let get = || "GET /calendar/v3/calendars/primary HTTP/1.1".to_owned();
    let twice = batch(&world, &[("a", get()), ("a", get())]).await.refused(400, "badRequest");
    assert_eq!(twice["error"]["message"], "Duplicate Request ID in Batch Request");
    let ids: Vec<String> = (0..51).map(|number| number.to_string()).collect();
    let many: Vec<(&str, String)> = ids.iter().map(|id| (id.as_str(), get())).collect();
    batch(&world, &many).await.refused(400, "badRequest");
    assert_eq!(parts(&batch(&world, &many[..50]).await).len(), 50);
}

#[tokio::test]
async fn parts_go_wrong_when_told_to() {
    let world = world().await;
    let some = [
        ("a", insert(&hour("One", 4, 9))),
        ("b", insert(&hour("Two", 5, 9))),
        ("c", insert(&hour("Three", 6, 9))),
        ("d", insert(&hour("Four", 7, 9))),
    ];
    world.google.fail(Fault::reordered_parts());
    let told = parts(&batch(&world, &some).await);
    let mut ids: Vec<&str> = told.iter().map(|(id, ..)| id.as_str()).collect();
    assert_ne!(ids, ["a", "b", "c", "d"]);
    ids.sort_unstable();
    assert_eq!(ids, ["a", "b", "c", "d"]);

    world.google.fail(Fault::missing_part(1));
    assert_eq!(parts(&batch(&world, &some).await).len(), 3);
    assert_eq!(world.ada.events("ada@example.edu").len(), 8, "it was done, and not answered");

    world.google.fail(Fault::rate_limit().on("events.insert").after(2));
    let told = parts(&batch(&world, &some).await);
    assert_eq!(told.iter().map(|part| part.1).collect::<Vec<_>>(), [200, 200, 403, 200]);

    world.google.fail(Fault::cut_before().on("events.insert"));
    world.google.fail(Fault::cut_after().on("events.insert"));
    assert_eq!(parts(&batch(&world, &some).await).len(), 2);
    assert_eq!(world.ada.events("ada@example.edu").len(), 14);

    world.google.fail(Fault::unauthorized().on("batch"));
    assert_eq!(batch(&world, &some).await.status, 401);
}
