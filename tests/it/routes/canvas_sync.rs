//! `GET /api/v1/sync/canvas`

use canvas_fake::Fault;
use serde_json::json;

use crate::harness::{Api, Ask};

const ENDPOINT: Ask = Ask::get("/api/v1/sync/canvas");

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::with_canvas().await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn it_is_told_how_far_a_sync_has_come() {
    let api = Api::with_canvas().await;
    let (ada, (student, _)) = (api.user("ada"), api.ada_at_canvas());
    let mut told = vec![ENDPOINT.by(&ada).await.json(200)];
    ada.put("/api/v1/canvas/account", api.canvas_token(&student)).await.json(200);
    told.push(ENDPOINT.by(&ada).await.json(200));
    // The second course cannot be read.
    let history = api.canvas().course("History", json!({}));
    history.enroll(&student);
    api.canvas().fail(Fault::status(503).on("assignments").after(1).times(3));
    api.settle().await;
    told.push(ENDPOINT.by(&ada).await.json(200));
    api.clock.advance_minutes(1);
    api.settle().await;
    told.push(ENDPOINT.by(&ada).await.json(200));
    student.revoke();
    told.push(api.read_canvas(&ada).await);
    insta::assert_json_snapshot!(told);
}
