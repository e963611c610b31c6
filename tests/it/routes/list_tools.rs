//! `GET /api/v1/tools`

use crate::harness::{Api, Ask};

const ENDPOINT: Ask = Ask::get("/api/v1/tools");

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn every_tool_says_what_it_is_for_and_what_it_does_to_the_world() {
    let api = Api::start().await;
    let told = ENDPOINT.by(&api.user("ada")).await.json(200);
    insta::assert_json_snapshot!(told);
}
