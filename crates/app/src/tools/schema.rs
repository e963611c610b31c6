//! JSON schemas as strict as the strictest of those who check them wants: every member required, none beside them, nothing
//! that has to be resolved, bounds on everything.

use schemars::JsonSchema;
use schemars::generate::{Contract, SchemaSettings};
use serde_json::{Value, json};

/// The schema of what goes in.
pub(super) fn of_input<T: JsonSchema>() -> Value {
    strict::<T>(Contract::Deserialize)
}

/// The schema of what comes out.
pub(super) fn of_output<T: JsonSchema>() -> Value {
    strict::<T>(Contract::Serialize)
}

fn strict<T: JsonSchema>(contract: Contract) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.contract = contract;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    // What has no members is an object all the same.
    if schema["properties"].is_null() {
        schema["properties"] = json!({});
    }
    tighten(&mut schema);
    schema
}

fn tighten(schema: &mut Value) {
    let Value::Object(object) = schema else { return };
    object.remove("title");
    object.remove("default");
    // Widths of numbers are no formats that anybody else knows.
    let known = ["date-time", "uuid"];
    if object.get("format").and_then(Value::as_str).is_some_and(|format| !known.contains(&format)) {
        object.remove("format");
    }
    // What these hold are schemas, and their members' names are nobody's keywords.
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.values_mut().for_each(tighten);
    }
    object.get_mut("items").into_iter().for_each(tighten);
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.iter_mut().for_each(tighten);
    }
    if object.get("properties").is_some_and(Value::is_object) {
        let required = members(&Value::Object(object.clone()));
        object.insert("required".to_owned(), required);
        object.insert("additionalProperties".to_owned(), json!(false));
    }
}

/// Writes whole numbers without a point: to a schema 44.0 is an integer, and models send such.
pub(super) fn write_whole_numbers(value: &mut Value) {
    match value {
        Value::Number(number) => {
            // To there every whole number has a float of its own.
            let whole =
                number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0 && float.abs() < 9e15);
            if let Some(whole) = whole {
                #[expect(clippy::cast_possible_truncation, reason = "it is whole, and within bounds")]
                let whole = whole as i64;
                *number = whole.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(write_whole_numbers),
        Value::Object(members) => members.values_mut().for_each(write_whole_numbers),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn members(schema: &Value) -> Value {
    let properties = schema["properties"].as_object();
    properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect::<Vec<_>>().into()
}
