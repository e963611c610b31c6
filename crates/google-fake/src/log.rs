//! What was asked for, for tests to look at.

use jiff::Timestamp;

/// A request that came, or a part of a batch. Tokens are not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// When it came.
    pub at: Timestamp,
    /// The method.
    pub method: String,
    /// The path, without parameters.
    pub path: String,
    /// Such as `events.list`; `token`, `revoke`, `authorize`, `batch` for what is no operation of calendars, and
    /// `unknown` for what nothing is known of.
    pub operation: String,
    /// The parameters. What sync and page tokens are is not told, only that there were some.
    pub parameters: Vec<(String, String)>,
    /// The condition of a conditional write.
    pub if_match: Option<String>,
    /// Whose token it had.
    pub account: Option<String>,
    /// What was answered; nothing where the connection ended.
    pub status: Option<u16>,
    /// Whether it was a part of a batch, which costs no round trip of its own.
    pub is_part: bool,
}

impl Asked {
    /// A parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}
