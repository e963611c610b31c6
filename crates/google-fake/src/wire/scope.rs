//! Which scopes open which operation, as the discovery document has them.

use std::collections::BTreeSet;

/// What the names of calendar scopes begin with.
const PREFIX: &str = "https://www.googleapis.com/auth/";

/// The scope for calendars that the program made itself.
pub(crate) const APP_CREATED: &str = "calendar.app.created";

/// Scopes without what they all begin with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scopes(pub(crate) BTreeSet<String>);

impl Scopes {
    pub(crate) fn parse(text: &str) -> Self {
        Self(text.split_whitespace().map(|scope| short(scope).to_owned()).collect())
    }

    /// As Google writes them.
    pub(crate) fn full(&self) -> String {
        let full: Vec<String> = self.0.iter().map(|scope| long(scope)).collect();
        full.join(" ")
    }

    /// The scopes of these that open the operation.
    pub(crate) fn opening(&self, operation: &str) -> Vec<&str> {
        let opening = accepted(operation);
        self.0.iter().map(String::as_str).filter(|scope| opening.contains(scope)).collect()
    }
}

/// A scope without what calendar scopes begin with.
pub(crate) fn short(scope: &str) -> &str {
    scope.strip_prefix(PREFIX).unwrap_or(scope)
}

fn long(scope: &str) -> String {
    if scope.starts_with("calendar") { format!("{PREFIX}{scope}") } else { scope.to_owned() }
}

const EVENTS_READ: &[&str] = &[
    "calendar",
    "calendar.app.created",
    "calendar.events",
    "calendar.events.freebusy",
    "calendar.events.owned",
    "calendar.events.owned.readonly",
    "calendar.events.public.readonly",
    "calendar.events.readonly",
    "calendar.readonly",
];
const EVENTS_WRITE: &[&str] =
    &["calendar", "calendar.app.created", "calendar.events", "calendar.events.owned"];
const EVENTS_MOVE: &[&str] = &["calendar", "calendar.events", "calendar.events.owned"];
const LIST_READ: &[&str] =
    &["calendar", "calendar.calendarlist", "calendar.calendarlist.readonly", "calendar.readonly"];
const ENTRY_READ: &[&str] = &[
    "calendar",
    "calendar.app.created",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
    "calendar.readonly",
];
const ENTRY_ADD: &[&str] = &["calendar", "calendar.calendarlist"];
const ENTRY_WRITE: &[&str] = &["calendar", "calendar.app.created", "calendar.calendarlist"];
const CALENDARS_READ: &[&str] = &[
    "calendar",
    "calendar.app.created",
    "calendar.calendars",
    "calendar.calendars.readonly",
    "calendar.readonly",
];
const CALENDARS_WRITE: &[&str] = &["calendar", "calendar.app.created", "calendar.calendars"];
const CALENDARS_CLEAR: &[&str] = &["calendar", "calendar.calendars"];
const BUSY: &[&str] = &["calendar", "calendar.events.freebusy", "calendar.freebusy", "calendar.readonly"];
const STOP: &[&str] = &[
    "calendar",
    "calendar.acls",
    "calendar.acls.readonly",
    "calendar.app.created",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
    "calendar.events",
    "calendar.events.freebusy",
    "calendar.events.owned",
    "calendar.events.owned.readonly",
    "calendar.events.public.readonly",
    "calendar.events.readonly",
    "calendar.readonly",
    "calendar.settings",
    "calendar.settings.readonly",
];
const COLORS: &[&str] = &[
    "calendar",
    "calendar.app.created",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
    "calendar.events.freebusy",
    "calendar.events.owned",
    "calendar.events.owned.readonly",
    "calendar.events.public.readonly",
    "calendar.readonly",
];
const SETTINGS: &[&str] =
    &["calendar", "calendar.readonly", "calendar.settings", "calendar.settings.readonly"];

fn accepted(operation: &str) -> &'static [&'static str] {
    match operation.strip_prefix("calendar.").unwrap_or(operation) {
        "events.list" | "events.get" | "events.instances" | "events.watch" => EVENTS_READ,
        "events.move" => EVENTS_MOVE,
        "calendarList.list" | "calendarList.watch" => LIST_READ,
        "calendarList.get" => ENTRY_READ,
        "calendarList.insert" => ENTRY_ADD,
        "calendarList.patch" | "calendarList.update" | "calendarList.delete" => ENTRY_WRITE,
        "calendars.get" => CALENDARS_READ,
        "calendars.clear" => CALENDARS_CLEAR,
        "calendars.insert" | "calendars.patch" | "calendars.update" | "calendars.delete" => CALENDARS_WRITE,
        "freebusy.query" => BUSY,
        "channels.stop" => STOP,
        "colors.get" => COLORS,
        "settings.get" | "settings.list" => SETTINGS,
        _ => EVENTS_WRITE,
    }
}
