//! `DELETE /api/v1/canvas/account`

use crate::harness::{Api, Ask};

const ENDPOINT: Ask = Ask::delete("/api/v1/canvas/account");

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::with_canvas().await;
    let (student, _) = api.ada_at_canvas();
    api.connect_canvas(&api.user("ada"), &student).await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn everything_is_forgotten_but_the_tasks() {
    let api = Api::with_canvas().await;
    let (ada, (student, _)) = (api.user("ada"), api.ada_at_canvas());
    api.connect_canvas(&ada, &student).await;
    let tasks = ada.walk("/api/v1/tasks").await;
    assert_eq!(tasks.len(), 1);
    ENDPOINT.by(&ada).await.nothing();
    let rows = api.rows_of("ada").await;
    for table in ["canvas_accounts", "canvas_courses", "canvas_items", "canvas_pages", "canvas_sign_ins"] {
        assert!(rows[table].as_array().is_none_or(Vec::is_empty), "{table}: {}", rows[table]);
    }
    assert_eq!(ada.walk("/api/v1/tasks").await, tasks);
    // Whoever comes back gets the same tasks, and none twice.
    api.connect_canvas(&ada, &student).await;
    assert_eq!(ada.walk("/api/v1/tasks").await, tasks);
    ENDPOINT.by(&ada).await.nothing();
    insta::assert_json_snapshot!(ENDPOINT.by(&ada).await.problem(404, "not-found"));
    ENDPOINT.by(&Api::start().await.user("ada")).await.problem(404, "canvas-not-configured");
}
