//! A person's list of calendars.

use serde_json::{Value, json};

use super::Call;
use super::events_list::{PASSING, page_size};
use crate::state::World;
use crate::state::account::WRITABLE;
use crate::state::calendar::Role;
use crate::state::event::etag;
use crate::state::listing::{Paged, Point};
use crate::wire::refusal::Refusal;
use crate::wire::scope::APP_CREATED;

/// What list the tokens are of.
const LIST: &str = "users/me/calendarList";

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Value, Refusal> {
    let email = call.caller.email.clone();
    let of = (email.clone(), LIST.to_owned());
    let floor = world.accounts.get(&email).map(|account| account.floor).ok_or_else(Refusal::not_found)?;
    let size = page_size(world, call, 100, 250)?;
    let parameters = call.query.without(&PASSING);
    if let Some(token) = call.query.get("pageToken") {
        let (paged, serial) = world.listings.next(token, &of, &parameters, size, &mut world.ids)?;
        if call.query.get("syncToken").is_some() && serial.is_some_and(|serial| serial < floor) {
            return Err(Refusal::full_sync_required());
        }
        return Ok(collection(world, paged));
    }
    let mut since = None;
    if let Some(token) = call.query.get("syncToken") {
        let forbidden = ["minAccessRole", "showOwnOrganizationOnly"];
        if let Some(name) = forbidden.iter().find(|name| call.query.get(name).is_some()) {
            return Err(Refusal::bad_request(format!("Sync token cannot be used together with {name}.")));
        }
        let point = world.listings.point(token, &of)?;
        if point.serial < floor {
            return Err(Refusal::full_sync_required());
        }
        since = Some(point.serial);
    }
    let least = match call.query.get("minAccessRole") {
        None => Role::FreeBusyReader,
        Some(name) => Role::named(name).ok_or_else(|| Refusal::invalid_parameter("minAccessRole"))?,
    };
    let gone = since.is_some() || call.query.flag("showDeleted")?.unwrap_or(false);
    let hidden = since.is_some() || call.query.flag("showHidden")?.unwrap_or(false);
    let entries = world.accounts.get(&email).map(|account| &account.entries).into_iter().flatten();
    let mut entries: Vec<_> =
        entries.filter(|(_, entry)| since.is_none_or(|since| entry.serial > since)).collect();
    entries.sort_by_key(|(_, entry)| entry.serial);
    let row = |id: &str| {
        let entry = world.entry(&email, id).ok()?;
        let role = entry["accessRole"].as_str().and_then(Role::named)?;
        let told = (gone || entry.get("deleted").is_none()) && (hidden || entry.get("hidden").is_none());
        (told && role >= least).then_some(entry)
    };
    let rows = entries.iter().map(|(id, _)| row(id)).collect();
    let point = Point { of: of.clone(), serial: world.serial, parameters: Vec::new() };
    let paged = world.listings.start(of, parameters, rows, Some(point), size, &mut world.ids);
    Ok(collection(world, paged))
}

fn collection(world: &World, paged: Paged) -> Value {
    let mut body = json!({"kind": "calendar#calendarList", "etag": etag(world.serial), "items": paged.items});
    if let Some(token) = paged.next_page {
        body["nextPageToken"] = json!(token);
    }
    if let Some(token) = paged.next_sync {
        body["nextSyncToken"] = json!(token);
    }
    body
}

/// The entry's calendar, where the caller's scopes reach it.
fn reached(world: &World, call: &Call<'_>) -> Result<String, Refusal> {
    let id = call.caller.resolved(&call.operation.calendar);
    let entries = world.accounts.get(&call.caller.email).map(|account| &account.entries);
    let entry = entries.and_then(|entries| entries.get(id)).filter(|entry| !entry.is_deleted);
    entry.ok_or_else(Refusal::not_found)?;
    let is_limited = call.caller.scopes.opening(call.name()) == [APP_CREATED];
    let made_by = world.calendars.get(id).and_then(|calendar| calendar.made_by.clone());
    if is_limited && call.caller.client.is_some() && made_by != call.caller.client {
        return Err(Refusal::out_of_scope(call.name()));
    }
    Ok(id.to_owned())
}

pub(super) fn get(world: &World, call: &Call<'_>) -> Result<Value, Refusal> {
    world.entry(&call.caller.email, &reached(world, call)?)
}

pub(super) fn insert(world: &mut World, call: &Call<'_>) -> Result<Value, Refusal> {
    let mut body = call.object()?;
    let id = body.remove("id").and_then(|id| id.as_str().map(str::to_owned));
    let id = id.ok_or_else(|| Refusal::required("Required"))?;
    world.seen(&call.caller.email, &id)?;
    body.retain(|name, _| WRITABLE.contains(&name.as_str()));
    world.list(&call.caller.email, &id, Value::Object(body), call.now);
    world.entry(&call.caller.email, &id)
}

pub(super) fn change(world: &mut World, call: &Call<'_>) -> Result<Value, Refusal> {
    let id = reached(world, call)?;
    let body = call.object()?;
    let serial = world.next_serial();
    let entries = world.accounts.get_mut(&call.caller.email).map(|account| &mut account.entries);
    let entry = entries.and_then(|entries| entries.get_mut(&id)).ok_or_else(Refusal::not_found)?;
    call.check_match(&etag(entry.serial))?;
    let old = entry.own.clone();
    for (name, value) in body.into_iter().filter(|(name, _)| WRITABLE.contains(&name.as_str())) {
        match value {
            Value::Null => entry.own.remove(&name),
            value => entry.own.insert(name, value),
        };
    }
    if entry.own != old {
        entry.serial = serial;
        world.announce_list(&call.caller.email, call.now);
    }
    world.entry(&call.caller.email, &id)
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<(), Refusal> {
    let id = reached(world, call)?;
    world.unlist(&call.caller.email, &id, call.now)
}
