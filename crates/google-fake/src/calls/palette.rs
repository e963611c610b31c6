//! Colours and settings: read by clients, and never changed.

use serde_json::{Value, json};

use super::Call;
use crate::state::World;
use crate::state::event::etag;
use crate::wire::refusal::Refusal;

pub(super) fn colors() -> Value {
    let all = |backgrounds: &[&str]| -> Value {
        let numbered = backgrounds.iter().enumerate().map(|(index, background)| {
            ((index + 1).to_string(), json!({"background": background, "foreground": "#1d1d1d"}))
        });
        Value::Object(numbered.collect())
    };
    json!({
        "kind": "calendar#colors",
        "updated": "2012-02-14T00:00:00.000Z",
        "calendar": all(&["#ac725e", "#d06b64", "#f83a22", "#fa573c", "#ff7537", "#ffad46", "#42d692", "#16a765"]),
        "event": all(&[
            "#a4bdfc", "#7ae7bf", "#dbadff", "#ff887c", "#fbd75b", "#ffb878", "#46d6db", "#e1e1e1", "#5484ed",
            "#51b749", "#dc2127",
        ]),
    })
}

fn all(world: &World, call: &Call<'_>) -> Vec<(&'static str, String)> {
    let zone = world.calendars.get(&call.caller.email).map_or("UTC", |primary| primary.zone_name());
    vec![
        ("timezone", zone.to_owned()),
        ("locale", "en".to_owned()),
        ("weekStart", "1".to_owned()),
        ("format24HourTime", "true".to_owned()),
        ("defaultEventLength", "60".to_owned()),
    ]
}

fn shown(name: &str, value: &str) -> Value {
    json!({"kind": "calendar#setting", "etag": etag(0), "id": name, "value": value})
}

pub(super) fn setting(world: &World, call: &Call<'_>) -> Result<Value, Refusal> {
    let all = all(world, call);
    let found = all.iter().find(|(name, _)| *name == call.operation.event);
    found.map(|(name, value)| shown(name, value)).ok_or_else(Refusal::not_found)
}

pub(super) fn settings(world: &World, call: &Call<'_>) -> Value {
    let items: Vec<Value> = all(world, call).iter().map(|(name, value)| shown(name, value)).collect();
    json!({"kind": "calendar#settings", "etag": etag(0), "items": items, "nextSyncToken": "00000000000000000000"})
}
