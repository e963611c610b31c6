//! `POST /mcp`

use http::Request;
use serde_json::{Value, json};

use crate::harness::{Api, Ask, Caller, Reply, Token};

const ENDPOINT: Ask = Ask::post("/mcp");

/// The last version of the protocol with a handshake, and the first without.
const LEGACY: &str = "2025-11-25";
const MODERN: &str = "2026-07-28";

/// Sends a message, with these headers besides.
async fn send(caller: &Caller, headers: &[(&str, &str)], message: &Value) -> Reply {
    let mut request = caller.request("POST", "/mcp");
    request = request.header("content-type", "application/json");
    request = request.header("accept", "application/json, text/event-stream");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    caller.ask(request.body(message.to_string().into()).unwrap()).await
}

fn request(method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
}

/// Asks in the way before 2026.
async fn ask(caller: &Caller, method: &str, params: Value) -> Value {
    send(caller, &[("mcp-protocol-version", LEGACY)], &request(method, &params)).await.json(200)
}

/// Calls a tool in the way since 2026: whatever a message needs comes with it.
async fn call(caller: &Caller, tool: &str, arguments: Value) -> Value {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "scripted", "version": "1"},
    });
    let message = request("tools/call", &json!({"name": tool, "arguments": arguments, "_meta": meta}));
    let headers = [("mcp-protocol-version", MODERN), ("mcp-method", "tools/call"), ("mcp-name", tool)];
    let answer = send(caller, &headers, &message).await.json(200);
    let result = &answer["result"];
    assert_eq!(result["resultType"], "complete", "{answer}");
    assert_eq!(result["isError"], false, "{answer}");
    let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(result["structuredContent"], text, "it is told as text as well");
    result["structuredContent"].clone()
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    ENDPOINT.with(json!({})).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn a_stranger_is_told_where_to_learn_who_hands_out_tokens() {
    let api = Api::start().await;
    for token in [None, Some("guessed".to_owned())] {
        let reply = send(&api.caller(token), &[], &json!({})).await;
        assert_eq!(reply.status, 401);
        let challenge = reply.headers["www-authenticate"].to_str().unwrap();
        let metadata = format!("resource_metadata=\"{}/.well-known/oauth-protected-resource/mcp\"", api.url);
        assert!(challenge.starts_with("Bearer ") && challenge.contains(&metadata), "{challenge}");
        let (_, rest) = challenge.split_once("resource_metadata=\"").unwrap();
        let url = rest.split('"').next().unwrap().strip_prefix(&api.url).unwrap().to_owned();
        api.caller(None).get(&url).await.json(200);
    }
}

#[tokio::test]
async fn a_client_of_before_2026_shakes_hands_and_finds_the_tools() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let hello = json!({
        "protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "scripted", "version": "1"},
    });
    let answer = send(&ada, &[], &request("initialize", &hello)).await.json(200);
    assert_eq!(answer["result"]["protocolVersion"], LEGACY);
    insta::assert_json_snapshot!(answer["result"]["capabilities"]);
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let reply = send(&ada, &[("mcp-protocol-version", LEGACY)], &ready).await;
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (202, ""));
    let told = ask(&ada, "tools/list", json!({})).await;
    let served = ada.get("/api/v1/tools").await.json(200);
    for (over_mcp, over_http) in
        told["result"]["tools"].as_array().unwrap().iter().zip(served["tools"].as_array().unwrap())
    {
        assert_eq!(over_mcp["name"], over_http["name"]);
        assert_eq!(over_mcp["inputSchema"], over_http["input_schema"]);
        assert_eq!(over_mcp["outputSchema"], over_http["output_schema"]);
        for (hint, value) in over_http["annotations"].as_object().unwrap() {
            assert_eq!(&over_mcp["annotations"][hint], value, "{hint}");
        }
    }
    let called = ask(&ada, "tools/call", json!({"name": "list_tasks", "arguments": {}})).await;
    assert_eq!(called["result"]["structuredContent"], json!({"tasks": [], "has_more": false}));
}

#[tokio::test]
async fn a_client_since_2026_discovers_what_there_is_without_shaking_hands() {
    let api = Api::start().await;
    let meta = json!({"io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {}});
    let headers = [("mcp-protocol-version", MODERN), ("mcp-method", "server/discover")];
    let message = request("server/discover", &json!({"_meta": meta}));
    let answer = send(&api.user("ada"), &headers, &message).await.json(200);
    let versions = answer["result"]["supportedVersions"].as_array().unwrap();
    assert!(versions.contains(&json!(MODERN)), "{answer}");
    assert!(answer["result"]["capabilities"]["tools"].is_object(), "{answer}");
}

#[tokio::test]
async fn what_a_model_can_do_something_about_is_a_result_and_what_it_cannot_an_error() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let mut told = Vec::new();
    for (name, arguments) in [
        ("no_such_tool", json!({})),
        ("list_tasks", json!({"limit": 0})),
        ("slack", json!({"task_id": "00000000-0000-4000-8000-00000000abcd"})),
    ] {
        let answer = ask(&ada, "tools/call", json!({"name": name, "arguments": arguments})).await;
        told.push(json!({"error": answer["error"], "result": answer["result"]}));
    }
    insta::assert_json_snapshot!(told);
}

#[tokio::test]
async fn whoever_may_only_look_is_told_so_before_anything_is_done() {
    let api = Api::start().await;
    let token = Token::of("ada", &api.clock).with("scope", "calendar:read").text();
    let agent = api.caller(Some(token));
    let message = request("tools/call", &json!({"name": "create_task", "arguments": {}}));
    let reply = send(&agent, &[("mcp-protocol-version", LEGACY)], &message).await;
    reply.problem(403, "insufficient-scope");
    assert!(reply.headers["www-authenticate"].to_str().unwrap().contains("insufficient_scope"));
    ask(&agent, "tools/call", json!({"name": "list_tasks", "arguments": {}})).await;
}

#[tokio::test]
async fn pages_of_others_do_not_get_in() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let list = request("tools/list", &json!({}));
    for (origin, status) in [
        ("https://evil.example", 403),
        ("null", 403),
        (api.url.as_str(), 200),
        // The front end that tokens are made for.
        ("http://localhost:3000", 200),
    ] {
        let reply = send(&ada, &[("mcp-protocol-version", LEGACY), ("origin", origin)], &list).await;
        assert_eq!(reply.status, status, "{origin}: {}", reply.text);
    }
    // A name that was made to lead here.
    let rebound =
        [("mcp-protocol-version", LEGACY), ("origin", "http://evil.example"), ("host", "evil.example")];
    send(&ada, &rebound, &list).await.problem(403, "forbidden");
}

#[tokio::test]
async fn there_is_nothing_to_stream_and_no_session_to_end() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for method in ["GET", "DELETE"] {
        let request: Request<_> = ada.request(method, "/mcp").body(http_body_util::Full::default()).unwrap();
        let reply = ada.ask(request).await;
        reply.problem(405, "method-not-allowed");
        assert_eq!(reply.headers["allow"], "POST, OPTIONS");
    }
}

/// An agent and a student on a Wednesday on which a guest lecture appears in Google.
#[tokio::test]
async fn an_agent_resolves_what_a_new_class_in_google_brings_about_and_takes_it_back() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    let games = ada.event("Games", "CHILL", "2026-03-04T18:00", "2026-03-04T20:00").await;
    let at_google = api.connect_google(&ada).await;
    let day = json!({"from": "2026-03-04T08:00:00Z", "to": "2026-03-05T08:00:00Z"});
    let free = call(&ada, "check_availability", day.clone()).await;
    assert_eq!(free["unknown_calendars"], json!([]));
    assert_eq!(free["known_as_of"], "2026-03-02T08:00:00Z");

    api.hear().await;
    at_google.insert_event(at_google.primary(), json!({
        "summary": "Guest lecture", "start": {"dateTime": "2026-03-04T18:30:00Z"}, "end": {"dateTime": "2026-03-04T21:00:00Z"},
    }));
    api.hear().await;
    let before = ada.events().await;
    assert_eq!(before.len(), 2, "{before:?}");
    assert_ne!(call(&ada, "check_availability", day).await["gaps"], free["gaps"]);

    let proposed = call(&ada, "reschedule_conflicts", json!({})).await;
    let change = &proposed["proposal"]["changes"][0];
    assert_eq!((&change["action"], &change["event_id"]), (&json!("MOVE"), &games["id"]), "{proposed}");
    let proposal = json!({"proposal_id": proposed["proposal"]["proposal_id"]});
    let explained = call(&ada, "explain_proposal", proposal.clone()).await;
    assert_eq!(explained["changes"][0]["reason_code"], "PROTECTED_WINDOW");
    assert_eq!(ada.events().await, before, "nothing is applied");

    call(&ada, "accept_proposal", proposal.clone()).await;
    let start = |events: &[Value]| {
        events.iter().find(|event| event["id"] == games["id"]).unwrap()["start_ts"].clone()
    };
    assert_eq!(start(&ada.events().await), change["to"][0]["start"]);
    let undone = call(&ada, "undo", proposal).await;
    assert_eq!((&undone["restored"], &undone["kept"]), (&json!(1), &json!([])));
    let times = |events: Vec<Value>| -> Vec<(Value, Value, Value)> {
        let time = |event: Value| (event["id"].clone(), event["start_ts"].clone(), event["end_ts"].clone());
        events.into_iter().map(time).collect()
    };
    assert_eq!(times(ada.events().await), times(before), "it ends as it began");
    let history = ada.get("/api/rebalancing/history?action=TOOL_CALLED").await.json(200);
    let agents: Vec<&Value> =
        history["items"].as_array().unwrap().iter().map(|entry| &entry["detail"]["agent"]).collect();
    assert_eq!(agents, vec![&json!("scripted 1"); 6]);
}
