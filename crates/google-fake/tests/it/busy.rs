//! Free/busy.

use serde_json::{Value, json};

use crate::client::{World, hour, world};

const ADA: &str = "ada@example.edu";

async fn busy(world: &World, from: &str, to: &str) -> Value {
    let query =
        json!({"timeMin": from, "timeMax": to, "timeZone": "Europe/Berlin", "items": [{"id": "primary"}]});
    world.program.post("/freeBusy", query).await.json(200)["calendars"]["primary"]["busy"].clone()
}

#[tokio::test]
async fn what_overlaps_or_touches_is_one_and_is_cut_to_the_range() {
    let world = world().await;
    world.ada.insert_event(ADA, hour("One", 3, 9));
    world.ada.insert_event(ADA, hour("Two", 3, 10));
    world.ada.insert_event(ADA, hour("Apart", 3, 13));
    assert_eq!(
        busy(&world, "2026-03-03T09:30:00Z", "2026-03-04T00:00:00Z").await,
        json!([
            {"start": "2026-03-03T10:30:00+01:00", "end": "2026-03-03T12:00:00+01:00"},
            {"start": "2026-03-03T14:00:00+01:00", "end": "2026-03-03T15:00:00+01:00"},
        ])
    );
}

#[tokio::test]
async fn transparent_declined_and_cancelled_time_is_free() {
    let world = world().await;
    let mut transparent = hour("Birthday", 3, 9);
    transparent["transparency"] = json!("transparent");
    world.ada.insert_event(ADA, transparent);
    let mut invitation = hour("Seminar", 3, 11);
    invitation["organizer"] = json!({"email": "prof@example.edu"});
    invitation["attendees"] = json!([{"email": ADA}]);
    let invitation = world.ada.insert_event(ADA, invitation);
    world.ada.respond(ADA, invitation["id"].as_str().unwrap(), "declined");
    let gone = world.ada.insert_event(ADA, hour("Gone", 3, 13));
    world.ada.delete(ADA, gone["id"].as_str().unwrap());
    assert_eq!(busy(&world, "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z").await, json!([]));
}

#[tokio::test]
async fn days_and_series_count_with_their_exceptions() {
    let world = world().await;
    world.ada.insert_event(ADA, json!({"start": {"date": "2026-03-29"}, "end": {"date": "2026-03-30"}}));
    let mut series = hour("Gym", 30, 5);
    series["start"]["timeZone"] = json!("Europe/Berlin");
    series["end"]["timeZone"] = json!("Europe/Berlin");
    series["recurrence"] = json!(["RRULE:FREQ=DAILY;COUNT=3"]);
    let id = world.ada.insert_event(ADA, series)["id"].as_str().unwrap().to_owned();
    world.ada.delete_instance(ADA, &id, "2026-03-31T05:00:00Z");
    assert_eq!(
        busy(&world, "2026-03-28T00:00:00Z", "2026-04-03T00:00:00Z").await,
        json!([
            {"start": "2026-03-29T00:00:00+01:00", "end": "2026-03-30T00:00:00+02:00"},
            {"start": "2026-03-30T07:00:00+02:00", "end": "2026-03-30T08:00:00+02:00"},
            {"start": "2026-04-01T07:00:00+02:00", "end": "2026-04-01T08:00:00+02:00"},
        ]),
        "the first day has 23 hours"
    );
}

#[tokio::test]
async fn calendars_out_of_reach_are_not_found_each() {
    let world = world().await;
    let holidays = "en.usa#holiday@group.v.calendar.google.com";
    world.ada.subscribe(holidays, "Holidays");
    let query = json!({
        "timeMin": "2026-03-03T00:00:00Z", "timeMax": "2026-03-04T00:00:00Z",
        "items": [{"id": holidays}, {"id": "nobody@example.edu"}, {"id": ADA}],
    });
    let told = world.program.post("/freeBusy", query).await.json(200);
    for id in [holidays, "nobody@example.edu"] {
        assert_eq!(told["calendars"][id]["errors"], json!([{"domain": "global", "reason": "notFound"}]));
    }
    assert_eq!(told["calendars"][ADA], json!({"busy": []}));
}

#[tokio::test]
async fn too_much_at_once_is_refused() {
    let world = world().await;
    let items: Vec<Value> = (0..51).map(|number| json!({"id": format!("{number}@example.edu")})).collect();
    let query = json!({"timeMin": "2026-03-03T00:00:00Z", "timeMax": "2026-03-04T00:00:00Z", "items": items});
    let told = world.program.post("/freeBusy", query).await.json(200);
    assert_eq!(told["calendars"]["7@example.edu"]["errors"][0]["reason"], "tooManyCalendarsRequested");
    let query = json!({"timeMin": "2026-03-03T00:00:00Z", "timeMax": "2026-06-04T00:00:00Z", "items": []});
    world.program.post("/freeBusy", query).await.refused(400, "timeRangeTooLong");
}
