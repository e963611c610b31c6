//! Events as clients write them, and as they are answered.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::Map;
use super::refusal::Refusal;
use super::when::{When, millis};
use crate::state::event::Event;

/// What of an event a client may write, and which type it has. What else is sent is passed over, as by Google.
const WRITABLE: &[(&str, Kind)] = &[
    ("anyoneCanAddSelf", Kind::Flag),
    ("attachments", Kind::List),
    ("attendees", Kind::List),
    ("attendeesOmitted", Kind::Flag),
    ("birthdayProperties", Kind::Object),
    ("colorId", Kind::Text),
    ("conferenceData", Kind::Object),
    ("description", Kind::Text),
    ("end", Kind::Object),
    ("eventLabelId", Kind::Text),
    ("eventType", Kind::Text),
    ("extendedProperties", Kind::Object),
    ("focusTimeProperties", Kind::Object),
    ("guestsCanInviteOthers", Kind::Flag),
    ("guestsCanModify", Kind::Flag),
    ("guestsCanSeeOtherGuests", Kind::Flag),
    ("iCalUID", Kind::Text),
    ("id", Kind::Text),
    ("location", Kind::Text),
    ("organizer", Kind::Object),
    ("originalStartTime", Kind::Object),
    ("outOfOfficeProperties", Kind::Object),
    ("privateCopy", Kind::Flag),
    ("recurrence", Kind::List),
    ("reminders", Kind::Object),
    ("sequence", Kind::Number),
    ("source", Kind::Object),
    ("start", Kind::Object),
    ("status", Kind::Text),
    ("summary", Kind::Text),
    ("transparency", Kind::Text),
    ("visibility", Kind::Text),
    ("workingLocationProperties", Kind::Object),
];

/// Words that some fields are limited to. The first is the default, which is not told where `true`.
const WORDS: &[(&str, bool, &[&str])] = &[
    ("status", false, &["confirmed", "tentative", "cancelled"]),
    ("transparency", true, &["opaque", "transparent"]),
    ("visibility", true, &["default", "public", "private", "confidential"]),
];

/// What is told by being left out.
const DEFAULTS: &[(&str, bool)] = &[
    ("anyoneCanAddSelf", false),
    ("attendeesOmitted", false),
    ("guestsCanInviteOthers", true),
    ("guestsCanModify", false),
    ("guestsCanSeeOtherGuests", true),
    ("privateCopy", false),
];

/// Longer keys of extended properties are dropped without a word.
pub(crate) const LONGEST_KEY: usize = 44;

/// Longer values of extended properties are cut without a word.
pub(crate) const LONGEST_VALUE: usize = 1024;

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Flag,
    Number,
    List,
    Object,
}

impl Kind {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Number => value.as_i64().is_some(),
            Self::List => value.is_array(),
            Self::Object => value.is_object(),
        }
    }
}

/// What a client wrote, without what is not its to write. Nulls stay: they clear.
pub(crate) fn written(mut body: Map) -> Result<Map, Refusal> {
    body.retain(|name, _| WRITABLE.iter().any(|(writable, _)| writable == name));
    for (name, kind) in WRITABLE {
        if body.get(*name).is_some_and(|value| !value.is_null() && !kind.fits(value)) {
            return Err(Refusal::parse_error());
        }
    }
    for (name, _, words) in WORDS {
        let word = body.get(*name).and_then(Value::as_str);
        if word.is_some_and(|word| !words.contains(&word)) {
            return Err(Refusal::invalid(format!("Invalid value for: {name}")));
        }
    }
    Ok(body)
}

/// `body` with what `patch` says put over it: objects are merged, lists are replaced, and null clears.
pub(crate) fn merged(body: &Map, patch: &Map) -> Map {
    let mut whole = body.clone();
    for (name, value) in patch {
        let new = match (whole.get(name), value) {
            (_, Value::Null) => {
                whole.remove(name);
                continue;
            }
            (Some(Value::Object(old)), Value::Object(new)) => Value::Object(merged(old, new)),
            // Nulls in what is new say nothing.
            (_, Value::Object(new)) => Value::Object(merged(&Map::new(), new)),
            _ => value.clone(),
        };
        whole.insert(name.clone(), new);
    }
    whole
}

/// Takes away what says nothing: defaults, empty objects and lists, and of extended properties what is too long.
pub(crate) fn tidied(mut body: Map) -> Map {
    for (name, hidden, words) in WORDS {
        if *hidden && body.get(*name).and_then(Value::as_str) == Some(words[0]) {
            body.remove(*name);
        }
    }
    for (name, default) in DEFAULTS {
        if body.get(*name) == Some(&json!(default)) {
            body.remove(*name);
        }
    }
    if let Some(Value::Object(properties)) = body.get_mut("extendedProperties") {
        properties.retain(|name, _| name == "private" || name == "shared");
        for list in properties.values_mut() {
            shorten(list);
        }
        properties.retain(|_, list| list.as_object().is_some_and(|list| !list.is_empty()));
    }
    body.retain(|name, value| match value {
        Value::Null => false,
        Value::Object(object) => {
            !object.is_empty() || name.ends_with("Properties") && name != "extendedProperties"
        }
        Value::Array(list) => !list.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    });
    body
}

fn shorten(properties: &mut Value) {
    let Value::Object(properties) = properties else { return };
    properties.retain(|key, value| key.chars().count() <= LONGEST_KEY && value.is_string());
    for value in properties.values_mut() {
        if let Value::String(text) = value
            && let Some((end, _)) = text.char_indices().nth(LONGEST_VALUE)
        {
            text.truncate(end);
        }
    }
}

/// How an event is looked at.
pub(crate) struct View<'a> {
    /// The zone of the times.
    pub(crate) zone: &'a TimeZone,
    /// Whether only when it is, is told.
    pub(crate) times_only: bool,
    /// How many attendees are told at most.
    pub(crate) most_attendees: Option<usize>,
}

/// An event as it is answered.
pub(crate) fn shown(event: &Event, view: &View<'_>) -> Value {
    let mut body = event.body.clone();
    if view.times_only {
        let told = [
            "id",
            "status",
            "start",
            "end",
            "recurrence",
            "recurringEventId",
            "originalStartTime",
            "iCalUID",
            "eventType",
            "transparency",
            "sequence",
        ];
        body.retain(|name, _| told.contains(&name.as_str()));
        body.insert("visibility".to_owned(), json!("private"));
    }
    for name in ["start", "end", "originalStartTime"] {
        if let Some(when) = When::stored(&body, name) {
            body.insert(name.to_owned(), when.show(view.zone));
        }
    }
    if let Some(Value::Array(attendees)) = body.get_mut("attendees")
        && let Some(most) = view.most_attendees
        && attendees.len() > most
    {
        // Whose copy it is stays in, and the rest as many as there is room for.
        attendees.sort_by_key(|attendee| attendee["self"] != json!(true));
        attendees.truncate(most);
        body.insert("attendeesOmitted".to_owned(), json!(true));
    }
    body.insert("kind".to_owned(), json!("calendar#event"));
    body.insert("etag".to_owned(), json!(event.etag()));
    body.insert(
        "htmlLink".to_owned(),
        json!(format!("https://www.google.com/calendar/event?eid={}", event.id())),
    );
    body.insert("created".to_owned(), json!(millis(event.created)));
    body.insert("updated".to_owned(), json!(millis(event.updated)));
    Value::Object(body)
}

/// What is guaranteed of an event that is gone: its id, and of an exception which occurrence it was.
pub(crate) fn tombstone(event: &Event, zone: &TimeZone) -> Value {
    let mut body = json!({
        "kind": "calendar#event", "etag": event.etag(), "id": event.id(), "status": "cancelled",
    });
    if let Some(master) = event.body.get("recurringEventId") {
        body["recurringEventId"] = master.clone();
        if let Some(when) = When::stored(&event.body, "originalStartTime") {
            body["originalStartTime"] = when.show(zone);
        }
    }
    body
}
