//! `GET /metrics`

use std::collections::BTreeSet;

use http::Method;
use serde_json::json;

use super::health::lock_database;
use crate::harness::{Api, Ask, Caller, NOBODYS};
use crate::tools::crowd::reject_path;
use crate::tools::openmetrics::Exposition;

const ENDPOINT: Ask = Ask::get("/metrics");

async fn read(api: &Api) -> Exposition {
    let reply = ENDPOINT.by(&api.caller(None)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    Exposition::read(&reply.text)
}

async fn send(caller: &Caller, method: &str, path: &str, status: u16) {
    let reply = caller.send(method.parse::<Method>().unwrap(), path, None).await;
    assert_eq!(reply.status, status, "{method} {path}: {}", reply.text);
}

#[tokio::test]
async fn everybody_is_told_where_no_token_is_set() {
    let api = Api::start().await;
    for caller in [api.caller(None), api.user("ada"), api.caller(Some("no token at all".to_owned()))] {
        let reply = ENDPOINT.by(&caller).await;
        assert_eq!(reply.status, 200);
        let kind = reply.headers["content-type"].to_str().unwrap();
        assert_eq!(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    }
}

#[tokio::test]
async fn each_metric_has_a_name_a_type_and_a_meaning() {
    let api = Api::start().await;
    let ada = api.user("ada");
    ada.accept(&ada.propose(&ada.crammed_monday().await).await).await;
    let told = read(&api).await;
    let families: Vec<String> =
        told.families.iter().map(|(name, family)| format!("{name}: {}", family.kind)).collect();
    insta::assert_json_snapshot!(families);
    let table = include_str!("../../../docs/how-to/operate.md");
    for (name, family) in &told.families {
        let suffix = match family.kind.as_str() {
            "counter" => "_total",
            "info" => "_info",
            _ => "",
        };
        assert!(table.contains(&format!("`{name}{suffix}`")), "docs/how-to/operate.md lacks {name}{suffix}");
    }
    let started = told.value("process_start_time_seconds", &[]).unwrap();
    assert!(started > 1_700_000_000.0);
}

#[tokio::test]
async fn requests_are_counted_by_the_pattern_of_their_route() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for path in ["/api/v1/events/7", "/api/v1/events/8?secret=hunter2"] {
        send(&ada, "GET", path, 400).await;
    }
    send(&ada, "GET", &format!("/api/v1/events/{NOBODYS}"), 404).await;
    send(&ada, "GET", "/nowhere/hunter2", 404).await;
    send(&api.caller(None), "DELETE", "/api/v1/tasks/1", 401).await;
    send(&ada, "BREW", "/api/v1/tasks", 405).await;
    let text = ENDPOINT.by(&ada).await.text;
    assert!(!text.contains("hunter2") && !text.contains(NOBODYS), "{text}");
    let told = Exposition::read(&text);
    for (method, route, status, times) in [
        ("GET", "/api/v1/events/{id}", "400", 2.0),
        ("GET", "/api/v1/events/{id}", "404", 1.0),
        ("GET", "none", "404", 1.0),
        ("DELETE", "/api/v1/tasks/{id}", "401", 1.0),
        ("other", "/api/v1/tasks", "405", 1.0),
    ] {
        let labels = [("method", method), ("route", route), ("status", status)];
        assert_eq!(told.value("http_requests_total", &labels), Some(times), "{labels:?}");
    }
    let labels = [("method", "GET"), ("route", "/api/v1/events/{id}")];
    assert_eq!(told.value("http_request_duration_seconds_count", &labels), Some(3.0));
    assert_eq!(told.value("http_requests_in_flight", &[]), Some(1.0), "the one that asks");
}

#[tokio::test]
async fn what_callers_make_up_takes_no_more_room() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let ask = async |number: usize| {
        send(&ada, "GET", &format!("/nowhere/{number}"), 404).await;
        send(&ada, &format!("BREW{number}"), "/nowhere", 404).await;
        send(&ada, "GET", &format!("/api/v1/tasks?limit={number}000"), 400).await;
        send(&ada, &format!("BREW{number}"), "/api/v1/tasks", 405).await;
        send(&ada, "GET", &format!("/api/rebalancing/history?action=A{number}"), 400).await;
        let body = json!({"trigger_item_id": uuid::Uuid::from_u128(number as u128)});
        ada.post("/api/rebalancing/proposals", body).await;
    };
    ask(0).await;
    // The first of these finds the series of the metrics' own requests.
    read(&api).await;
    let before = read(&api).await.size();
    for number in 1..=8 {
        ask(number).await;
    }
    assert_eq!(read(&api).await.size(), before);
}

#[tokio::test]
async fn plans_and_decisions_are_counted() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.crammed_monday().await;
    let before = read(&api).await;
    for rule in before.families["canvascal_checker_violations"].samples.values() {
        assert_eq!(rule.to_bits(), 0);
    }
    let decided = |told: &Exposition, decision, result| {
        let labels = [("decision", decision), ("result", result)];
        told.value("canvascal_decisions_total", &labels).unwrap()
    };
    assert_eq!(decided(&before, "undo", "refused").to_bits(), 0, "what never happened is 0, and not unknown");
    let proposal = ada.propose(&exam).await;
    let other = ada.propose(&exam).await;
    ada.call(&reject_path(&proposal)).await.problem(409, "not-open");
    ada.accept(&other).await;
    ada.post("/api/rebalancing/proposals", json!({"trigger_item_id": exam["id"]}))
        .await
        .problem(409, "cooldown");
    ada.undo(&other).await.json(200);
    ada.undo(&proposal).await.problem(409, "not-undoable");
    ada.undo(&json!({"proposal_id": NOBODYS})).await.problem(404, "not-found");
    let last = ada.propose(&exam).await;
    ada.call(&reject_path(&last)).await.json(200);

    let told = read(&api).await;
    for (decision, result, times) in [
        ("create", "done", 3.0),
        ("create", "refused", 1.0),
        ("accept", "done", 1.0),
        ("accept", "refused", 0.0),
        ("reject", "done", 1.0),
        ("reject", "refused", 1.0),
        ("undo", "done", 1.0),
        ("undo", "refused", 2.0),
    ] {
        assert!((decided(&told, decision, result) - times).abs() < 0.5, "{decision} {result}");
    }
    let reason = |decision, result, reason| {
        let labels = [("decision", decision), ("result", result), ("reason", reason)];
        told.value("canvascal_decision_reasons_total", &labels)
    };
    assert_eq!(reason("create", "refused", "COOLDOWN"), Some(1.0));
    assert_eq!(reason("undo", "refused", "PROPOSAL_NOT_FOUND"), Some(1.0));
    let of_accepted = other["reason_codes"].as_array().unwrap();
    assert!(!of_accepted.is_empty());
    for code in of_accepted {
        let with_it =
            [&proposal, &other, &last].map(|one| one["reason_codes"].as_array().unwrap().contains(code));
        let times = with_it.into_iter().map(|is_there| f64::from(u8::from(is_there))).sum();
        assert_eq!(reason("create", "done", code.as_str().unwrap()), Some(times), "{code}");
        assert_eq!(reason("accept", "done", code.as_str().unwrap()), Some(1.0), "{code}");
    }
    assert_eq!(told.value("canvascal_planning_duration_seconds_count", &[("proven", "true")]), Some(3.0));
    assert_eq!(told.value("canvascal_planning_work_count", &[]), Some(3.0));
}

#[tokio::test]
async fn the_connections_to_the_database_are_told_though_it_is_gone() {
    let api = Api::start().await;
    api.user("ada").lecture().await;
    let names = BTreeSet::from([
        "canvascal_database_connections",
        "canvascal_database_connections_max",
        "canvascal_database_connections_waiting",
    ]);
    lock_database(&api, true).await;
    let told = read(&api).await;
    assert!(names.iter().all(|name| told.families.contains_key(*name)));
    assert_eq!(told.value("canvascal_database_connections_max", &[]), Some(16.0));
    assert_eq!(told.value("canvascal_database_connections_waiting", &[]), Some(0.0));
    assert_eq!(told.value("canvascal_database_connections", &[("state", "in_use")]), Some(0.0));
}
