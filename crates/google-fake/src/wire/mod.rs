//! What goes over the wire: requests as they are read, answers and refusals as they are written.

pub(crate) mod answer;
pub(crate) mod event;
pub(crate) mod fields;
pub(crate) mod operation;
pub(crate) mod query;
pub(crate) mod refusal;
pub(crate) mod scope;
pub(crate) mod when;

/// A JSON object.
pub(crate) type Map = serde_json::Map<String, serde_json::Value>;
