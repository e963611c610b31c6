//! Paths that lead nowhere, and methods that a resource does not have.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Map, json};

use crate::harness::{Api, Ask, NOBODYS};

#[tokio::test]
async fn an_unknown_path_is_told_to_everybody() {
    let api = Api::start().await;
    let mut told = Map::new();
    for path in [
        "/",
        "/api",
        "/api/v1",
        "/api/v2/events",
        "/api/v1/events/",
        "/api/v1//events",
        "/API/v1/events",
        "/api/v1/events/00000000-0000-4000-8000-00000000abcd/title",
        "/api/rebalancing/proposals/00000000-0000-4000-8000-00000000abcd/undo",
        "/api/v1/events/../tasks",
        "/api/v1/ev%65nts/x/y",
        "/%00",
    ] {
        for caller in [api.caller(None), api.user("ada")] {
            told.insert(path.to_owned(), caller.get(path).await.problem(404, "unknown-path"));
        }
    }
    insta::assert_json_snapshot!(told);
}

#[tokio::test]
async fn a_long_path_is_not_repeated() {
    let api = Api::start().await;
    let problem = api.user("ada").get(&format!("/{}", "x".repeat(2000))).await.problem(404, "unknown-path");
    assert!(problem["detail"].as_str().unwrap().len() < 200);
}

#[tokio::test]
async fn another_method_is_told_those_that_there_are() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let all = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"];
    let mut told = BTreeMap::new();
    for endpoint in api::routes::endpoints() {
        let has: Vec<String> = endpoint.methods().map(ToString::to_string).collect();
        let is_there =
            |method: &str| has.iter().any(|name| name == method || (name == "GET" && method == "HEAD"));
        for method in all.into_iter().filter(|method| !is_there(method)) {
            let ask = Ask::new(method.parse().unwrap(), endpoint.path()).at(NOBODYS);
            let reply = ask.by(&ada).await;
            assert_eq!(reply.status, 405, "{method} {}", endpoint.path());
            let allow = reply.headers["allow"].to_str().unwrap();
            for method in all {
                assert_eq!(allow.split(", ").any(|allowed| allowed == method), is_there(method), "{allow}");
            }
            if method != "HEAD" {
                let problem = reply.problem(405, "method-not-allowed");
                told.insert(endpoint.path(), json!({"allow": allow, "problem": problem}));
            }
        }
    }
    insta::assert_json_snapshot!(told);
}

#[tokio::test]
async fn options_tell_the_methods_too() {
    let api = Api::start().await;
    for endpoint in api::routes::endpoints() {
        let reply = Ask::new(Method::OPTIONS, endpoint.path()).at(NOBODYS).by(&api.caller(None)).await;
        reply.nothing();
        let allow = reply.headers["allow"].to_str().unwrap();
        assert!(endpoint.methods().all(|method| allow.split(", ").any(|allowed| allowed == method.as_str())));
    }
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let event = ada.lecture().await;
    let path = format!("/api/v1/events/{}", event["id"].as_str().unwrap());
    let head = ada.send(Method::HEAD, &path, None).await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
    assert_eq!(api.caller(None).send(Method::HEAD, &path, None).await.status, 401);
    assert_eq!(api.user("eve").send(Method::HEAD, &path, None).await.status, 404);
}
