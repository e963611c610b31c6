use std::collections::BTreeSet;

use serde_json::Value;

use super::{all, writes};

/// What the strictest of those who check schemas do not take.
const FORBIDDEN: [&str; 16] = [
    "$ref",
    "$defs",
    "allOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "patternProperties",
    "propertyNames",
    "prefixItems",
    "uniqueItems",
    "contains",
    "unevaluatedProperties",
    "default",
    "title",
];

/// What is not strict in a schema, each with its path.
fn faults(schema: &Value, path: &str, faults: &mut Vec<String>) {
    let Some(object) = schema.as_object() else {
        faults.push(format!("{path}: is no object"));
        return;
    };
    for word in FORBIDDEN {
        if object.contains_key(word) {
            faults.push(format!("{path}: has {word}"));
        }
    }
    let types: Vec<&str> = match &object.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let has = |word: &str| object.contains_key(word);
    if types.is_empty() && !has("anyOf") {
        faults.push(format!("{path}: says no type"));
    }
    if types.contains(&"object") {
        let Some(members) = object.get("properties").and_then(Value::as_object) else {
            faults.push(format!("{path}: has no members"));
            return;
        };
        let required: BTreeSet<&str> = object
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if required != members.keys().map(String::as_str).collect() {
            faults.push(format!("{path}: not all members are required"));
        }
        if object.get("additionalProperties") != Some(&Value::Bool(false)) {
            faults.push(format!("{path}: allows other members"));
        }
        for (name, member) in members {
            self::faults(member, &format!("{path}/{name}"), faults);
        }
    }
    if types.contains(&"array") {
        if !has("maxItems") {
            faults.push(format!("{path}: an array without a bound"));
        }
        self::faults(&object["items"], &format!("{path}[]"), faults);
    }
    if types.contains(&"string") && !["maxLength", "enum", "const", "format"].into_iter().any(has) {
        faults.push(format!("{path}: a text without a bound"));
    }
    let is_number = types.contains(&"integer") || types.contains(&"number");
    if is_number && !(has("minimum") && has("maximum")) {
        faults.push(format!("{path}: a number without bounds"));
    }
    for (index, one) in object.get("anyOf").and_then(Value::as_array).into_iter().flatten().enumerate() {
        self::faults(one, &format!("{path}|{index}"), faults);
    }
}

#[test]
fn every_schema_is_strict_and_bounded() {
    let mut found = Vec::new();
    for tool in all() {
        faults(&tool.input_schema, &format!("{} in", tool.name), &mut found);
        faults(&tool.output_schema, &format!("{} out", tool.name), &mut found);
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn members_that_are_called_like_keywords_are_told() {
    let listed = all().into_iter().find(|tool| tool.name == "list_tasks").expect("it is there");
    let task = &listed.output_schema["properties"]["tasks"]["items"];
    assert!(task["properties"]["title"]["properties"]["untrusted"].is_object(), "{task:#}");
}

#[test]
fn what_is_not_strict_is_found() {
    let loose = serde_json::json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "array", "items": {}}}});
    let mut found = Vec::new();
    faults(&loose, "", &mut found);
    assert_eq!(found.len(), 5, "{found:#?}");
}

#[test]
fn a_whole_number_is_one_however_it_is_written() {
    let mut arguments = serde_json::json!({"limit": 44.0, "deep": [-1.0, 1e3, 0.5, 1e300]});
    super::schema::write_whole_numbers(&mut arguments);
    assert_eq!(arguments, serde_json::json!({"limit": 44, "deep": [-1, 1000, 0.5, 1e300]}));
}

#[test]
fn every_member_of_what_goes_in_is_explained() {
    for tool in all() {
        for (name, member) in tool.input_schema["properties"].as_object().expect("an object") {
            assert!(member["description"].is_string(), "{}.{name}", tool.name);
        }
    }
}

#[test]
fn names_are_such_as_every_model_takes_and_each_is_there_once() {
    let names: Vec<&str> = all().iter().map(|tool| tool.name).collect();
    assert!(
        names
            .iter()
            .all(|name| name.len() <= 64 && name.bytes().all(|c| c.is_ascii_lowercase() || c == b'_'))
    );
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}

#[test]
fn what_only_looks_needs_no_right_to_write() {
    let looking: Vec<&str> = all().iter().map(|tool| tool.name).filter(|name| !writes(name)).collect();
    assert_eq!(looking, ["check_availability", "list_proposals", "explain_proposal", "list_tasks", "slack"]);
    let destructive: Vec<&str> =
        all().iter().filter(|tool| tool.annotations.destructive_hint).map(|tool| tool.name).collect();
    assert_eq!(destructive, ["accept_proposal", "undo"]);
}
