//! Calendars themselves: made, named, deleted.

use serde_json::{Value, json};

use super::Call;
use crate::state::World;
use crate::state::calendar::Role;
use crate::state::event::Event;
use crate::wire::Map;
use crate::wire::refusal::Refusal;
use crate::wire::when::zone;

const WRITABLE: [&str; 4] = ["summary", "description", "location", "timeZone"];

/// What the caller wrote of a calendar.
fn draft(call: &Call<'_>) -> Result<Map, Refusal> {
    let mut body = call.object()?;
    body.retain(|name, value| WRITABLE.contains(&name.as_str()) && (value.is_string() || value.is_null()));
    if body.get("timeZone").and_then(Value::as_str).is_some_and(|name| zone(name).is_none()) {
        return Err(Refusal::invalid("Invalid time zone."));
    }
    Ok(body)
}

pub(super) fn get(world: &World, call: &Call<'_>) -> Result<Value, Refusal> {
    let id = call.caller.resolved(&call.operation.calendar);
    Ok(world.open(call.caller, id, call.name(), Role::FreeBusyReader)?.0.show())
}

pub(super) fn insert(world: &mut World, call: &Call<'_>) -> Result<Value, Refusal> {
    let body = draft(call)?;
    if body.get("summary").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err(Refusal::required("Missing title."));
    }
    let id = world.add_own_calendar(&call.caller.email, &body, call.now);
    let calendar = world.calendar_mut(&id)?;
    calendar.made_by.clone_from(&call.caller.client);
    Ok(calendar.show())
}

pub(super) fn change(world: &mut World, call: &Call<'_>, is_patch: bool) -> Result<Value, Refusal> {
    let id = call.caller.resolved(&call.operation.calendar).to_owned();
    let (calendar, _) = world.open(call.caller, &id, call.name(), Role::Owner)?;
    call.check_match(&calendar.etag())?;
    let mut new = calendar.body.clone();
    let draft = draft(call)?;
    if !is_patch {
        new.retain(|name, _| name == "timeZone" || name == "summary");
    }
    for (name, value) in draft {
        match value {
            Value::Null => new.remove(&name),
            value => new.insert(name, value),
        };
    }
    new.entry("timeZone").or_insert_with(|| json!("UTC"));
    if !new.contains_key("summary") {
        return Err(Refusal::required("Missing title."));
    }
    // Nothing new keeps the etag.
    if new != calendar.body {
        let serial = world.next_serial();
        let calendar = world.calendar_mut(&id)?;
        calendar.body = new;
        calendar.serial = serial;
        world.relist(&id, call.now);
    }
    Ok(world.calendar_mut(&id)?.show())
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<(), Refusal> {
    let id = call.caller.resolved(&call.operation.calendar).to_owned();
    let (calendar, _) = world.open(call.caller, &id, call.name(), Role::Owner)?;
    if calendar.is_primary {
        return Err(Refusal::new(403, "cannotDeletePrimaryCalendar", "Cannot delete the primary calendar."));
    }
    call.check_match(&calendar.etag())?;
    world.calendar_mut(&id)?.is_deleted = true;
    for account in world.accounts.values_mut() {
        if let Some(entry) = account.entries.get_mut(&id) {
            entry.is_deleted = true;
        }
    }
    world.relist(&id, call.now);
    Ok(())
}

pub(super) fn clear(world: &mut World, call: &Call<'_>) -> Result<(), Refusal> {
    let id = call.caller.resolved(&call.operation.calendar).to_owned();
    let (calendar, _) = world.open(call.caller, &id, call.name(), Role::Owner)?;
    if !calendar.is_primary {
        return Err(Refusal::invalid("Only the primary calendar can be cleared."));
    }
    let live: Vec<Event> = calendar.events.values().filter(|event| !event.is_cancelled()).cloned().collect();
    for event in live {
        let mut body = event.body;
        body.insert("status".to_owned(), json!("cancelled"));
        world.put(&id, body, call.now)?;
    }
    world.announce_events(&id, call.now);
    Ok(())
}
