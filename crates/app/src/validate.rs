//! The bounds of what users enter. The database has the same ones as checks; here they get names and words.

use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::{Failure, FieldError};

/// The longest title, in characters.
pub(crate) const MAX_TITLE_CHARS: usize = 500;

/// The longest event. Longer stretches are no events of a week, and would make every range query look far back.
pub(crate) const MAX_EVENT_DAYS: i64 = 62;

/// The most study a task may ask for: a year of days.
pub(crate) const MAX_EFFORT_MINUTES: u32 = 525_600;

/// The largest metadata, in bytes of JSON.
pub(crate) const MAX_METADATA_BYTES: usize = 16 * 1024;

/// Refuses a request of which some fields are out of bounds.
pub(crate) fn verdict<R>(errors: Vec<FieldError>) -> Result<(), Failure<R>> {
    if errors.is_empty() { Ok(()) } else { Err(Failure::Invalid(errors)) }
}

pub(crate) fn title(errors: &mut Vec<FieldError>, title: &str) {
    if title.trim().is_empty() {
        errors.push(FieldError::new("title", "must not be empty"));
    } else if title.chars().count() > MAX_TITLE_CHARS {
        errors.push(FieldError::new("title", format!("must have at most {MAX_TITLE_CHARS} characters")));
    } else if title.contains('\0') {
        errors.push(FieldError::new("title", "must not contain NUL characters"));
    }
}

pub(crate) fn whole_minute(errors: &mut Vec<FieldError>, field: &'static str, instant: OffsetDateTime) {
    if instant.second() != 0 || instant.nanosecond() != 0 {
        errors.push(FieldError::new(field, "must be a whole minute"));
    }
    if !(1900..=9000).contains(&instant.to_offset(time::UtcOffset::UTC).year()) {
        errors.push(FieldError::new(field, "must lie in the years 1900 to 9000"));
    }
}

pub(crate) fn metadata(errors: &mut Vec<FieldError>, metadata: &Map<String, Value>) {
    let bytes = serde_json::to_string(metadata).map_or(usize::MAX, |text| text.len());
    if bytes.saturating_add(metadata.values().map(more_digits).sum()) > MAX_METADATA_BYTES {
        let detail = format!("must be at most {MAX_METADATA_BYTES} bytes of JSON, its numbers written out");
        errors.push(FieldError::new("metadata", detail));
    }
    if metadata.iter().any(|(key, value)| key.contains('\0') || contains_nul(value)) {
        errors.push(FieldError::new("metadata", "must not contain NUL characters"));
    }
}

/// How much longer the numbers are without exponents, which is how the database keeps them.
fn more_digits(value: &Value) -> usize {
    match value {
        Value::Number(number) => {
            let digits =
                number.as_f64().filter(|_| number.is_f64()).map_or(0, |number| number.to_string().len());
            digits.saturating_sub(number.to_string().len())
        }
        Value::Array(items) => items.iter().map(more_digits).sum(),
        Value::Object(map) => map.values().map(more_digits).sum(),
        Value::Null | Value::Bool(_) | Value::String(_) => 0,
    }
}

fn contains_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(contains_nul),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || contains_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
