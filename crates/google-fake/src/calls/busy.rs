//! Free/busy: when something is, and not what.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Call;
use crate::state::World;
use crate::state::calendar::{Calendar, Kind};
use crate::state::event::Event;
use crate::state::recurrence::Series;
use crate::wire::Map;
use crate::wire::refusal::Refusal;
use crate::wire::when::{When, rfc3339, zone};

/// The most calendars that one query is answered for.
const MOST_CALENDARS: u64 = 50;

pub(super) fn query(world: &World, call: &Call<'_>) -> Result<Value, Refusal> {
    let body = call.object()?;
    let (from, to) = (moment(&body, "timeMin")?, moment(&body, "timeMax")?);
    if from >= to {
        return Err(Refusal::new(400, "timeRangeEmpty", "The specified time range is empty."));
    }
    if to.duration_since(from) > SignedDuration::from_hours(24 * world.rules.busy_days) {
        return Err(Refusal::new(400, "timeRangeTooLong", "The requested time range is too long."));
    }
    let shown = match body.get("timeZone") {
        None => TimeZone::UTC,
        Some(name) => name.as_str().and_then(zone).ok_or_else(|| Refusal::invalid_parameter("timeZone"))?,
    };
    let most = body.get("calendarExpansionMax").map_or(Some(MOST_CALENDARS), Value::as_u64);
    let most = most
        .filter(|most| *most <= MOST_CALENDARS)
        .ok_or_else(|| Refusal::invalid_parameter("calendarExpansionMax"))?;
    let items = body.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut calendars = Map::new();
    for item in &items {
        let id = item["id"].as_str().ok_or_else(|| Refusal::required("Required: items.id"))?;
        let told = if items.len() as u64 > most {
            Err("tooManyCalendarsRequested")
        } else {
            busy(world, call, id, (from, to), &shown)
        };
        let told = match told {
            Ok(busy) => json!({"busy": busy}),
            Err(reason) => json!({"errors": [{"domain": "global", "reason": reason}], "busy": []}),
        };
        calendars.insert(id.to_owned(), told);
    }
    Ok(json!({
        "kind": "calendar#freeBusy",
        "timeMin": crate::wire::when::millis(from),
        "timeMax": crate::wire::when::millis(to),
        "calendars": calendars,
    }))
}

fn moment(body: &Map, name: &str) -> Result<Timestamp, Refusal> {
    let text = body.get(name).and_then(Value::as_str);
    let text = text.ok_or_else(|| Refusal::required(format!("Missing {name} parameter.")))?;
    text.parse().map_err(|_| Refusal::bad_request("Bad Request"))
}

fn busy(
    world: &World,
    call: &Call<'_>,
    id: &str,
    (from, to): (Timestamp, Timestamp),
    shown: &TimeZone,
) -> Result<Vec<Value>, &'static str> {
    let id = call.caller.resolved(id);
    let seen =
        world.seen(&call.caller.email, id).ok().filter(|(calendar, _)| calendar.kind == Kind::Ordinary);
    let (calendar, _) = seen.ok_or("notFound")?;
    let mut taken: Vec<(Timestamp, Timestamp)> = spans(calendar, to)
        .map(|(start, end)| (start.max(from), end.min(to)))
        .filter(|(start, end)| start < end)
        .collect();
    taken.sort();
    let mut merged: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (start, end) in taken {
        match merged.last_mut() {
            Some(last) if last.1 >= start => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    let shown = |moment: Timestamp| rfc3339(moment, shown);
    Ok(merged.iter().map(|(start, end)| json!({"start": shown(*start), "end": shown(*end)})).collect())
}

/// When the calendar's owner is busy, up to a moment.
fn spans(calendar: &Calendar, to: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    let home = calendar.zone();
    let takes_time =
        |event: &&Event| !event.is_cancelled() && !event.is_transparent() && !event.is_declined();
    calendar.events.values().filter(takes_time).flat_map(move |event| {
        let span = |start: &When, end: &When| (start.moment(&home), end.moment(&home));
        if let Ok(Some(series)) = Series::of(&event.body) {
            // Exceptions stand for themselves.
            let own =
                |start: &When| !calendar.events.contains_key(&format!("{}_{}", event.id(), start.stamp()));
            let starts = series.starts(to, &home).into_iter().filter(own);
            return starts.map(|start| span(&start, &series.end_of(&start))).collect::<Vec<_>>();
        }
        let times = When::stored(&event.body, "start").zip(When::stored(&event.body, "end"));
        times.iter().map(|(start, end)| span(start, end)).collect()
    })
}
