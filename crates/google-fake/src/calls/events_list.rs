//! Lists of events: whole, or what has changed.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Call;
use super::events::{occurrence, view, zone_of};
use crate::state::World;
use crate::state::calendar::{Calendar, Role};
use crate::state::event::{Event, etag, is_cancelled};
use crate::state::listing::{Paged, Point};
use crate::state::recurrence::Series;
use crate::wire::Map;
use crate::wire::event::{View, shown, tombstone};
use crate::wire::query::Query;
use crate::wire::refusal::Refusal;
use crate::wire::when::{When, millis};

/// What may not stand beside a sync token.
const FORBIDDEN: [&str; 8] = [
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMax",
    "timeMin",
    "updatedMin",
];

/// What has to be the same beside a sync token as it was at first.
const LASTING: [&str; 6] =
    ["alwaysIncludeEmail", "eventTypes", "maxAttendees", "showHiddenInvitations", "singleEvents", "timeZone"];

/// What may be otherwise on every page.
pub(super) const PASSING: [&str; 9] =
    ["alt", "fields", "key", "maxResults", "oauth_token", "pageToken", "prettyPrint", "quotaUser", "userIp"];

/// A list with one of these cannot be gone on with: it has no sync token.
const UNLASTING: [&str; 6] =
    ["iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "updatedMin"];

/// How far series without an end are told as instances.
const HORIZON_DAYS: i64 = 730;

/// Of a series that is gone, instances further away from now are passed over in silence.
const TOLD_OF_GONE_DAYS: i64 = 180;

/// What is asked for.
struct Filter {
    single: bool,
    types: Vec<String>,
    uid: Option<String>,
    private: Vec<(String, String)>,
    shared: Vec<(String, String)>,
    words: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    updated_from: Option<Timestamp>,
    home: TimeZone,
}

impl Filter {
    fn read(query: &Query, home: TimeZone) -> Result<Self, Refusal> {
        let pairs = |name: &str| -> Result<Vec<(String, String)>, Refusal> {
            let pair =
                |text: &str| text.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
            query.all(name).map(|text| pair(text).ok_or_else(|| Refusal::invalid_parameter(name))).collect()
        };
        let filter = Self {
            single: query.flag("singleEvents")?.unwrap_or(false),
            types: query.all("eventTypes").map(str::to_owned).collect(),
            uid: query.get("iCalUID").map(str::to_owned),
            private: pairs("privateExtendedProperty")?,
            shared: pairs("sharedExtendedProperty")?,
            words: query.get("q").map(str::to_lowercase),
            from: query.time("timeMin")?,
            to: query.time("timeMax")?,
            updated_from: query.time("updatedMin")?,
            home,
        };
        if filter.from.zip(filter.to).is_some_and(|(from, to)| from >= to) {
            return Err(Refusal::new(400, "timeRangeEmpty", "The specified time range is empty."));
        }
        Ok(filter)
    }

    fn admits(&self, body: &Map) -> bool {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let has = |list: &str, (key, value): &(String, String)| {
            body.get("extendedProperties").is_some_and(|properties| properties[list][key] == json!(value))
        };
        (self.types.is_empty()
            || text("eventType").is_some_and(|kind| self.types.iter().any(|one| one == kind)))
            && self.uid.as_deref().is_none_or(|uid| text("iCalUID") == Some(uid))
            && self.private.iter().all(|pair| has("private", pair))
            && self.shared.iter().all(|pair| has("shared", pair))
            && self.words.as_ref().is_none_or(|words| {
                let said = ["summary", "description", "location"].map(|name| text(name).unwrap_or_default());
                said.join(" ").to_lowercase().contains(words)
            })
            && self.is_in_time(body)
    }

    /// Whether any of it ends after the first bound and starts before the second.
    fn is_in_time(&self, body: &Map) -> bool {
        if self.from.is_none() && self.to.is_none() {
            return true;
        }
        let (start, end) = match is_cancelled(body).then(|| When::stored(body, "originalStartTime")).flatten()
        {
            Some(original) => (Some(original.clone()), Some(original)),
            None => (When::stored(body, "start"), When::stored(body, "end")),
        };
        let (Some(start), Some(end)) = (start, end) else { return true };
        let fits = |start: &When, end: &When| {
            self.from.is_none_or(|from| end.moment(&self.home) > from)
                && self.to.is_none_or(|to| start.moment(&self.home) < to)
        };
        match Series::of(body) {
            Ok(Some(series)) => {
                let years = SignedDuration::from_hours(24 * 2 * HORIZON_DAYS);
                let reach = self.from.unwrap_or(Timestamp::MIN).max(start.moment(&self.home));
                let until = self.to.unwrap_or_else(|| reach.checked_add(years).unwrap_or(Timestamp::MAX));
                series.starts(until, &self.home).iter().rev().any(|start| fits(start, &series.end_of(start)))
            }
            _ => fits(&start, &end),
        }
    }
}

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Value, Refusal> {
    let id = call.caller.resolved(&call.operation.calendar).to_owned();
    let of = (call.caller.email.clone(), id.clone());
    let (calendar, access) = world.open(call.caller, &id, call.name(), Role::FreeBusyReader)?;
    let floor = calendar.floor(&call.caller.email);
    let size = page_size(world, call, 250, 2500)?;
    let parameters = call.query.without(&PASSING);
    if let Some(token) = call.query.get("pageToken") {
        let (paged, serial) = world.listings.next(token, &of, &parameters, size, &mut world.ids)?;
        if call.query.get("syncToken").is_some() && serial.is_some_and(|serial| serial < floor) {
            return Err(Refusal::full_sync_required());
        }
        return collection(world, &id, &call.caller.email, paged);
    }
    let zone = zone_of(call, calendar)?;
    let view = view(call, &zone, access)?;
    let (rows, point) = if let Some(token) = call.query.get("syncToken") {
        let point = world.listings.point(token, &of)?;
        if point.serial < floor {
            return Err(Refusal::full_sync_required());
        }
        (delta(calendar, &view, &point, call)?, Some(point))
    } else {
        let filter = Filter::read(call.query, calendar.zone())?;
        let rows = whole(calendar, &filter, &view, call)?;
        let lasts = UNLASTING.iter().all(|name| call.query.get(name).is_none());
        let parameters = Query::of(parameters.clone()).without(&["showDeleted"]);
        (rows, lasts.then(|| Point { of: of.clone(), serial: 0, parameters }))
    };
    let point = point.map(|point| Point { serial: world.serial, ..point });
    let paged = world.listings.start(of, parameters, rows, point, size, &mut world.ids);
    collection(world, &id, &call.caller.email, paged)
}

/// What has changed since a sync token was handed out.
fn delta(
    calendar: &Calendar,
    view: &View<'_>,
    point: &Point,
    call: &Call<'_>,
) -> Result<Vec<Option<Value>>, Refusal> {
    check_beside_token(call.query)?;
    let first = Query::of(point.parameters.clone());
    if lasting(call.query) != lasting(&first) {
        return Err(Refusal::invalid_parameter("syncToken"));
    }
    let filter = Filter::read(&call.query.clone().over(&first), calendar.zone())?;
    Ok(changes(calendar, &filter, view, point.serial, call.now))
}

pub(super) fn page_size(
    world: &World,
    call: &Call<'_>,
    default: usize,
    most: usize,
) -> Result<usize, Refusal> {
    if call.caller.client.is_none() {
        // The person sees everything at once.
        return Ok(usize::MAX);
    }
    let size = call.query.number("maxResults", default, most)?;
    Ok(size.min(world.rules.page_rows.unwrap_or(most)))
}

fn check_beside_token(query: &Query) -> Result<(), Refusal> {
    if let Some(name) = FORBIDDEN.iter().find(|name| query.get(name).is_some()) {
        return Err(Refusal::bad_request(format!("Sync token cannot be used together with {name}.")));
    }
    if query.flag("showDeleted")? == Some(false) {
        return Err(Refusal::bad_request("Sync token cannot be used when showDeleted is false."));
    }
    Ok(())
}

/// What has to stay the same. To say `false` is to say nothing.
fn lasting(query: &Query) -> Vec<(String, String)> {
    let mut all = query.without(&[]);
    all.retain(|(name, value)| LASTING.contains(&name.as_str()) && value != "false");
    all
}

fn collection(world: &World, id: &str, email: &str, paged: Paged) -> Result<Value, Refusal> {
    let (calendar, role) = world.seen(email, id)?;
    let entry = world.entry(email, id).unwrap_or_default();
    let mut body = json!({
        "kind": "calendar#events",
        "etag": etag(calendar.changed.max(calendar.serial)),
        "summary": calendar.text("summary").unwrap_or_default(),
        "description": calendar.text("description").unwrap_or_default(),
        "updated": millis(calendar.updated),
        "timeZone": calendar.zone_name(),
        "accessRole": role.name(),
        "defaultReminders": entry.get("defaultReminders").cloned().unwrap_or_else(|| json!([])),
        "items": paged.items,
    });
    if let Some(token) = paged.next_page {
        body["nextPageToken"] = json!(token);
    }
    if let Some(token) = paged.next_sync {
        body["nextSyncToken"] = json!(token);
    }
    Ok(body)
}

/// Everything, in the order in which it last changed.
fn whole(
    calendar: &Calendar,
    filter: &Filter,
    view: &View<'_>,
    call: &Call<'_>,
) -> Result<Vec<Option<Value>>, Refusal> {
    let gone = call.query.flag("showDeleted")?.unwrap_or(false);
    let order = call.query.get("orderBy");
    if order == Some("startTime") && !filter.single {
        return Err(Refusal::bad_request(
            "The requested ordering is not available for the particular query.",
        ));
    }
    if order.is_some_and(|order| !["startTime", "updated"].contains(&order)) {
        return Err(Refusal::invalid_parameter("orderBy"));
    }
    let instances =
        if filter.single { instances_of_all(calendar, filter, None, call.now) } else { BTreeMap::new() };
    let all = if filter.single { &instances } else { &calendar.events };
    let mut events: Vec<&Event> = all.values().collect();
    if order == Some("startTime") {
        events
            .sort_by_key(|event| When::stored(&event.body, "start").map(|start| start.moment(&filter.home)));
    } else {
        events.sort_by_key(|event| event.serial);
    }
    let row = |event: &Event| {
        let is_recent = filter.updated_from.is_none_or(|from| event.updated >= from);
        if event.is_cancelled() {
            let told = gone
                || filter.updated_from.is_some()
                || (!filter.single && is_of_live_series(calendar, event));
            return (told && is_recent && filter.admits(&event.body)).then(|| tombstone(event, view.zone));
        }
        (is_recent && filter.admits(&event.body)).then(|| shown(event, view))
    };
    Ok(events.into_iter().map(row).collect())
}

fn is_of_live_series(calendar: &Calendar, event: &Event) -> bool {
    event.master().and_then(|master| calendar.events.get(master)).is_some_and(|master| !master.is_cancelled())
}

/// What changed after `since`, in the order in which it did.
fn changes(
    calendar: &Calendar,
    filter: &Filter,
    view: &View<'_>,
    since: u64,
    now: Timestamp,
) -> Vec<Option<Value>> {
    if filter.single {
        return changed_instances(calendar, filter, view, since, now);
    }
    let mut changed: Vec<&Event> = calendar.events.values().filter(|event| event.serial > since).collect();
    changed.sort_by_key(|event| event.serial);
    let row = |event: &&Event| {
        if event.is_cancelled() {
            return Some(tombstone(event, view.zone));
        }
        let was_told = event.as_of(since).is_some_and(|body| filter.admits(body));
        (was_told || filter.admits(&event.body)).then(|| shown(event, view))
    };
    changed.iter().map(row).collect()
}

fn changed_instances(
    calendar: &Calendar,
    filter: &Filter,
    view: &View<'_>,
    since: u64,
    now: Timestamp,
) -> Vec<Option<Value>> {
    let before = instances_of_all(calendar, filter, Some(since), now);
    let after = instances_of_all(calendar, filter, None, now);
    let mut rows: Vec<(u64, Option<Value>)> = Vec::new();
    for event in after.values().filter(|event| event.serial > since) {
        let row = if event.is_cancelled() {
            Some(tombstone(event, view.zone))
        } else {
            let was_told = before.get(event.id()).is_some_and(|event| filter.admits(&event.body));
            (was_told || filter.admits(&event.body)).then(|| shown(event, view))
        };
        rows.push((event.serial, row));
    }
    let reach = SignedDuration::from_hours(24 * TOLD_OF_GONE_DAYS);
    for event in before.values().filter(|event| !event.is_cancelled() && !after.contains_key(event.id())) {
        let start = When::stored(&event.body, "start").map(|start| start.moment(&filter.home));
        let is_told = start.is_some_and(|start| start.duration_since(now).abs() <= reach);
        // What is gone comes first: of an event that has become a series, say, before its occurrences.
        rows.push((0, is_told.then(|| tombstone(event, view.zone))));
    }
    rows.sort_by_key(|(serial, _)| *serial);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Single events and instances of series, as they were after the change `at`.
fn instances_of_all(
    calendar: &Calendar,
    filter: &Filter,
    at: Option<u64>,
    now: Timestamp,
) -> BTreeMap<String, Event> {
    let horizon = now.max(filter.from.unwrap_or(now)) + SignedDuration::from_hours(24 * HORIZON_DAYS);
    let until = filter.to.unwrap_or(horizon);
    let as_of = |event: &Event| {
        let body = event.as_of(at.unwrap_or(u64::MAX))?.clone();
        Some(Event { body, past: Vec::new(), ..*event })
    };
    let mut all = BTreeMap::new();
    for event in calendar.events.values().filter_map(as_of) {
        match Series::of(&event.body) {
            Ok(Some(series)) if !event.is_cancelled() => {
                for start in series.starts(until, &filter.home) {
                    let instance = occurrence(&event, &series, &start);
                    // Exceptions come after their series, and over what it says.
                    all.insert(instance.id().to_owned(), instance);
                }
            }
            Ok(Some(_)) => {}
            _ => {
                all.insert(event.id().to_owned(), event);
            }
        }
    }
    all
}

pub(super) fn instances(world: &mut World, call: &Call<'_>) -> Result<Value, Refusal> {
    let id = call.caller.resolved(&call.operation.calendar).to_owned();
    let of = (call.caller.email.clone(), format!("{id} {}", call.operation.event));
    let (calendar, access) = world.open(call.caller, &id, call.name(), Role::FreeBusyReader)?;
    let size = page_size(world, call, 250, 2500)?;
    let parameters = call.query.without(&PASSING);
    if let Some(token) = call.query.get("pageToken") {
        let (paged, _) = world.listings.next(token, &of, &parameters, size, &mut world.ids)?;
        return collection(world, &id, &call.caller.email, paged);
    }
    let master = calendar.events.get(&call.operation.event).ok_or_else(Refusal::not_found)?;
    let zone = zone_of(call, calendar)?;
    let view = view(call, &zone, access)?;
    let filter = Filter::read(call.query, calendar.zone())?;
    let gone = call.query.flag("showDeleted")?.unwrap_or(false);
    let horizon =
        call.now.max(filter.from.unwrap_or(call.now)) + SignedDuration::from_hours(24 * HORIZON_DAYS);
    let series = Series::of(&master.body)?.filter(|_| !master.is_cancelled());
    let series = series.ok_or_else(|| Refusal::bad_request("The event is not a recurring event."))?;
    let mut all = BTreeMap::new();
    for start in series.starts(filter.to.unwrap_or(horizon), &filter.home) {
        let instance = occurrence(master, &series, &start);
        all.insert(instance.id().to_owned(), instance);
    }
    all.extend(calendar.exceptions(master.id()).map(|event| (event.id().to_owned(), event.clone())));
    let mut all: Vec<Event> = all.into_values().collect();
    all.retain(|event| (gone || !event.is_cancelled()) && filter.admits(&event.body));
    if let Some(original) = call.query.get("originalStart") {
        let wanted: Option<Timestamp> = original.parse().ok();
        all.retain(|event| match When::stored(&event.body, "originalStartTime") {
            Some(When::Day(day)) => day.to_string() == original,
            Some(When::At(moment, _)) => Some(moment) == wanted,
            None => false,
        });
    }
    all.sort_by_key(|event| When::stored(&event.body, "originalStartTime"));
    let row = |event: &Event| {
        Some(if event.is_cancelled() { tombstone(event, view.zone) } else { shown(event, &view) })
    };
    let rows = all.iter().map(row).collect();
    let paged = world.listings.start(of, parameters, rows, None, size, &mut world.ids);
    collection(world, &id, &call.caller.email, paged)
}
