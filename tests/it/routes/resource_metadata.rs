//! `GET /.well-known/oauth-protected-resource` and `GET /.well-known/oauth-protected-resource/mcp`

use crate::harness::{Api, Ask};

const METADATA: Ask = Ask::get("/.well-known/oauth-protected-resource");
const OF_MCP: Ask = Ask::get("/.well-known/oauth-protected-resource/mcp");

#[tokio::test]
async fn anybody_may_ask_who_hands_out_tokens() {
    let api = Api::start().await;
    let stranger = api.caller(None);
    let told = METADATA.by(&stranger).await.json(200);
    assert_eq!(told["resource"], format!("{}/mcp", api.url));
    assert_eq!(OF_MCP.by(&stranger).await.json(200), told);
    insta::assert_json_snapshot!(told, {".resource" => "…"});
}
