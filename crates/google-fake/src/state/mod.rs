//! What Google knows: people, calendars, events, grants, channels. No I/O and no clock.

pub(crate) mod account;
pub(crate) mod calendar;
pub(crate) mod channel;
pub(crate) mod event;
pub(crate) mod ids;
pub(crate) mod listing;
pub(crate) mod oauth;
pub(crate) mod quota;
pub(crate) mod recurrence;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use self::account::Account;
use self::calendar::{Calendar, Kind, Role};
use self::channel::Channels;
use self::event::Event;
use self::ids::Ids;
use self::listing::Listings;
use self::oauth::OAuth;
use self::quota::Quotas;
use crate::options::Rules;
use crate::wire::Map;
use crate::wire::refusal::Refusal;
use crate::wire::scope::{APP_CREATED, Scopes};

/// Everything that is remembered.
pub(crate) struct World {
    pub(crate) rules: Rules,
    pub(crate) ids: Ids,
    /// Counts changes of anything. Every change has its own number, and its etag from it.
    pub(crate) serial: u64,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) calendars: BTreeMap<String, Calendar>,
    pub(crate) listings: Listings,
    pub(crate) channels: Channels,
    pub(crate) oauth: OAuth,
    pub(crate) quotas: Quotas,
}

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) email: String,
    /// The client id of the program; nothing where it is the person in Google's own pages.
    pub(crate) client: Option<String>,
    pub(crate) scopes: Scopes,
}

/// How far a caller gets with a calendar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access {
    /// Whether only the times of events are shown.
    pub(crate) times_only: bool,
}

impl Caller {
    /// The id that `primary` stands for, or the one given.
    pub(crate) fn resolved<'a>(&'a self, id: &'a str) -> &'a str {
        if id == "primary" { &self.email } else { id }
    }
}

impl World {
    pub(crate) fn new(seed: u64, rules: Rules) -> Self {
        Self {
            rules,
            ids: Ids::new(seed),
            serial: 0,
            accounts: BTreeMap::new(),
            calendars: BTreeMap::new(),
            listings: Listings::default(),
            channels: Channels::default(),
            oauth: OAuth::default(),
            quotas: Quotas::default(),
        }
    }

    /// The number of a new change.
    pub(crate) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// A calendar that the caller has any access to.
    pub(crate) fn seen(&self, email: &str, id: &str) -> Result<(&Calendar, Role), Refusal> {
        let calendar = self.calendars.get(id).filter(|calendar| !calendar.is_deleted);
        let calendar = calendar.ok_or_else(Refusal::not_found)?;
        let role = calendar.role(email).ok_or_else(Refusal::not_found)?;
        Ok((calendar, role))
    }

    /// A calendar that the caller's scopes and role let it do the operation with.
    pub(crate) fn open(
        &self,
        caller: &Caller,
        id: &str,
        operation: &'static str,
        least: Role,
    ) -> Result<(&Calendar, Access), Refusal> {
        let (calendar, role) = self.seen(&caller.email, id)?;
        let Some(client) = &caller.client else {
            // The person may do anything that the pages let them, and tests may fill what is nobody's.
            return Ok((calendar, Access { times_only: false }));
        };
        let opening = caller.scopes.opening(operation);
        let full = opening.iter().any(|scope| match *scope {
            APP_CREATED => calendar.made_by.as_ref() == Some(client),
            "calendar.events.owned" | "calendar.events.owned.readonly" => role == Role::Owner,
            "calendar.events.public.readonly" => calendar.kind != Kind::Ordinary,
            "calendar.events.freebusy" => false,
            _ => true,
        });
        if !full && !opening.contains(&"calendar.events.freebusy") {
            return Err(Refusal::out_of_scope(operation));
        }
        if role < least {
            return Err(Refusal::needs_access(least.name()));
        }
        Ok((calendar, Access { times_only: !full || role == Role::FreeBusyReader }))
    }

    pub(crate) fn calendar_mut(&mut self, id: &str) -> Result<&mut Calendar, Refusal> {
        self.calendars.get_mut(id).ok_or_else(Refusal::not_found)
    }

    /// Puts what an event now says into its calendar, and keeps what it said. The event, without its past.
    pub(crate) fn put(&mut self, calendar: &str, body: Map, now: Timestamp) -> Result<Event, Refusal> {
        let serial = self.next_serial();
        let calendar = self.calendar_mut(calendar)?;
        let id = body.get("id").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        let event = match calendar.events.remove(&id) {
            None => Event { body, serial, created: now, updated: now, past: Vec::new() },
            Some(old) => {
                // Reminders are the reader's own affair, and no change of the event. Two changes never have one time.
                let later = now.max(old.updated + SignedDuration::from_millis(1));
                let updated = if differs_but_for_reminders(&old.body, &body) { later } else { old.updated };
                let mut past = old.past;
                past.push((old.serial, old.body));
                Event { body, serial, created: old.created, updated, past }
            }
        };
        let now_said = event.without_past();
        calendar.events.insert(id, event);
        calendar.updated = now;
        calendar.changed = serial;
        Ok(now_said)
    }

    /// Tells those who watch the calendar that something is new.
    pub(crate) fn announce_events(&mut self, calendar: &str, now: Timestamp) {
        self.channels.announce(&channel::Watched::Events(calendar.to_owned()), &mut self.ids, now);
    }

    /// Tells those who watch the person's list of calendars that something is new.
    pub(crate) fn announce_list(&mut self, email: &str, now: Timestamp) {
        self.channels.announce(&channel::Watched::Calendars(email.to_owned()), &mut self.ids, now);
    }
}

fn differs_but_for_reminders(old: &Map, new: &Map) -> bool {
    let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names.into_iter().any(|name| name != "reminders" && old.get(name) != new.get(name))
}
