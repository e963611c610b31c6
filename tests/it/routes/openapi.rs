//! `GET /openapi.json`

use serde_json::Value;

use crate::harness::{Api, Ask};

const ENDPOINT: Ask = Ask::get("/openapi.json");

#[tokio::test]
async fn strangers_get_the_document_that_the_code_gives() {
    let api = Api::start().await;
    let reply = ENDPOINT.by(&api.caller(None)).await;
    assert_eq!(reply.json(200), api::openapi::of_the_api());
    assert_eq!(reply.headers["content-type"], "application/json");
    let broken = ENDPOINT.by(&api.caller(Some("no token at all".to_owned()))).await;
    assert_eq!(broken.json(200)["openapi"], Value::from("3.1.0"));
}
