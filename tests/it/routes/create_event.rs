//! `POST /api/v1/events`

use serde_json::{Value, json};

use crate::harness::{Api, Ask, with, without};

const ENDPOINT: Ask = Ask::post("/api/v1/events");

fn lecture() -> Value {
    json!({
        "title": "Algebra lecture", "type": "CLASS",
        "start_ts": "2026-03-04T10:00:00Z", "end_ts": "2026-03-04T11:30:00Z",
    })
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    ENDPOINT.with(lecture()).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn a_body_must_be_readable_json() {
    let api = Api::start().await;
    ENDPOINT.wants_json(&api).await;
}

#[tokio::test]
async fn an_event_is_fixed_and_opaque_unless_it_is_said_not_to_be() {
    let api = Api::start().await;
    let reply = ENDPOINT.with(lecture()).by(&api.user("ada")).await;
    let event = reply.json(201);
    insta::assert_json_snapshot!(event);
    assert_eq!(reply.headers["location"], format!("/api/v1/events/{}", event["id"].as_str().unwrap()));
}

#[tokio::test]
async fn everything_that_is_said_of_an_event_is_kept() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let exam = ada.exam("2026-03-05T12:00", 120).await;
    let body = json!({
        "title": "Übung 📚 \u{202e}abc", "type": "FOCUS", "start_ts": "2026-03-04T11:00:00+01:00",
        "end_ts": "2026-03-04t07:15:00.000-05:00", "is_movable": true, "protected": true, "transparent": true,
        "task_id": exam["id"], "metadata": {"room": "A 12", "tags": [1, 2.5, null, {"": true}]},
    });
    let reply = ENDPOINT.with(body).by(&ada).await;
    let event = reply.json(201);
    insta::assert_json_snapshot!(event);
    assert_eq!(ada.get(reply.headers["location"].to_str().unwrap()).await.json(200), event);
}

#[tokio::test]
async fn numbers_come_back_as_they_were_sent() {
    let api = Api::start().await;
    let ada = api.user("ada");
    // Numbers that a reader who rounds carelessly takes for their neighbour, or for infinity.
    let numbers = json!([
        f64::MAX,
        f64::MIN,
        f64::MAX.next_down(),
        f64::MIN_POSITIVE,
        f64::from_bits(1),
        1e23,
        0.1,
        1.0 / 3.0,
        9_007_199_254_740_993.0,
        -122.416_294_033_786_58,
        u64::MAX,
        i64::MIN,
    ]);
    let body = with(&lecture(), json!({"metadata": {"numbers": numbers}}));
    let event = ENDPOINT.with(body).by(&ada).await.json(201);
    assert_eq!(event["metadata"]["numbers"], numbers);
    assert_eq!(ada.events().await, [event]);
}

#[tokio::test]
async fn every_kind_of_event_can_be_made() {
    let api = Api::start().await;
    for kind in ["CLASS", "WORK", "SLEEP", "DND", "EXAM", "FOCUS", "CHILL", "LOW_PRIORITY", "OTHER"] {
        let event =
            ENDPOINT.with(with(&lecture(), json!({"type": kind}))).by(&api.user("ada")).await.json(201);
        assert_eq!(event["type"], kind);
    }
}

#[tokio::test]
async fn what_lies_on_the_bounds_is_taken() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for members in [
        json!({"title": "x"}),
        json!({"title": "ä".repeat(500)}),
        json!({"title": " spaces around "}),
        json!({"title": "\u{200b}"}),
        json!({"title": "\u{180e}"}),
        json!({"title": "\u{feff}"}),
        json!({"title": "\u{2800}"}),
        json!({"end_ts": "2026-03-04T10:01:00Z"}),
        json!({"start_ts": "1900-01-01T00:00:00Z", "end_ts": "1900-01-01T00:01:00Z"}),
        json!({"start_ts": "9000-12-31T23:58:00Z", "end_ts": "9000-12-31T23:59:00Z"}),
        // A minute less than 62 days.
        json!({"start_ts": "2026-03-01T00:00:00Z", "end_ts": "2026-05-01T23:59:00Z"}),
        json!({"metadata": {"x": "x".repeat(16 * 1024 - 8)}}),
        json!({"metadata": {"x": vec![1; 8000]}}),
        json!({"metadata": {"x": [1e308, -1e-308, 0.1, u64::MAX, i64::MIN]}}),
        json!({"task_id": null}),
    ] {
        let event = ENDPOINT.with(with(&lecture(), members.clone())).by(&ada).await.json(201);
        for (name, value) in members.as_object().unwrap() {
            assert_eq!(event[name], *value);
        }
    }
}

#[tokio::test]
async fn what_is_out_of_bounds_is_refused_by_field() {
    let api = Api::start().await;
    let of_eve = api.user("eve").exam("2026-03-05T12:00", 120).await;
    let lecture = lecture();
    let bodies = [
        ("no title", without(&lecture, "title")),
        ("no type", without(&lecture, "type")),
        ("no start", without(&lecture, "start_ts")),
        ("no end", without(&lecture, "end_ts")),
        ("an unknown field", with(&lecture, json!({"colour": "red"}))),
        ("a field of ours", with(&lecture, json!({"version": 7}))),
        ("an id", with(&lecture, json!({"id": "00000000-0000-0000-0000-000000000001"}))),
        ("an empty title", with(&lecture, json!({"title": ""}))),
        ("a blank title", with(&lecture, json!({"title": " \u{a0}\u{2003}"}))),
        ("a long title", with(&lecture, json!({"title": "x".repeat(501)}))),
        ("NUL in the title", with(&lecture, json!({"title": "a\0b"}))),
        ("a line break in the title", with(&lecture, json!({"title": "a\nb"}))),
        ("a number as title", with(&lecture, json!({"title": 7}))),
        ("null as title", with(&lecture, json!({"title": null}))),
        ("an unknown type", with(&lecture, json!({"type": "LECTURE"}))),
        ("a type in small letters", with(&lecture, json!({"type": "class"}))),
        ("a task's type", with(&lecture, json!({"type": "ASSIGNMENT"}))),
        ("an end before the start", with(&lecture, json!({"end_ts": "2026-03-04T09:59:00Z"}))),
        ("no time at all", with(&lecture, json!({"end_ts": "2026-03-04T10:00:00Z"}))),
        ("no time at all in another zone", with(&lecture, json!({"end_ts": "2026-03-04T11:00:00+01:00"}))),
        ("62 days", with(&lecture, json!({"end_ts": "2026-05-05T10:00:00Z"}))),
        ("seconds", with(&lecture, json!({"start_ts": "2026-03-04T10:00:01Z"}))),
        ("parts of a second", with(&lecture, json!({"end_ts": "2026-03-04T11:30:00.001Z"}))),
        ("99 minutes", with(&lecture, json!({"start_ts": "2026-03-04T12:99:00Z"}))),
        ("the 30th of February", with(&lecture, json!({"start_ts": "2026-02-30T10:00:00Z"}))),
        ("no offset", with(&lecture, json!({"start_ts": "2026-03-04T10:00:00"}))),
        ("a date", with(&lecture, json!({"start_ts": "2026-03-04"}))),
        ("a number of seconds", with(&lecture, json!({"start_ts": 1_772_000_000}))),
        ("null as start", with(&lecture, json!({"start_ts": null}))),
        (
            "before 1900",
            with(&lecture, json!({"start_ts": "1899-12-31T23:59:00Z", "end_ts": "1900-01-01T00:01:00Z"})),
        ),
        (
            "after 9000",
            with(&lecture, json!({"start_ts": "9000-12-31T23:59:00Z", "end_ts": "9001-01-01T00:00:00Z"})),
        ),
        ("year 10000", with(&lecture, json!({"end_ts": "9999-12-31T23:59:00-01:00"}))),
        ("a word for a truth", with(&lecture, json!({"is_movable": "yes"}))),
        ("null for a truth", with(&lecture, json!({"protected": null}))),
        ("an unknown task", with(&lecture, json!({"task_id": "00000000-0000-4000-8000-00000000abcd"}))),
        ("another user's task", with(&lecture, json!({"task_id": of_eve["id"]}))),
        ("no id of a task", with(&lecture, json!({"task_id": "algebra"}))),
        ("a list as metadata", with(&lecture, json!({"metadata": []}))),
        ("null as metadata", with(&lecture, json!({"metadata": null}))),
        ("large metadata", with(&lecture, json!({"metadata": {"x": "x".repeat(16 * 1024 - 7)}}))),
        (
            "metadata that is large once written out",
            with(&lecture, json!({"metadata": {"x": vec![1e300; 1000]}})),
        ),
        ("NUL deep in metadata", with(&lecture, json!({"metadata": {"a": [{"b": "\0"}]}}))),
        ("NUL in a key of metadata", with(&lecture, json!({"metadata": {"a\0": 1}}))),
        (
            "several wrong fields",
            with(
                &lecture,
                json!({
            "start_ts": "1899-12-31T23:59:00Z", "metadata": {"x": "x".repeat(20_000)}}),
            ),
        ),
        ("a list of the fields", json!(["Algebra", "2026-03-04T10:00:00Z", "2026-03-04T11:00:00Z", "CLASS"])),
    ];
    insta::assert_json_snapshot!(ENDPOINT.refusals(&api, bodies).await);
}

#[tokio::test]
async fn a_field_that_does_not_fit_is_told_by_its_pointer() {
    let api = Api::start().await;
    let body = with(&lecture(), json!({"start_ts": "2026-03-04T12:99:00Z"}));
    let problem = ENDPOINT.with(body).by(&api.user("ada")).await.problem(422, "invalid-body");
    insta::assert_json_snapshot!(problem);
}
