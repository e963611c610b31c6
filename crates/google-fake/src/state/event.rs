//! One event: what it says, and what it said before.

use jiff::Timestamp;
use serde_json::Value;

use crate::wire::Map;

/// An event of a calendar. What is deleted stays, cancelled: its id is burned.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// The resource without what is computed: kind, etag, link, and when it was made and changed.
    pub(crate) body: Map,
    /// Which change of the world was its last.
    pub(crate) serial: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    /// What it said after earlier changes.
    pub(crate) past: Vec<(u64, Map)>,
}

impl Event {
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    pub(crate) fn id(&self) -> &str {
        self.text("id").unwrap_or_default()
    }

    pub(crate) fn etag(&self) -> String {
        etag(self.serial)
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        is_cancelled(&self.body)
    }

    /// The series that it is an exception of.
    pub(crate) fn master(&self) -> Option<&str> {
        self.text("recurringEventId")
    }

    pub(crate) fn repeats(&self) -> bool {
        self.body.contains_key("recurrence")
    }

    /// A copy that knows nothing of what it said before.
    pub(crate) fn without_past(&self) -> Self {
        Self { body: self.body.clone(), past: Vec::new(), ..*self }
    }

    /// What it said after the change `serial`; `None` if it was not there yet.
    pub(crate) fn as_of(&self, serial: u64) -> Option<&Map> {
        if self.serial <= serial {
            return Some(&self.body);
        }
        self.past.iter().rev().find(|(changed, _)| *changed <= serial).map(|(_, body)| body)
    }

    /// Whether the caller itself said that it does not come.
    pub(crate) fn is_declined(&self) -> bool {
        let attendees = self.body.get("attendees").and_then(Value::as_array);
        attendees
            .into_iter()
            .flatten()
            .any(|attendee| attendee["self"] == Value::Bool(true) && attendee["responseStatus"] == "declined")
    }

    /// Whether it takes no time away.
    pub(crate) fn is_transparent(&self) -> bool {
        self.text("transparency") == Some("transparent")
    }
}

pub(crate) fn is_cancelled(body: &Map) -> bool {
    body.get("status").and_then(Value::as_str) == Some("cancelled")
}

/// The etag of what changed last with `serial`.
pub(crate) fn etag(serial: u64) -> String {
    format!("\"{}\"", 3_400_000_000_000_000 + serial * 2)
}
