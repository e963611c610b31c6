//! One event: read, made, changed, moved, deleted.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::Call;
use crate::state::calendar::{Calendar, Role};
use crate::state::event::{Event, is_cancelled};
use crate::state::recurrence::Series;
use crate::state::{Access, World};
use crate::wire::Map;
use crate::wire::event::{View, merged, shown, tidied, written};
use crate::wire::refusal::Refusal;
use crate::wire::when::When;

/// How an event is written over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// What is not said stays.
    Patch,
    /// What is not said goes.
    Replace,
}

/// Kinds of events that programs may make.
const CREATABLE: [&str; 5] = ["default", "birthday", "focusTime", "outOfOffice", "workingLocation"];

/// What the organiser alone decides.
const OF_THE_ORGANIZER: [&str; 3] = ["guestsCanInviteOthers", "guestsCanModify", "guestsCanSeeOtherGuests"];

/// The event of this id, or the occurrence of a series.
pub(crate) fn found(calendar: &Calendar, id: &str) -> Result<Event, Refusal> {
    if let Some(event) = calendar.events.get(id) {
        return Ok(event.without_past());
    }
    let instance = || {
        let (master, stamp) = id.rsplit_once('_')?;
        let master = calendar.events.get(master).filter(|master| !master.is_cancelled())?;
        let series = Series::of(&master.body).ok()??;
        let start = series.stamped(stamp, &calendar.zone())?;
        Some(occurrence(master, &series, &start))
    };
    instance().ok_or_else(Refusal::not_found)
}

/// An occurrence of a series that nothing is known of but what the series says.
pub(crate) fn occurrence(master: &Event, series: &Series, start: &When) -> Event {
    let mut body = master.body.clone();
    body.remove("recurrence");
    body.insert("id".to_owned(), json!(format!("{}_{}", master.id(), start.stamp())));
    body.insert("recurringEventId".to_owned(), json!(master.id()));
    body.insert("originalStartTime".to_owned(), start.store());
    body.insert("start".to_owned(), start.store());
    body.insert("end".to_owned(), series.end_of(start).store());
    Event { body, serial: master.serial, created: master.created, updated: master.updated, past: Vec::new() }
}

pub(super) fn view<'a>(call: &Call<'_>, zone: &'a TimeZone, access: Access) -> Result<View<'a>, Refusal> {
    let most_attendees = match call.query.get("maxAttendees") {
        None => None,
        Some(_) => Some(call.query.number("maxAttendees", 1, usize::MAX)?),
    };
    Ok(View { zone, times_only: access.times_only, most_attendees })
}

/// The zone in which times are told.
pub(super) fn zone_of(call: &Call<'_>, calendar: &Calendar) -> Result<TimeZone, Refusal> {
    Ok(call.query.zone("timeZone")?.unwrap_or_else(|| calendar.zone()))
}

pub(super) fn get(world: &World, call: &Call<'_>) -> Result<Value, Refusal> {
    let id = call.caller.resolved(&call.operation.calendar);
    let (calendar, access) = world.open(call.caller, id, call.name(), Role::FreeBusyReader)?;
    let zone = zone_of(call, calendar)?;
    Ok(shown(&found(calendar, &call.operation.event)?, &view(call, &zone, access)?))
}

/// What the caller wrote, and the calendar to write it to.
fn draft(world: &World, call: &Call<'_>) -> Result<(String, Map), Refusal> {
    let id = call.caller.resolved(&call.operation.calendar).to_owned();
    world.open(call.caller, &id, call.name(), Role::Writer)?;
    if call.query.get("sendUpdates").is_some_and(|word| !["all", "externalOnly", "none"].contains(&word)) {
        return Err(Refusal::invalid_parameter("sendUpdates"));
    }
    let mut body = written(call.object()?)?;
    if !matches!(call.query.get("conferenceDataVersion"), Some("1")) {
        body.remove("conferenceData");
    }
    Ok((id, body))
}

pub(super) fn insert(world: &mut World, call: &Call<'_>) -> Result<Value, Refusal> {
    let (calendar_id, mut body) = draft(world, call)?;
    body.remove("originalStartTime");
    body.remove("iCalUID");
    if call.caller.client.is_some() {
        body.remove("organizer");
    }
    let id = match body.get("id").and_then(Value::as_str) {
        None => world.ids.event(),
        Some(id) if is_good_id(id) => id.to_owned(),
        Some(_) => return Err(Refusal::invalid("Invalid resource id value.")),
    };
    if world.calendar_mut(&calendar_id)?.events.contains_key(&id) {
        return Err(Refusal::duplicate());
    }
    make(world, call, &calendar_id, &id, body)
}

/// Letters and digits of base32hex, 5 to 1024 of them.
fn is_good_id(id: &str) -> bool {
    (5..=1024).contains(&id.len()) && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'v'))
}

/// Makes an event of what was written, or writes over an imported one.
fn make(
    world: &mut World,
    call: &Call<'_>,
    calendar_id: &str,
    id: &str,
    body: Map,
) -> Result<Value, Refusal> {
    let calendar = world.calendar_mut(calendar_id)?;
    let mut whole = defaults(calendar, &call.caller.email, id);
    whole.extend(body.into_iter().filter(|(_, value)| !value.is_null()));
    whole.insert("id".to_owned(), json!(id));
    check_kind(&whole, calendar, None)?;
    let whole = settled(whole, calendar)?;
    if is_cancelled(&whole) {
        return Err(Refusal::invalid("Invalid value for: status"));
    }
    let event = world.put(calendar_id, whole, call.now)?;
    world.announce_events(calendar_id, call.now);
    answer(world, call, calendar_id, &event)
}

/// What an event says that is nothing but made.
fn defaults(calendar: &Calendar, email: &str, id: &str) -> Map {
    let mut organizer = json!({"email": calendar.id, "self": true});
    let mut creator = json!({"email": email});
    if calendar.is_primary {
        creator["self"] = json!(true);
    } else {
        organizer["displayName"] = json!(calendar.text("summary").unwrap_or_default());
    }
    let body = json!({
        "status": "confirmed", "eventType": "default", "iCalUID": format!("{id}@google.com"), "sequence": 0,
        "reminders": {"useDefault": true}, "creator": creator, "organizer": organizer,
    });
    body.as_object().cloned().unwrap_or_default()
}

fn answer(world: &World, call: &Call<'_>, calendar_id: &str, event: &Event) -> Result<Value, Refusal> {
    let calendar = world.calendars.get(calendar_id).ok_or_else(Refusal::not_found)?;
    let zone = zone_of(call, calendar)?;
    Ok(shown(event, &view(call, &zone, Access { times_only: false })?))
}

/// Checks what an event is to say, and writes its times as they are kept.
fn settled(mut body: Map, calendar: &Calendar) -> Result<Map, Refusal> {
    let recurs = body.get("recurrence").and_then(Value::as_array).is_some_and(|lines| !lines.is_empty());
    let start = When::read(&body, "start", recurs, calendar.zone_name())?;
    let end = When::read(&body, "end", recurs, calendar.zone_name())?;
    let length = start.until(&end).ok_or_else(|| {
        Refusal::invalid("The start and end times must either both be date or both be dateTime.")
    })?;
    if length.is_negative() {
        return Err(Refusal::new(400, "timeRangeEmpty", "The specified time range is empty."));
    }
    body.insert("start".to_owned(), start.store());
    body.insert("end".to_owned(), end.store());
    settle_attendees(&mut body, calendar)?;
    let body = tidied(body);
    if body.contains_key("recurringEventId") && body.contains_key("recurrence") {
        return Err(Refusal::invalid("Recurring event instances cannot themselves recur."));
    }
    Series::of(&body)?;
    Ok(body)
}

/// Tells whose entry is whose among the attendees.
fn settle_attendees(body: &mut Map, calendar: &Calendar) -> Result<(), Refusal> {
    let organizer =
        body.get("organizer").and_then(|organizer| organizer["email"].as_str()).map(str::to_owned);
    if let Some(Value::Object(who)) = body.get_mut("organizer") {
        who.remove("self");
        if organizer.as_deref() == Some(&calendar.id) {
            who.insert("self".to_owned(), json!(true));
        }
    }
    let Some(Value::Array(attendees)) = body.get_mut("attendees") else { return Ok(()) };
    for attendee in attendees {
        let Value::Object(attendee) = attendee else { return Err(Refusal::parse_error()) };
        let email = attendee.get("email").and_then(Value::as_str).map(str::to_owned);
        let email = email.filter(|email| email.contains('@'));
        let email = email.ok_or_else(|| Refusal::invalid("Invalid attendee email."))?;
        attendee.remove("self");
        attendee.remove("organizer");
        if email == calendar.id {
            attendee.insert("self".to_owned(), json!(true));
        }
        if organizer.as_ref() == Some(&email) {
            attendee.insert("organizer".to_owned(), json!(true));
        }
        attendee.entry("responseStatus").or_insert_with(|| json!("needsAction"));
    }
    Ok(())
}

/// The type of an event never changes, and some types are only for primary calendars.
fn check_kind(body: &Map, calendar: &Calendar, old: Option<&Event>) -> Result<(), Refusal> {
    let wrong = |message: &str| Err(Refusal::new(400, "eventTypeRestriction", message));
    let kind = body.get("eventType").and_then(Value::as_str).unwrap_or("default");
    if let Some(old) = old {
        let is_same = old.text("eventType") == Some(kind);
        return if is_same { Ok(()) } else { wrong("Event type cannot be changed.") };
    }
    let properties = body.get("workingLocationProperties").is_some();
    match kind {
        "default" => Ok(()),
        _ if !CREATABLE.contains(&kind) => wrong("Event type cannot be created."),
        _ if !calendar.is_primary => wrong("Events of this type can only be created on primary calendars."),
        "workingLocation" if !properties => wrong("A working location event must have its properties."),
        "focusTime" | "outOfOffice" if body.get("start").is_some_and(|start| start.get("date").is_some()) => {
            wrong("Events of this type cannot be all-day events.")
        }
        _ => Ok(()),
    }
}

pub(super) fn import(world: &mut World, call: &Call<'_>) -> Result<Value, Refusal> {
    let (calendar_id, mut body) = draft(world, call)?;
    let uid = body.get("iCalUID").and_then(Value::as_str).map(str::to_owned);
    let uid = uid.ok_or_else(|| Refusal::required("Missing iCalUID."))?;
    if body.get("id").is_some() {
        return Err(Refusal::invalid("Invalid resource id value."));
    }
    if body.get("eventType").is_some_and(|kind| kind != "default") {
        return Err(Refusal::new(400, "eventTypeRestriction", "Event type cannot be created."));
    }
    body.remove("originalStartTime");
    let events = &world.calendar_mut(&calendar_id)?.events;
    let known = events.values().find(|event| event.text("iCalUID") == Some(&uid) && event.master().is_none());
    let id = match known {
        Some(event) if !event.is_cancelled() => event.id().to_owned(),
        _ => format!("_{}", world.ids.event()),
    };
    make(world, call, &calendar_id, &id, body)
}

pub(super) fn change(world: &mut World, call: &Call<'_>, how: How) -> Result<Value, Refusal> {
    let (calendar_id, body) = draft(world, call)?;
    let calendar = world.calendar_mut(&calendar_id)?;
    let old = found(calendar, &call.operation.event)?;
    call.check_match(&old.etag())?;
    let status = body.get("status").and_then(Value::as_str);
    let series = old.master().and_then(|master| calendar.events.get(master));
    let is_lost = series.is_some_and(Event::is_cancelled) || matches!(status, None | Some("cancelled"));
    if old.is_cancelled() && is_lost {
        return Err(Refusal::new(403, "forbidden", "Forbidden"));
    }
    if status == Some("cancelled") {
        let gone = cancel(world, &calendar_id, &old, call.now)?;
        return answer(world, call, &calendar_id, &gone);
    }
    let new = rewritten(&old, &body, how, calendar)?;
    if new == old.body {
        return answer(world, call, &calendar_id, &old);
    }
    let event = world.put(&calendar_id, new, call.now)?;
    if old.repeats() {
        drop_orphans(world, &calendar_id, &event, call.now)?;
    }
    world.announce_events(&calendar_id, call.now);
    answer(world, call, &calendar_id, &event)
}

/// What an event says when `body` is written over it.
fn rewritten(old: &Event, body: &Map, how: How, calendar: &Calendar) -> Result<Map, Refusal> {
    check_organizer(old, body)?;
    let mut new = match how {
        How::Patch => merged(&old.body, body),
        How::Replace => replaced(body),
    };
    for name in ["id", "iCalUID", "creator", "organizer", "recurringEventId", "originalStartTime"] {
        match old.body.get(name) {
            Some(value) => new.insert(name.to_owned(), value.clone()),
            None => new.remove(name),
        };
    }
    let kind = old.body.get("eventType").cloned().unwrap_or_else(|| json!("default"));
    new.entry("eventType").or_insert(kind);
    new.entry("status").or_insert_with(|| json!("confirmed"));
    check_kind(&new, calendar, Some(old))?;
    let mut new = settled(new, calendar)?;
    let moves = ["start", "end", "recurrence"].iter().any(|name| new.get(*name) != old.body.get(*name));
    let told = body.get("sequence").and_then(Value::as_i64);
    new.insert("sequence".to_owned(), json!(sequence(old, told, moves)?));
    Ok(new)
}

/// What a PUT says: what it leaves out is as if it never was.
fn replaced(body: &Map) -> Map {
    let mut new = body.clone();
    new.retain(|_, value| !value.is_null());
    new.entry("reminders").or_insert_with(|| json!({"useDefault": true}));
    new
}

fn check_organizer(old: &Event, body: &Map) -> Result<(), Refusal> {
    let is_organizer = old.body.get("organizer").is_none_or(|organizer| organizer["self"] == json!(true));
    let shared = body.get("extendedProperties").and_then(|properties| properties.get("shared"));
    if !is_organizer && (shared.is_some() || OF_THE_ORGANIZER.iter().any(|name| body.contains_key(*name))) {
        let message = "Shared properties can only be changed by the organizer of the event.";
        return Err(Refusal::new(403, "forbiddenForNonOrganizer", message));
    }
    Ok(())
}

/// The next number of an event's sequence: it rises where the event moves, and never goes down.
fn sequence(old: &Event, told: Option<i64>, moves: bool) -> Result<i64, Refusal> {
    let before = old.body.get("sequence").and_then(Value::as_i64).unwrap_or_default();
    if told.is_some_and(|told| told < before) {
        let message = "Invalid sequence value. The specified sequence number is below the current sequence number \
                       of the resource. Re-fetch the resource and use its sequence number on the following request.";
        return Err(Refusal::invalid(message));
    }
    Ok(told.unwrap_or_default().max(before + i64::from(moves || old.is_cancelled())))
}

/// Exceptions of occurrences that a series no longer has go with them.
fn drop_orphans(world: &mut World, calendar_id: &str, master: &Event, now: Timestamp) -> Result<(), Refusal> {
    let series = Series::of(&master.body)?;
    let calendar = world.calendar_mut(calendar_id)?;
    let home = calendar.zone();
    let is_orphan = |event: &&Event| {
        let original = When::stored(&event.body, "originalStartTime");
        !series.as_ref().zip(original).is_some_and(|(series, start)| series.has(&start, &home))
    };
    let orphans: Vec<Event> = calendar
        .exceptions(master.id())
        .filter(|event| !event.is_cancelled())
        .filter(is_orphan)
        .cloned()
        .collect();
    for orphan in orphans {
        world.put(calendar_id, cancelled(&orphan), now)?;
    }
    Ok(())
}

fn cancelled(event: &Event) -> Map {
    let mut body = event.body.clone();
    body.insert("status".to_owned(), json!("cancelled"));
    body
}

/// Deletes an event; of a series, its exceptions too.
fn cancel(world: &mut World, calendar_id: &str, event: &Event, now: Timestamp) -> Result<Event, Refusal> {
    if event.repeats() {
        let calendar = world.calendar_mut(calendar_id)?;
        let live = calendar.exceptions(event.id()).filter(|exception| !exception.is_cancelled());
        for exception in live.cloned().collect::<Vec<_>>() {
            world.put(calendar_id, cancelled(&exception), now)?;
        }
    }
    let gone = world.put(calendar_id, cancelled(event), now)?;
    world.announce_events(calendar_id, now);
    Ok(gone)
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<(), Refusal> {
    let id = call.caller.resolved(&call.operation.calendar).to_owned();
    let (calendar, _) = world.open(call.caller, &id, call.name(), Role::Writer)?;
    let event = found(calendar, &call.operation.event)?;
    if event.is_cancelled() {
        return Err(Refusal::deleted());
    }
    call.check_match(&event.etag())?;
    cancel(world, &id, &event, call.now).map(|_| ())
}

pub(super) fn move_over(world: &mut World, call: &Call<'_>) -> Result<Value, Refusal> {
    let from = call.caller.resolved(&call.operation.calendar).to_owned();
    let to =
        call.query.get("destination").ok_or_else(|| Refusal::required("Required parameter: destination"))?;
    let to = call.caller.resolved(to).to_owned();
    let (source, _) = world.open(call.caller, &from, call.name(), Role::Writer)?;
    let event = found(source, &call.operation.event)?;
    if event.is_cancelled() {
        return Err(Refusal::deleted());
    }
    call.check_match(&event.etag())?;
    if event.master().is_some() {
        let message =
            "Cannot move an instance of a recurring event; only the whole recurring event can be moved.";
        return Err(Refusal::new(400, "cannotChangeOrganizerOfInstance", message));
    }
    if event.text("eventType") != Some("default") {
        return Err(Refusal::new(400, "eventTypeRestriction", "Events of this type cannot be moved."));
    }
    if event.body.get("organizer").is_some_and(|organizer| organizer["self"] != json!(true)) {
        let message = "The operation can only be performed by the organizer of the event.";
        return Err(Refusal::new(403, "forbiddenForNonOrganizer", message));
    }
    let exceptions: Vec<Event> = source.exceptions(event.id()).cloned().collect();
    let (destination, _) = world.open(call.caller, &to, call.name(), Role::Writer)?;
    if destination.events.get(event.id()).is_some_and(|there| !there.is_cancelled()) {
        return Err(Refusal::duplicate());
    }
    let organizer = defaults(destination, &call.caller.email, "").remove("organizer").unwrap_or_default();
    for moved in std::iter::once(&event).chain(&exceptions) {
        let mut body = moved.body.clone();
        body.insert("organizer".to_owned(), organizer.clone());
        world.put(&to, body, call.now)?;
    }
    cancel(world, &from, &event, call.now)?;
    world.announce_events(&to, call.now);
    let mut told = found(world.calendar_mut(&to)?, event.id())?;
    // What is answered says that it is cancelled, where it was; a look at where it went says otherwise.
    told.body.insert("status".to_owned(), json!("cancelled"));
    answer(world, call, &to, &told)
}
