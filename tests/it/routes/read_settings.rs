//! `GET /api/v1/settings`

use serde_json::json;

use crate::harness::{Api, Ask, with};

const ENDPOINT: Ask = Ask::get("/api/v1/settings");

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn whoever_has_settled_nothing_has_the_defaults() {
    let api = Api::start().await;
    insta::assert_json_snapshot!(ENDPOINT.by(&api.user("ada")).await.json(200));
}

#[tokio::test]
async fn each_user_has_their_own() {
    let api = Api::start().await;
    let (ada, eve) = (api.user("ada"), api.user("eve"));
    let defaults = ENDPOINT.by(&eve).await.json(200);
    let members = json!({"churn_cap": 1, "time_zone": "Asia/Tokyo"});
    let put = ada.put("/api/v1/settings", members.clone()).await.json(200);
    assert_eq!(put, with(&defaults, members));
    assert_eq!(ENDPOINT.by(&ada).await.json(200), put);
    assert_eq!(ENDPOINT.by(&eve).await.json(200), defaults);
}
