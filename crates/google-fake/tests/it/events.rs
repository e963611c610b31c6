//! One event: made, read, changed, moved, deleted.

use http::Method;
use serde_json::{Value, json};

use crate::client::{hour, world};

const PRIMARY: &str = "/calendars/primary/events";

fn id(event: &Value) -> String {
    event["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_made_is_told_in_the_zone_of_the_calendar() {
    let world = world().await;
    let made = world.program.post(PRIMARY, hour("Study", 3, 9)).await.json(200);
    assert_eq!(made["start"], json!({"dateTime": "2026-03-03T10:00:00+01:00", "timeZone": "Europe/Berlin"}));
    assert_eq!(made["organizer"], json!({"email": "ada@example.edu", "self": true}));
    assert_eq!(made["status"], "confirmed");
    assert_eq!(made["sequence"], 0);
    assert!(made.get("transparency").is_none(), "opaque is told by silence");
    let told = world.program.get(&format!("{PRIMARY}/{}?timeZone=Asia/Tokyo", id(&made))).await;
    assert_eq!(told.header("etag"), made["etag"].as_str());
    assert_eq!(told.json(200)["start"]["dateTime"], "2026-03-03T18:00:00+09:00");
}

#[tokio::test]
async fn a_fraction_of_a_second_is_lost() {
    let world = world().await;
    let mut event = hour("Study", 3, 9);
    event["start"]["dateTime"] = json!("2026-03-03T09:00:00.987Z");
    let made = world.program.post(PRIMARY, event).await.json(200);
    assert_eq!(made["start"]["dateTime"], "2026-03-03T10:00:00+01:00");
}

#[tokio::test]
async fn times_that_make_no_sense_are_refused() {
    let world = world().await;
    let cases = [
        (json!({"end": {"date": "2026-03-03"}}), "required"),
        (json!({"start": {"date": "2026-03-03"}, "end": {"dateTime": "2026-03-03T10:00:00Z"}}), "invalid"),
        (
            json!({"start": {"date": "2026-03-03", "dateTime": "2026-03-03T10:00:00Z"}, "end": {"date": "2026-03-04"}}),
            "invalid",
        ),
        (
            json!({"start": {"dateTime": "2026-03-03T10:00:00"}, "end": {"dateTime": "2026-03-03T11:00:00"}}),
            "required",
        ),
        (json!({"start": {"date": "2026-03-03"}, "end": {"date": "2026-03-03"}}), "timeRangeEmpty"),
        (
            json!({"start": {"dateTime": "2026-03-03T10:00:00Z"}, "end": {"dateTime": "2026-03-03T09:00:00Z"}}),
            "timeRangeEmpty",
        ),
        (
            json!({
                "start": {"dateTime": "2026-03-03T10:00:00Z"}, "end": {"dateTime": "2026-03-03T11:00:00Z"},
                "recurrence": ["RRULE:FREQ=DAILY;COUNT=2"],
            }),
            "required",
        ),
        (
            json!({
                "start": {"date": "2026-03-03"}, "end": {"date": "2026-03-04"}, "recurrence": ["RRULE:FREQ=SOMETIMES"],
            }),
            "invalid",
        ),
    ];
    for (event, reason) in cases {
        world.program.post(PRIMARY, event).await.refused(400, reason);
    }
}

#[tokio::test]
async fn a_time_without_an_offset_is_on_the_clock_of_its_zone() {
    let world = world().await;
    let event = json!({
        "start": {"dateTime": "2026-03-29T02:30:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-03-29T04:00:00", "timeZone": "Europe/Berlin"},
    });
    let made = world.program.post(PRIMARY, event).await.json(200);
    assert_eq!(made["start"]["dateTime"], "2026-03-29T03:30:00+02:00", "the clock never shows half past two");
}

#[tokio::test]
async fn ids_of_programs_are_checked_and_used_once() {
    let world = world().await;
    for bad in ["abcd", "UPPER", "wxyz0", "with-dash"] {
        let mut event = hour("Study", 3, 9);
        event["id"] = json!(bad);
        world.program.post(PRIMARY, event).await.refused(400, "invalid");
    }
    let mut event = hour("Study", 3, 9);
    event["id"] = json!("0123456789abcdefuv");
    world.program.post(PRIMARY, event.clone()).await.json(200);
    world.program.post(PRIMARY, event.clone()).await.refused(409, "duplicate");
    assert_eq!(world.program.delete(&format!("{PRIMARY}/0123456789abcdefuv")).await.status, 204);
    world.program.post(PRIMARY, event).await.refused(409, "duplicate");
    world.program.delete(&format!("{PRIMARY}/0123456789abcdefuv")).await.refused(410, "deleted");
    let told = world.program.get(&format!("{PRIMARY}/0123456789abcdefuv")).await.json(200);
    assert_eq!(told["status"], "cancelled", "what is deleted is still told of");
    let patch = json!({"summary": "Alive?"});
    world.program.patch(&format!("{PRIMARY}/0123456789abcdefuv"), patch).await.refused(403, "forbidden");
}

#[tokio::test]
async fn a_write_with_a_stale_etag_is_refused() {
    let world = world().await;
    let made = world.program.post(PRIMARY, hour("Study", 3, 9)).await.json(200);
    let path = format!("{PRIMARY}/{}", id(&made));
    let stale = made["etag"].as_str().unwrap();
    world.ada.edit("ada@example.edu", &id(&made), json!({"summary": "Mine"}));
    let patch = json!({"summary": "Yours"});
    for (method, body) in [(Method::PATCH, Some(&patch)), (Method::DELETE, None)] {
        let reply = world.program.ask(method, &path, Some(stale), body).await;
        let body = reply.refused(412, "conditionNotMet");
        assert_eq!(body["error"]["errors"][0]["location"], "If-Match");
    }
    let fresh = world.program.get(&path).await.json(200)["etag"].as_str().unwrap().to_owned();
    world.program.ask(Method::PATCH, &path, Some(&fresh), Some(&patch)).await.json(200);
    world.program.ask(Method::PATCH, &path, Some("*"), Some(&json!({"summary": "Any"}))).await.json(200);
}

#[tokio::test]
async fn a_patch_merges_and_null_clears() {
    let world = world().await;
    let mut event = hour("Study", 3, 9);
    event["description"] = json!("Chapter 2");
    event["extendedProperties"] = json!({"private": {"a": "1", "b": "2"}});
    let made = world.program.post(PRIMARY, event).await.json(200);
    let path = format!("{PRIMARY}/{}", id(&made));
    let patch = json!({"description": null, "extendedProperties": {"private": {"a": null, "c": "3"}}});
    let patched = world.program.patch(&path, patch).await.json(200);
    assert_eq!(patched["summary"], "Study");
    assert!(patched.get("description").is_none());
    assert_eq!(patched["extendedProperties"], json!({"private": {"b": "2", "c": "3"}}));
    assert_eq!(patched["sequence"], 0, "nothing was moved");
    let put = world.program.put(&path, hour("Study", 3, 9)).await.json(200);
    assert!(put.get("extendedProperties").is_none(), "what a PUT leaves out is gone");
}

#[tokio::test]
async fn a_patch_from_a_time_to_a_day_has_to_clear_the_time() {
    let world = world().await;
    let made = world.program.post(PRIMARY, hour("Study", 3, 9)).await.json(200);
    let path = format!("{PRIMARY}/{}", id(&made));
    let patch = json!({"start": {"date": "2026-03-03"}, "end": {"date": "2026-03-04"}});
    world.program.patch(&path, patch).await.refused(400, "invalid");
    let patch = json!({
        "start": {"date": "2026-03-03", "dateTime": null}, "end": {"date": "2026-03-04", "dateTime": null},
    });
    let patched = world.program.patch(&path, patch).await.json(200);
    assert_eq!(patched["start"], json!({"date": "2026-03-03"}));
}

#[tokio::test]
async fn long_extended_properties_are_dropped_and_cut_without_a_word() {
    let world = world().await;
    let mut event = hour("Study", 3, 9);
    event["extendedProperties"] = json!({"private": {"k".repeat(45): "1", "k".repeat(44): "é".repeat(1025)}});
    let made = world.program.post(PRIMARY, event).await.json(200);
    assert_eq!(made["extendedProperties"]["private"], json!({"k".repeat(44): "é".repeat(1024)}));
}

#[tokio::test]
async fn a_sequence_rises_with_every_move_and_never_goes_down() {
    let world = world().await;
    let made = world.program.post(PRIMARY, hour("Study", 3, 9)).await.json(200);
    let path = format!("{PRIMARY}/{}", id(&made));
    let patched = world.program.patch(&path, hour("Study", 3, 10)).await.json(200);
    assert_eq!(patched["sequence"], 1);
    let mut event = hour("Study", 3, 11);
    event["sequence"] = json!(0);
    world.program.put(&path, event.clone()).await.refused(400, "invalid");
    event["sequence"] = json!(5);
    assert_eq!(world.program.put(&path, event).await.json(200)["sequence"], 5);
}

#[tokio::test]
async fn writing_what_is_there_changes_nothing() {
    let world = world().await;
    let made = world.program.post(PRIMARY, hour("Study", 3, 9)).await.json(200);
    let path = format!("{PRIMARY}/{}", id(&made));
    let same = world.program.patch(&path, json!({"summary": "Study", "kind": "something"})).await.json(200);
    assert_eq!(same["etag"], made["etag"]);
}

#[tokio::test]
async fn reminders_change_the_etag_and_not_the_time_of_change() {
    let world = world().await;
    let made = world.program.post(PRIMARY, hour("Study", 3, 9)).await.json(200);
    world.clock.advance_seconds(60);
    let reminders =
        json!({"reminders": {"useDefault": false, "overrides": [{"method": "popup", "minutes": 5}]}});
    let patched = world.program.patch(&format!("{PRIMARY}/{}", id(&made)), reminders).await.json(200);
    assert_ne!(patched["etag"], made["etag"]);
    assert_eq!(patched["updated"], made["updated"]);
}

#[tokio::test]
async fn the_type_of_an_event_never_changes() {
    let world = world().await;
    let made = world.program.post(PRIMARY, hour("Study", 3, 9)).await.json(200);
    let path = format!("{PRIMARY}/{}", id(&made));
    world.program.patch(&path, json!({"eventType": "focusTime"})).await.refused(400, "eventTypeRestriction");
    let mut mail = hour("Flight", 3, 9);
    mail["eventType"] = json!("fromGmail");
    world.program.post(PRIMARY, mail).await.refused(400, "eventTypeRestriction");
    let classes = world.ada.calendar("Classes");
    let mut focus = hour("Focus", 3, 9);
    focus["eventType"] = json!("focusTime");
    world.program.post(PRIMARY, focus.clone()).await.json(200);
    world
        .program
        .post(&format!("/calendars/{classes}/events"), focus)
        .await
        .refused(400, "eventTypeRestriction");
}

#[tokio::test]
async fn an_event_that_moves_is_gone_where_it_was() {
    let world = world().await;
    let classes = world.ada.calendar("Classes");
    let made = world.program.post(PRIMARY, hour("Study", 3, 9)).await.json(200);
    let path = format!("{PRIMARY}/{}/move?destination={classes}", id(&made));
    let moved = world.program.ask(Method::POST, &path, None, None).await.json(200);
    assert_eq!((&moved["id"], &moved["status"]), (&made["id"], &json!("cancelled")));
    assert_eq!(world.program.get(&format!("{PRIMARY}/{}", id(&made))).await.json(200)["status"], "cancelled");
    let there = world.program.get(&format!("/calendars/{classes}/events/{}", id(&made))).await.json(200);
    assert_eq!(there["status"], "confirmed");
    assert_eq!(there["organizer"]["email"], json!(classes));
    assert_eq!(there["etag"], moved["etag"]);
}

#[tokio::test]
async fn what_is_imported_twice_is_there_once() {
    let world = world().await;
    let mut event = hour("Talk", 3, 9);
    event["iCalUID"] = json!("talk@elsewhere");
    let path = format!("{PRIMARY}/import");
    let first = world.program.post(&path, event.clone()).await.json(200);
    event["summary"] = json!("The talk");
    let second = world.program.post(&path, event.clone()).await.json(200);
    assert_eq!(first["id"], second["id"]);
    assert_eq!(second["iCalUID"], "talk@elsewhere");
    assert_eq!(world.ada.events("ada@example.edu").len(), 1);
    event["id"] = json!("abcdef");
    world.program.post(&path, event).await.refused(400, "invalid");
    world.program.post(&path, hour("No id", 3, 9)).await.refused(400, "required");
}

#[tokio::test]
async fn a_guest_may_not_set_what_is_the_organizers() {
    let world = world().await;
    let mut event = hour("Seminar", 3, 9);
    event["organizer"] = json!({"email": "prof@example.edu"});
    event["attendees"] = json!([{"email": "prof@example.edu"}, {"email": "ada@example.edu"}]);
    let made = world.ada.insert_event("ada@example.edu", event);
    assert_eq!(made["attendees"][1]["self"], true);
    assert_eq!(made["attendees"][0]["organizer"], true);
    let path = format!("{PRIMARY}/{}", id(&made));
    let patch = json!({"extendedProperties": {"shared": {"a": "1"}}});
    world.program.patch(&path, patch).await.refused(403, "forbiddenForNonOrganizer");
    world.program.patch(&path, json!({"extendedProperties": {"private": {"a": "1"}}})).await.json(200);
    let answered = world.ada.respond("ada@example.edu", &id(&made), "declined");
    assert_eq!(answered["attendees"][1]["responseStatus"], "declined");
}

#[tokio::test]
async fn only_the_fields_asked_for_are_told() {
    let world = world().await;
    let made = world.program.post(&format!("{PRIMARY}?fields=id,start(dateTime)"), hour("Study", 3, 9)).await;
    let made = made.json(200);
    assert_eq!(made.as_object().unwrap().len(), 2);
    assert_eq!(made["start"], json!({"dateTime": "2026-03-03T10:00:00+01:00"}));
    let list = world.program.get(&format!("{PRIMARY}?fields=kind,items(id,end/dateTime)")).await.json(200);
    assert_eq!(list["items"][0]["end"], json!({"dateTime": "2026-03-03T11:00:00+01:00"}));
    assert!(list.get("nextSyncToken").is_none());
    assert_eq!(world.program.get(&format!("{PRIMARY}?fields=items(id")).await.status, 400);
}
