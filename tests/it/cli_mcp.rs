//! `canvascal mcp`, as desktop agents run it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::task::block_in_place;

use crate::harness::{Api, Token};
use crate::tools::program;

/// What the program answers to these messages, each in its line.
fn answers(url: &str, token: &str, messages: &[Value], wanted: usize) -> Vec<Value> {
    let mut agent = program::command(&["mcp", "--stdio", "--url", url]);
    let mut agent = agent.env("CANVASCAL_TOKEN", token).stdin(Stdio::piped()).spawn().unwrap();
    let mut input = agent.stdin.take().unwrap();
    for message in messages {
        writeln!(input, "{message}").unwrap();
    }
    let lines = BufReader::new(agent.stdout.take().unwrap()).lines();
    let answers = lines.take(wanted).map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    drop(input);
    assert!(agent.wait().unwrap().success());
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_on_this_machine_speaks_with_a_server_over_standard_input_and_output() {
    let api = Api::start().await;
    let token = Token::of("ada", &api.clock).text();
    let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "desk", "version": "1"}});
    let messages = [
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "list_tasks", "arguments": {}}}),
    ];
    let told = block_in_place(|| answers(&api.url, &token, &messages, 2));
    assert_eq!(told[0]["result"]["serverInfo"]["name"], "canvascal");
    assert_eq!((&told[1]["id"], &told[1]["result"]["structuredContent"]["tasks"]), (&json!(2), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_is_told_in_the_protocols_words_without_the_token() {
    let api = Api::start().await;
    let list = json!({"jsonrpc": "2.0", "id": "a", "method": "tools/list"});
    let told = block_in_place(|| answers(&api.url, "a-guessed-token", &[list], 1));
    assert_eq!((&told[0]["id"], &told[0]["error"]["code"]), (&json!("a"), &json!(-32000)));
    assert!(told[0]["error"]["message"].as_str().unwrap().starts_with("401"), "{told:?}");
    assert!(!told[0].to_string().contains("guessed"));
}

#[test]
fn a_token_does_not_go_out_over_an_open_line() {
    let refused = program::answer(
        &["mcp", "--stdio", "--url", "http://calendar.example.com", "--token", "secret-1"],
        "",
    );
    assert!(!refused.status.success());
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(told.contains("has to be https") && !told.contains("secret-1"), "{told}");
}
