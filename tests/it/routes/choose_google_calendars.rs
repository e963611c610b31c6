//! `PUT /api/v1/google/calendars`

use serde_json::{Value, json};

use crate::harness::{ADA, Api, Ask, with, without};

const ENDPOINT: Ask = Ask::put("/api/v1/google/calendars");

fn choice() -> Value {
    json!({
        "sync_enabled": true, "read_calendar_ids": ["primary"], "busy_calendar_ids": [], "write_calendar_id": null,
        "calendar_rules": {},
    })
}

fn lesson(day: u8) -> Value {
    json!({
        "summary": "Algebra", "start": {"dateTime": format!("2026-03-{day:02}T10:00:00Z")},
        "end": {"dateTime": format!("2026-03-{day:02}T11:00:00Z")},
    })
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::with_google().await;
    api.connect_google(&api.user("ada")).await;
    ENDPOINT.with(choice()).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn a_body_must_be_readable_json() {
    let api = Api::with_google().await;
    ENDPOINT.wants_json(&api).await;
}

#[tokio::test]
async fn without_an_account_there_is_nothing_to_choose() {
    let api = Api::with_google().await;
    ENDPOINT.with(choice()).by(&api.user("ada")).await.problem(404, "not-found");
}

#[tokio::test]
async fn what_is_chosen_is_read_and_what_is_not_goes() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    let at_google = api.connect_google(&ada).await;
    let timetable = at_google.calendar("Timetable");
    at_google.insert_event(&timetable, lesson(3));
    at_google.insert_event(ADA, lesson(4));
    // The list of calendars is read once a day.
    api.clock.advance_minutes(25 * 60);
    api.settle().await;
    assert_eq!(ada.events().await.len(), 1);
    let wanted = with(
        &choice(),
        json!({
            "read_calendar_ids": [timetable], "calendar_rules": {&timetable: {"type": "CLASS", "protected": true}},
        }),
    );
    let told = ENDPOINT.with(wanted).by(&ada).await.json(200);
    assert_eq!(
        told["choice"]["calendar_rules"][&timetable],
        json!({"type": "CLASS", "is_movable": false, "protected": true})
    );
    let read: Vec<&Value> =
        told["items"].as_array().unwrap().iter().filter(|one| one["is_read"] == true).collect();
    assert_eq!(
        (read.len(), &read[0]["title"], &read[0]["rule"]["type"]),
        (1, &json!("Timetable"), &json!("CLASS"))
    );
    api.settle().await;
    let events = ada.events().await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(
        (&events[0]["start_ts"], &events[0]["type"]),
        (&json!("2026-03-03T10:00:00Z"), &json!("CLASS"))
    );
}

#[tokio::test]
async fn what_cannot_be_chosen_is_told_by_its_field() {
    let api = Api::with_google().await;
    let ada = api.user("ada");
    api.ada_at_google().subscribe("en.usa#holiday@group.v.calendar.google.com", "Holidays");
    api.connect_google(&ada).await;
    let holidays = "en.usa#holiday@group.v.calendar.google.com";
    let change = |members: Value| with(&choice(), members);
    let told = ENDPOINT.refusals(
        &api,
        [
            ("no switch", without(&choice(), "sync_enabled")),
            ("no calendar to write to", without(&choice(), "write_calendar_id")),
            ("an unknown calendar to read", change(json!({"read_calendar_ids": ["nowhere@example.org"]}))),
            ("an unknown calendar to ask", change(json!({"busy_calendar_ids": ["nowhere@example.org"]}))),
            ("an unknown calendar to write to", change(json!({"write_calendar_id": "nowhere@example.org"}))),
            ("a calendar that is not theirs", change(json!({"write_calendar_id": holidays}))),
            ("too many calendars", change(json!({"read_calendar_ids": vec!["primary"; 101]}))),
            ("a name that is too long", change(json!({"read_calendar_ids": ["x".repeat(1025)]}))),
            ("a rule without a type", change(json!({"calendar_rules": {"primary": {"protected": true}}}))),
            ("a rule of an unknown type", change(json!({"calendar_rules": {"primary": {"type": "PARTY"}}}))),
            ("something else", change(json!({"colour": "red"}))),
        ],
    );
    insta::assert_json_snapshot!(told.await);
}
