//! A calendar: its events, and who may do what with it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::event::{Event, etag};
use crate::wire::Map;
use crate::wire::when::zone;

/// A calendar with its events.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    /// Title, description, place, zone.
    pub(crate) body: Map,
    pub(crate) owner: Option<String>,
    pub(crate) is_primary: bool,
    pub(crate) is_deleted: bool,
    pub(crate) roles: BTreeMap<String, Role>,
    /// The client id of the program that made it.
    pub(crate) made_by: Option<String>,
    pub(crate) events: BTreeMap<String, Event>,
    /// The last change of what the calendar says of itself.
    pub(crate) serial: u64,
    /// The last change of its events.
    pub(crate) changed: u64,
    pub(crate) updated: Timestamp,
    /// Sync tokens from before are no longer valid, by whose they are. Those of everybody stand under no name.
    pub(crate) floors: BTreeMap<String, u64>,
}

/// Whose a calendar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A person's.
    Ordinary,
    /// Google's: holidays, birthdays of contacts, numbers of weeks. They announce nothing.
    Published,
}

/// What someone may do with a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// May see when something is.
    FreeBusyReader,
    /// May see what it is.
    Reader,
    /// May change events.
    Writer,
    /// May change the calendar itself.
    Owner,
}

impl Role {
    /// As Google writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FreeBusyReader => "freeBusyReader",
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Owner => "owner",
        }
    }

    /// The role that Google writes so.
    pub fn named(name: &str) -> Option<Self> {
        [Self::FreeBusyReader, Self::Reader, Self::Writer, Self::Owner]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

impl Kind {
    /// What the id of a calendar tells.
    pub(crate) fn of(id: &str) -> Self {
        if id.ends_with("@group.v.calendar.google.com") { Self::Published } else { Self::Ordinary }
    }
}

impl Calendar {
    pub(crate) fn new(id: &str, kind: Kind, summary: &str, zone: &str, now: Timestamp) -> Self {
        let mut body = Map::new();
        body.insert("summary".to_owned(), json!(summary));
        body.insert("timeZone".to_owned(), json!(zone));
        Self {
            id: id.to_owned(),
            kind,
            body,
            owner: None,
            is_primary: false,
            is_deleted: false,
            roles: BTreeMap::new(),
            made_by: None,
            events: BTreeMap::new(),
            serial: 0,
            changed: 0,
            updated: now,
            floors: BTreeMap::new(),
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    pub(crate) fn zone_name(&self) -> &str {
        self.text("timeZone").unwrap_or("UTC")
    }

    pub(crate) fn zone(&self) -> TimeZone {
        zone(self.zone_name()).unwrap_or(TimeZone::UTC)
    }

    pub(crate) fn role(&self, email: &str) -> Option<Role> {
        let published = (self.kind == Kind::Published).then_some(Role::Reader);
        self.roles.get(email).copied().or(published)
    }

    /// Sync tokens that someone got before this change are no longer valid.
    pub(crate) fn floor(&self, email: &str) -> u64 {
        let of = |name: &str| self.floors.get(name).copied().unwrap_or_default();
        of("").max(of(email))
    }

    /// The exceptions of a series, the cancelled ones too.
    pub(crate) fn exceptions<'a>(&'a self, master: &'a str) -> impl Iterator<Item = &'a Event> {
        // Their ids begin with the series' id.
        let from = format!("{master}_");
        self.events
            .range(from.clone()..)
            .map(|(_, event)| event)
            .take_while(move |event| event.id().starts_with(&from))
            .filter(move |event| event.master() == Some(master))
    }

    pub(crate) fn etag(&self) -> String {
        etag(self.serial)
    }

    /// The calendar as it is answered.
    pub(crate) fn show(&self) -> Value {
        let mut body = self.body.clone();
        body.insert("kind".to_owned(), json!("calendar#calendar"));
        body.insert("etag".to_owned(), json!(self.etag()));
        body.insert("id".to_owned(), json!(self.id));
        body.insert(
            "conferenceProperties".to_owned(),
            json!({"allowedConferenceSolutionTypes": ["hangoutsMeet"]}),
        );
        if let (Some(owner), false) = (&self.owner, self.is_primary) {
            body.insert("dataOwner".to_owned(), json!(owner));
        }
        Value::Object(body)
    }
}
