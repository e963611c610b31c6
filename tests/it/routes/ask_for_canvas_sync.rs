//! `POST /api/v1/sync/canvas`

use serde_json::json;

use crate::harness::{Api, Ask};

const ENDPOINT: Ask = Ask::post("/api/v1/sync/canvas");

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::with_canvas().await;
    let (student, _) = api.ada_at_canvas();
    api.connect_canvas(&api.user("ada"), &student).await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn whoever_does_not_want_to_wait_need_not() {
    let api = Api::with_canvas().await;
    let (ada, (student, biology)) = (api.user("ada"), api.ada_at_canvas());
    api.connect_canvas(&ada, &student).await;
    biology.assign(json!({"name": "Lab report", "due_at": "2026-03-22T05:59:59Z"}));
    api.settle().await;
    assert_eq!(ada.walk("/api/v1/tasks").await.len(), 1, "it is not due to be read");
    // However often it is asked for, it is done once.
    api.canvas().take_requests();
    for _ in 0..3 {
        let reply = ENDPOINT.by(&ada).await;
        assert_eq!(reply.headers["location"], "/api/v1/sync/canvas");
        assert_eq!(reply.json(202)["state"], "waiting");
    }
    api.settle().await;
    assert_eq!(ada.walk("/api/v1/tasks").await.len(), 2);
    let courses = api.canvas().requests().into_iter().filter(|asked| asked.name == "courses");
    assert_eq!(courses.count(), 1);
}

#[tokio::test]
async fn what_is_not_connected_cannot_be_asked_for() {
    let api = Api::with_canvas().await;
    let (ada, (student, _)) = (api.user("ada"), api.ada_at_canvas());
    assert_eq!(ENDPOINT.by(&ada).await.problem(409, "not-in-sync")["sync_state"], "off");
    api.connect_canvas(&ada, &student).await;
    student.revoke();
    ENDPOINT.by(&ada).await.json(202);
    api.settle().await;
    insta::assert_json_snapshot!(ENDPOINT.by(&ada).await.problem(409, "not-in-sync"));
}
