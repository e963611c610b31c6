//! Problems and answers as JSON documents: what `canvascal plan` and `canvascal check` read and write.
//!
//! Snake case throughout; instants are RFC 3339 in UTC with a `Z` and whole minutes (but for `now`, `due_changed_at`
//! and `accepted_at`, which tell when something happened); ids are lower-case UUIDs; durations and times of day are
//! whole minutes. An unknown field is an error. Every error names the field it is about.

mod answer;
mod problem;
mod why_not;

use std::fmt;
use std::marker::PhantomData;

pub use answer::{print_answer, read_answer, write_answer};
pub use problem::{NamedProblem, read_problem, write_problem};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
pub use why_not::{read_why_not, write_parameters, write_why_not};

use crate::model::InvalidProblem;
use crate::time::{Instant, Interval, Moment};

/// Reads a document of type `T`, naming the field that is wrong by its path.
fn parse<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, InvalidProblem> {
    let mut json = serde_json::Deserializer::from_str(text);
    let Object(parsed) = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        // A text that breaks off has no name yet for what it was about to say.
        let named = path.trim_end_matches('?').trim_end_matches('.');
        let field = if named.is_empty() { "document" } else { named };
        InvalidProblem::new(field, error.into_inner().to_string())
    })?;
    json.end().map_err(|error| InvalidProblem::new("document", error.to_string()))?;
    Ok(parsed)
}

/// What is an object in a document. Serde would also take a list, as the fields in their order.
#[derive(Clone, Copy, Default)]
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// A whole-minute instant as text.
fn instant<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|error| serde::de::Error::custom(format!("{text:?} is {error}")))
}

/// A moment as text.
fn moment<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|error| serde::de::Error::custom(format!("{text:?} is {error}")))
}

/// A moment as text, or null.
fn optional_moment<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Moment>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    text.parse().map(Some).map_err(|error| serde::de::Error::custom(format!("{text:?} is {error}")))
}

/// A lower-case UUID as text, and nothing that merely resembles one.
fn uuid(text: &str) -> Option<uuid::Uuid> {
    let parsed = uuid::Uuid::try_parse(text).ok()?;
    (parsed.hyphenated().to_string() == text).then_some(parsed)
}

/// Ids in documents.
macro_rules! id_as_text {
    ($module:ident, $id:ty) => {
        mod $module {
            use serde::Deserialize;

            pub(super) fn one<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<$id, D::Error> {
                let text = String::deserialize(deserializer)?;
                super::uuid(&text)
                    .map(<$id>::from)
                    .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no lower-case uuid")))
            }

            pub(super) fn optional<'de, D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Option<$id>, D::Error> {
                let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
                super::uuid(&text)
                    .map(|id| Some(<$id>::from(id)))
                    .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no lower-case uuid")))
            }
        }
    };
}

id_as_text!(event_id, crate::model::EventId);
id_as_text!(task_id, crate::model::TaskId);

/// A name of a closed set.
macro_rules! name_as_text {
    ($function:ident, $name:ty) => {
        fn $function<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
            let text = String::deserialize(deserializer)?;
            <$name>::from_name(&text).ok_or_else(|| {
                let known: Vec<&str> = <$name>::ALL.iter().map(|name| name.as_str()).collect();
                serde::de::Error::custom(format!("{text:?} is none of {}", known.join(", ")))
            })
        }
    };
}

name_as_text!(kind, crate::model::Kind);
name_as_text!(task_kind, crate::model::TaskKind);
name_as_text!(obstacle, crate::why_not::Obstacle);

/// A start and an end.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    #[serde(deserialize_with = "instant")]
    start: Instant,
    #[serde(deserialize_with = "instant")]
    end: Instant,
}

impl Span {
    fn interval(self, field: impl FnOnce() -> String) -> Result<Interval, InvalidProblem> {
        Interval::new(self.start, self.end)
            .ok_or_else(|| InvalidProblem::new(format!("{}.end", field()), "must be later than start"))
    }
}

fn span_as_json(interval: Interval) -> serde_json::Value {
    serde_json::json!({"start": interval.start().to_string(), "end": interval.end().to_string()})
}

#[cfg(test)]
mod tests;
