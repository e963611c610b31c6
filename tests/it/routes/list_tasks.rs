//! `GET /api/v1/tasks`

use serde_json::{Value, json};

use crate::harness::{Api, Ask, without};

const ENDPOINT: Ask = Ask::get("/api/v1/tasks");

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    api.user("ada").essay().await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn what_another_user_owns_is_not_listed() {
    let api = Api::start().await;
    api.user("ada").essay().await;
    let page = ENDPOINT.by(&api.user("eve")).await.json(200);
    assert_eq!(page, json!({"items": [], "next_cursor": null}));
}

#[tokio::test]
async fn tasks_come_in_the_order_in_which_they_were_made() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let first = ada.exam("2026-03-05T12:00", 120).await;
    api.clock.advance_minutes(1);
    let second = ada.essay().await;
    api.clock.advance_minutes(1);
    let last = ada.essay().await;
    let page = ENDPOINT.by(&ada).await.json(200);
    assert_eq!(page["items"], json!([first, second, last]));
    insta::assert_json_snapshot!(page);
}

#[tokio::test]
async fn a_walk_over_pages_meets_every_task_once() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.essay().await;
    // Many that were made at one moment, and some a microsecond before and after.
    let sql = "INSERT INTO tasks (user_id, id, title, created_at)
               SELECT u.id, gen_random_uuid(), 'task ' || n,
                      timestamptz '2026-03-02 08:00Z' + (n / 100 - 2) * interval '0.000001 s'
                 FROM users u, generate_series(1, 500) n";
    api.db.client().await.unwrap().batch_execute(sql).await.unwrap();
    let whole = ada.walk("/api/v1/tasks?limit=200").await;
    let mut ids: Vec<&Value> = whole.iter().map(|task| &task["id"]).collect();
    ids.sort_by_key(|id| id.as_str());
    ids.dedup();
    assert_eq!((whole.len(), ids.len()), (501, 501));
    assert_eq!(ada.walk("/api/v1/tasks?limit=7").await, whole);
    assert_eq!(ada.walk("/api/v1/tasks").await, whole);
}

#[tokio::test]
async fn a_walk_goes_on_where_it_was_though_its_last_task_is_gone() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let (first, second) = (ada.essay().await, ada.essay().await);
    let page = ada.get("/api/v1/tasks?limit=1").await.json(200);
    assert_eq!(without(&page, "next_cursor"), json!({"items": [first]}));
    Ask::delete("/api/v1/tasks/{id}").of(&first).by(&ada).await.nothing();
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = ada.get(&format!("/api/v1/tasks?limit=1&cursor={cursor}")).await.json(200);
    assert_eq!(rest, json!({"items": [second], "next_cursor": null}));
}

#[tokio::test]
async fn a_parameter_that_does_not_fit_is_named() {
    let api = Api::start().await;
    let queries = ["limit=0", "limit=201", "limit=x", "cursor=", "cursor=abc", "from=2026-03-04T12:00:00Z"];
    insta::assert_json_snapshot!(api.user("ada").refused_queries("/api/v1/tasks", &queries).await);
}
