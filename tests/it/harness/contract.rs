//! The `OpenAPI` document as a promise: every answer that any test gets is held to it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use http::{HeaderMap, Method};
use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

static DOCUMENT: LazyLock<Value> = LazyLock::new(api::openapi::of_the_api);

/// The validators made so far, by the pointer to their schema.
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// The document.
pub(crate) fn document() -> &'static Value {
    &DOCUMENT
}

/// A validator of a schema that refers to others of the document.
pub(crate) fn validator(schema: &Value) -> Validator {
    let mut root = json!({"allOf": [schema], "components": {"schemas": DOCUMENT["components"]["schemas"]}});
    forbid_more(&mut root["components"]["schemas"]);
    jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true).build(&root).unwrap()
}

/// Objects have no members beyond those that are told, so that nothing can be answered that is not. Problems have
/// members of their own for each type, and are meant to have more.
fn forbid_more(schemas: &mut Value) {
    for (name, schema) in schemas.as_object_mut().unwrap() {
        if schema.get("properties").is_some() && name != "Problem" {
            schema.as_object_mut().unwrap().entry("additionalProperties").or_insert(Value::Bool(false));
        }
    }
}

/// Asserts that the document tells of this answer: its status, its headers, and what it holds.
pub(super) fn hold(method: &Method, path: &str, status: u16, headers: &HeaderMap, text: &str) {
    let Some((template, operation)) = operation(method, path) else { return };
    let name = format!("{method} {template}: {status}");
    let pointer =
        format!("/paths/{}/{}/responses/{status}", escaped(template), method.as_str().to_lowercase());
    let answer = operation["responses"].get(status.to_string());
    let answer = answer.unwrap_or_else(|| panic!("{name} is not told of: {text}"));
    let answer = resolved(answer);
    for (header, told) in answer["headers"].as_object().into_iter().flatten() {
        let is_required = resolved(told)["required"] == true;
        assert!(!is_required || headers.contains_key(header), "{name} lacks {header}");
    }
    let Some(content) = answer["content"].as_object() else {
        assert!(text.is_empty(), "{name}: {text}");
        return;
    };
    let kind = headers["content-type"].to_str().unwrap().split(';').next().unwrap();
    let told = content.get(kind).unwrap_or_else(|| panic!("{name} is of type {kind}"));
    if kind.ends_with("json") {
        let body: Value = serde_json::from_str(text).unwrap();
        let errors: Vec<String> =
            of_answer(pointer, &told["schema"]).iter_errors(&body).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {text}\n{errors:#?}");
    }
}

fn of_answer(pointer: String, schema: &Value) -> Arc<Validator> {
    let mut validators = VALIDATORS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    Arc::clone(validators.entry(pointer).or_insert_with(|| Arc::new(validator(schema))))
}

/// The operation that a request is for, if there is one; a path without parameters before one with them.
fn operation(method: &Method, path: &str) -> Option<(&'static str, &'static Value)> {
    let path = path.split('?').next()?;
    let paths = DOCUMENT["paths"].as_object()?;
    let found =
        paths.get_key_value(path).or_else(|| paths.iter().find(|(template, _)| fits(template, path)))?;
    Some((found.0, found.1.get(method.as_str().to_lowercase())?))
}

fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given))
                if wanted == given || (wanted.starts_with('{') && !given.is_empty()) => {}
            _ => return false,
        }
    }
}

fn resolved(part: &'static Value) -> &'static Value {
    match part.get("$ref").and_then(Value::as_str) {
        Some(reference) => DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap(),
        None => part,
    }
}

fn escaped(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}
