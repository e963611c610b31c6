//! The `OpenAPI` document: it says what there is, and what it says holds.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use crate::harness::contract;
use crate::tidy::endpoints;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");

#[test]
fn the_committed_document_is_that_of_the_code() {
    let told = format!("{:#}\n", contract::document());
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::write(COMMITTED, &told).unwrap();
    }
    let committed = fs::read_to_string(COMMITTED).unwrap();
    assert!(committed == told, "docs/openapi.json is another: UPDATE_OPENAPI=1 writes it anew");
}

#[test]
fn every_endpoint_is_told_and_nothing_else() {
    let mut told = BTreeSet::new();
    for (path, item) in contract::document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{} {path}", method.to_uppercase());
            let is_public = operation["security"] == json!([]);
            told.insert((name, is_public));
        }
    }
    // Its protocol describes itself.
    let described = endpoints().into_iter().filter(|(name, _)| name != "POST /mcp");
    assert_eq!(told, described.collect::<BTreeSet<_>>());
}

#[test]
fn every_name_of_an_operation_is_its_own() {
    let mut names = BTreeSet::new();
    for item in contract::document()["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} is there twice");
        }
    }
    each(contract::document(), &mut |value| {
        if let Some(name) = value.get("operationId").and_then(Value::as_str) {
            assert!(names.contains(name), "a link leads to {name}, which does not exist");
        }
    });
}

#[test]
fn every_example_is_valid() {
    let mut examples = 0;
    for (name, schema) in contract::document()["components"]["schemas"].as_object().unwrap() {
        let validator = contract::validator(&json!({"$ref": format!("#/components/schemas/{name}")}));
        for example in schema["examples"].as_array().into_iter().flatten() {
            let errors: Vec<String> = validator.iter_errors(example).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:#?}");
            examples += 1;
        }
    }
    assert!(examples >= 15, "{examples}");
}

#[test]
fn every_problem_is_told_somewhere_and_under_its_status() {
    let mut told = BTreeSet::new();
    for answer in contract::document()["components"]["responses"].as_object().unwrap().values() {
        let parts = &answer["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"];
        for kind in parts["type"]["enum"].as_array().unwrap() {
            told.insert((kind.as_str().unwrap().to_owned(), parts["status"]["const"].as_u64().unwrap()));
        }
    }
    let known = api::problem::ProblemType::ALL.iter();
    assert_eq!(told, known.map(|kind| (kind.uri(), u64::from(kind.status().as_u16()))).collect());
}

/// Visits every object.
fn each(value: &Value, visit: &mut impl FnMut(&Value)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| each(item, visit)),
        Value::Object(members) => {
            visit(value);
            members.values().for_each(|member| each(member, visit));
        }
        _ => {}
    }
}
