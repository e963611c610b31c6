//! A person's account: their list of calendars.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::World;
use super::calendar::{Calendar, Kind, Role};
use super::event::etag;
use crate::wire::Map;
use crate::wire::refusal::Refusal;

/// A person with an address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) entries: BTreeMap<String, Entry>,
    /// Sync tokens of the list from before are no longer valid.
    pub(crate) floor: u64,
}

/// A calendar on someone's list, with what they have made of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) serial: u64,
    pub(crate) is_deleted: bool,
    /// What is theirs to write.
    pub(crate) own: Map,
}

/// What of an entry is the person's to write.
pub(crate) const WRITABLE: [&str; 9] = [
    "backgroundColor",
    "colorId",
    "defaultReminders",
    "foregroundColor",
    "hidden",
    "notificationSettings",
    "selected",
    "summaryOverride",
    "autoAcceptInvitations",
];

impl World {
    /// Makes a person, with a primary calendar.
    pub(crate) fn add_account(&mut self, email: &str, zone: &str, now: Timestamp) {
        if self.accounts.contains_key(email) {
            return;
        }
        self.accounts.insert(email.to_owned(), Account::default());
        let mut calendar = Calendar::new(email, Kind::Ordinary, email, zone, now);
        calendar.owner = Some(email.to_owned());
        calendar.is_primary = true;
        calendar.roles.insert(email.to_owned(), Role::Owner);
        self.add_calendar(calendar);
        let own = json!({
            "colorId": "14", "backgroundColor": "#9fe1e7", "foregroundColor": "#000000", "selected": true,
            "defaultReminders": [{"method": "popup", "minutes": 10}],
            "notificationSettings": {"notifications": [{"type": "eventCreation", "method": "email"}]},
        });
        self.list(email, email, own, now);
    }

    /// Makes a calendar of someone's own, and puts it on their list.
    pub(crate) fn add_own_calendar(&mut self, email: &str, body: &Map, now: Timestamp) -> String {
        let id = self.ids.calendar();
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let home = self.calendars.get(email).map_or("UTC", |primary| primary.zone_name()).to_owned();
        let zone = text("timeZone").unwrap_or(&home);
        let mut calendar = Calendar::new(&id, Kind::Ordinary, text("summary").unwrap_or_default(), zone, now);
        for name in ["description", "location"] {
            if let Some(text) = text(name) {
                calendar.body.insert(name.to_owned(), json!(text));
            }
        }
        calendar.owner = Some(email.to_owned());
        calendar.roles.insert(email.to_owned(), Role::Owner);
        self.add_calendar(calendar);
        self.list(email, &id, json!({"selected": true}), now);
        id
    }

    pub(crate) fn add_calendar(&mut self, mut calendar: Calendar) {
        calendar.serial = self.next_serial();
        self.calendars.insert(calendar.id.clone(), calendar);
    }

    /// Puts a calendar on someone's list.
    pub(crate) fn list(&mut self, email: &str, calendar: &str, own: Value, now: Timestamp) {
        let serial = self.next_serial();
        let mut colors = json!({"colorId": "2", "backgroundColor": "#d06b64", "foregroundColor": "#000000"});
        if let (Some(colors), Value::Object(own)) = (colors.as_object_mut(), own) {
            colors.extend(own);
        }
        let own = colors.as_object().cloned().unwrap_or_default();
        if let Some(account) = self.accounts.get_mut(email) {
            account.entries.insert(calendar.to_owned(), Entry { serial, is_deleted: false, own });
        }
        self.announce_list(email, now);
    }

    /// Takes a calendar from someone's list.
    pub(crate) fn unlist(&mut self, email: &str, calendar: &str, now: Timestamp) -> Result<(), Refusal> {
        let serial = self.next_serial();
        let entries = self.accounts.get_mut(email).map(|account| &mut account.entries);
        let entry = entries.and_then(|entries| entries.get_mut(calendar)).filter(|entry| !entry.is_deleted);
        let entry = entry.ok_or_else(Refusal::not_found)?;
        entry.is_deleted = true;
        entry.serial = serial;
        self.announce_list(email, now);
        Ok(())
    }

    /// Tells everybody who has the calendar on their list that it is not what it was.
    pub(crate) fn relist(&mut self, calendar: &str, now: Timestamp) {
        let serial = self.next_serial();
        let mut told = Vec::new();
        for (email, account) in &mut self.accounts {
            if let Some(entry) = account.entries.get_mut(calendar) {
                entry.serial = serial;
                told.push(email.clone());
            }
        }
        for email in told {
            self.announce_list(&email, now);
        }
    }

    /// An entry as it is answered.
    pub(crate) fn entry(&self, email: &str, id: &str) -> Result<Value, Refusal> {
        let entry = self.accounts.get(email).and_then(|account| account.entries.get(id));
        let (entry, calendar) = entry.zip(self.calendars.get(id)).ok_or_else(Refusal::not_found)?;
        let role = calendar.role(email);
        let mut body = entry.own.clone();
        for (name, value) in &calendar.body {
            body.insert(name.clone(), value.clone());
        }
        body.retain(|name, value| !(name == "hidden" || name == "selected") || *value == json!(true));
        body.insert("kind".to_owned(), json!("calendar#calendarListEntry"));
        body.insert("etag".to_owned(), json!(etag(entry.serial)));
        body.insert("id".to_owned(), json!(id));
        body.insert("accessRole".to_owned(), json!(role.unwrap_or(Role::Reader).name()));
        body.entry("defaultReminders").or_insert_with(|| json!([]));
        body.insert(
            "conferenceProperties".to_owned(),
            json!({"allowedConferenceSolutionTypes": ["hangoutsMeet"]}),
        );
        if calendar.is_primary && calendar.owner.as_deref() == Some(email) {
            body.insert("primary".to_owned(), json!(true));
        } else if let Some(owner) = &calendar.owner {
            body.insert("dataOwner".to_owned(), json!(owner));
        }
        if entry.is_deleted || calendar.is_deleted || role.is_none() {
            body.insert("deleted".to_owned(), json!(true));
        }
        Ok(Value::Object(body))
    }
}
