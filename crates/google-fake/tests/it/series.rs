//! Series, their occurrences and exceptions.

use serde_json::{Value, json};

use crate::client::{ids, world};

const PRIMARY: &str = "/calendars/primary/events";
const ADA: &str = "ada@example.edu";

/// Lectures at a quarter past ten in Berlin, through the night in which the clocks change.
fn lectures() -> Value {
    json!({
        "summary": "Analysis",
        "start": {"dateTime": "2026-03-16T10:15:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-03-16T11:45:00", "timeZone": "Europe/Berlin"},
        "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"],
    })
}

fn starts(items: &[Value]) -> Vec<&str> {
    let start = |item: &Value| item["start"]["dateTime"].is_string();
    items.iter().filter(|item| start(item)).map(|item| item["start"]["dateTime"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn occurrences_stay_on_the_wall_clock() {
    let world = world().await;
    let series = world.ada.insert_event(ADA, lectures());
    let id = series["id"].as_str().unwrap();
    let list = world.program.get(&format!("{PRIMARY}/{id}/instances")).await.json(200);
    let items = list["items"].as_array().unwrap();
    assert_eq!(
        starts(items),
        [
            "2026-03-16T10:15:00+01:00",
            "2026-03-23T10:15:00+01:00",
            "2026-03-30T10:15:00+02:00",
            "2026-04-06T10:15:00+02:00",
        ]
    );
    assert_eq!(items[2]["id"], json!(format!("{id}_20260330T081500Z")));
    assert_eq!(items[2]["recurringEventId"], json!(id));
    assert_eq!(items[2]["originalStartTime"], items[2]["start"]);
    assert_eq!(items[2]["iCalUID"], series["iCalUID"]);
    assert!(items[2].get("recurrence").is_none());
}

#[tokio::test]
async fn rules_added_dates_and_dates_left_out_are_followed() {
    let world = world().await;
    let cases = [
        (
            json!(["RRULE:FREQ=DAILY;COUNT=5", "EXDATE;TZID=Europe/Berlin:20260317T101500"]),
            vec![16, 18, 19, 20],
        ),
        (json!(["RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260317T091500Z"]), vec![16, 18]),
        (json!(["RRULE:FREQ=DAILY;UNTIL=20260318T091500Z"]), vec![16, 17, 18]),
        (json!(["RRULE:FREQ=DAILY;UNTIL=20260317"]), vec![16, 17]),
        (json!(["RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3"]), vec![16, 17, 19]),
        (json!(["RDATE;TZID=Europe/Berlin:20260320T101500,20260321T101500"]), vec![16, 20, 21]),
    ];
    for (recurrence, days) in cases {
        let mut series = lectures();
        series["recurrence"] = recurrence.clone();
        let series = world.ada.insert_event(ADA, series);
        let path =
            format!("{PRIMARY}/{}/instances?timeMax=2026-04-01T00:00:00Z", series["id"].as_str().unwrap());
        let list = world.program.get(&path).await.json(200);
        let expected: Vec<String> = days.iter().map(|day| format!("2026-03-{day}T10:15:00+01:00")).collect();
        assert_eq!(starts(list["items"].as_array().unwrap()), expected, "{recurrence}");
    }
}

#[tokio::test]
async fn a_series_of_days_has_occurrences_named_after_days() {
    let world = world().await;
    let series = json!({
        "start": {"date": "2026-03-28"}, "end": {"date": "2026-03-30"}, "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=2"],
    });
    let series = world.ada.insert_event(ADA, series);
    let id = series["id"].as_str().unwrap();
    let second = world.program.get(&format!("{PRIMARY}/{id}_20260404")).await.json(200);
    assert_eq!(
        (&second["start"], &second["end"]),
        (&json!({"date": "2026-04-04"}), &json!({"date": "2026-04-06"}))
    );
    world.program.get(&format!("{PRIMARY}/{id}_20260405")).await.refused(404, "notFound");
}

#[tokio::test]
async fn a_list_has_series_or_their_occurrences() {
    let world = world().await;
    let id = world.ada.insert_event(ADA, lectures())["id"].as_str().unwrap().to_owned();
    let whole = world.program.get(PRIMARY).await.json(200);
    assert_eq!(ids(whole["items"].as_array().unwrap()), [&id]);
    let single = world.program.get(&format!("{PRIMARY}?singleEvents=true&orderBy=startTime")).await.json(200);
    assert_eq!(single["items"].as_array().unwrap().len(), 4);
    assert!(single.get("nextSyncToken").is_none(), "an order does not go with deltas");
    let bounds = "timeMin=2026-03-30T00:00:00Z&timeMax=2026-04-01T00:00:00Z";
    let bound = world.program.get(&format!("{PRIMARY}?singleEvents=true&{bounds}")).await.json(200);
    assert_eq!(starts(bound["items"].as_array().unwrap()), ["2026-03-30T10:15:00+02:00"]);
    let masters = world.program.get(&format!("{PRIMARY}?{bounds}")).await.json(200);
    assert_eq!(ids(masters["items"].as_array().unwrap()), [&id], "a series is in time if an occurrence is");
}

#[tokio::test]
async fn an_occurrence_that_is_changed_becomes_an_exception() {
    let world = world().await;
    let id = world.ada.insert_event(ADA, lectures())["id"].as_str().unwrap().to_owned();
    let (_, token, _) = world.program.walk(PRIMARY).await;
    let instance = format!("{id}_20260323T091500Z");
    let patch = json!({
        "start": {"dateTime": "2026-03-24T10:15:00+01:00"}, "end": {"dateTime": "2026-03-24T11:45:00+01:00"},
    });
    let changed = world.program.patch(&format!("{PRIMARY}/{instance}"), patch).await.json(200);
    assert_eq!(changed["originalStartTime"]["dateTime"], "2026-03-23T10:15:00+01:00");
    assert_eq!(changed["recurringEventId"], json!(id));
    let (items, _, _) = world.program.walk(&format!("{PRIMARY}?syncToken={token}")).await;
    assert_eq!(ids(&items), [&instance]);
    let (items, _, _) = world.program.walk(PRIMARY).await;
    assert_eq!(ids(&items), [id.as_str(), &instance], "series and exceptions");
    let week = world.ada.week(ADA, "2026-03-23T00:00:00Z", "2026-03-29T00:00:00Z");
    assert_eq!(starts(&week), ["2026-03-24T10:15:00+01:00"]);
}

#[tokio::test]
async fn an_occurrence_that_is_deleted_stays_told_for_as_long_as_the_series_lives() {
    let world = world().await;
    let id = world.ada.insert_event(ADA, lectures())["id"].as_str().unwrap().to_owned();
    let instance = format!("{id}_20260323T091500Z");
    assert_eq!(world.program.delete(&format!("{PRIMARY}/{instance}")).await.status, 204);
    world.program.delete(&format!("{PRIMARY}/{instance}")).await.refused(410, "deleted");
    let (items, token, _) = world.program.walk(PRIMARY).await;
    let told = &items[1];
    assert_eq!(
        told.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["etag", "id", "kind", "originalStartTime", "recurringEventId", "status"],
        "and no start"
    );
    assert_eq!(world.ada.week(ADA, "2026-03-23T00:00:00Z", "2026-03-29T00:00:00Z").len(), 0);
    world.ada.delete(ADA, &id);
    let (items, _, _) = world.program.walk(&format!("{PRIMARY}?syncToken={token}")).await;
    assert_eq!(ids(&items), [&id]);
    let (items, _, _) = world.program.walk(PRIMARY).await;
    assert_eq!(items, Vec::<Value>::new());
}

#[tokio::test]
async fn a_cancelled_occurrence_can_be_brought_back() {
    let world = world().await;
    let id = world.ada.insert_event(ADA, lectures())["id"].as_str().unwrap().to_owned();
    world.ada.delete_instance(ADA, &id, "2026-03-23T09:15:00Z");
    let path = format!("{PRIMARY}/{id}_20260323T091500Z");
    let back = world.program.patch(&path, json!({"status": "confirmed"})).await.json(200);
    assert_eq!(back["status"], "confirmed");
    assert_eq!(world.ada.week(ADA, "2026-03-23T00:00:00Z", "2026-03-29T00:00:00Z").len(), 1);
    world.ada.delete(ADA, &id);
    world.program.patch(&path, json!({"status": "confirmed"})).await.refused(403, "forbidden");
}

#[tokio::test]
async fn exceptions_go_with_the_occurrences_that_a_series_loses() {
    let world = world().await;
    let id = world.ada.insert_event(ADA, lectures())["id"].as_str().unwrap().to_owned();
    world.ada.edit_instance(ADA, &id, "2026-03-30T08:15:00Z", json!({"summary": "Guest"}));
    let (_, token, _) = world.program.walk(PRIMARY).await;
    world.ada.edit(ADA, &id, json!({"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=2"]}));
    let (items, _, _) = world.program.walk(&format!("{PRIMARY}?syncToken={token}")).await;
    assert_eq!(items[1]["status"], "cancelled");
    assert_eq!(items[1]["recurringEventId"], json!(id));
}

#[tokio::test]
async fn a_series_becomes_single_and_repeats_again() {
    let world = world().await;
    let id = world.ada.insert_event(ADA, lectures())["id"].as_str().unwrap().to_owned();
    let path = format!("{PRIMARY}/{id}");
    let single = world.program.patch(&path, json!({"recurrence": null})).await.json(200);
    assert!(single.get("recurrence").is_none());
    world.program.get(&format!("{path}/instances")).await.refused(400, "badRequest");
    let rule = json!({"recurrence": ["RRULE:FREQ=DAILY;COUNT=3"]});
    world.program.patch(&path, rule).await.json(200);
    let list = world.program.get(&format!("{path}/instances")).await.json(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
    let on_occurrence = json!({"recurrence": ["RRULE:FREQ=DAILY;COUNT=3"]});
    world.program.patch(&format!("{path}_20260317T091500Z"), on_occurrence).await.refused(400, "invalid");
}

#[tokio::test]
async fn this_and_all_following_makes_a_series_of_its_own() {
    let world = world().await;
    let mut series = lectures();
    series["recurrence"] = json!(["RRULE:FREQ=WEEKLY"]);
    let id = world.ada.insert_event(ADA, series)["id"].as_str().unwrap().to_owned();
    let new =
        world.ada.edit_following(ADA, &id, "2026-03-30T08:15:00Z", json!({"summary": "Analysis, part 2"}));
    assert_ne!(new["id"], json!(id));
    let weeks = world.ada.week(ADA, "2026-03-16T00:00:00Z", "2026-04-08T00:00:00Z");
    let told: Vec<&str> = weeks.iter().map(|event| event["summary"].as_str().unwrap()).collect();
    assert_eq!(told, ["Analysis", "Analysis", "Analysis, part 2", "Analysis, part 2"]);
}

#[tokio::test]
async fn a_delta_of_occurrences_tells_half_a_year_of_those_that_are_gone() {
    let world = world().await;
    let mut series = lectures();
    series["recurrence"] = json!(["RRULE:FREQ=WEEKLY"]);
    let id = world.ada.insert_event(ADA, series)["id"].as_str().unwrap().to_owned();
    let (all, token, _) = world.program.walk(&format!("{PRIMARY}?singleEvents=true")).await;
    assert_eq!(all.len(), 103, "two years of weeks");
    world.ada.delete_instance(ADA, &id, "2026-03-23T09:15:00Z");
    let delta = format!("{PRIMARY}?singleEvents=true&syncToken={token}");
    let (items, token, _) = world.program.walk(&delta).await;
    assert_eq!(ids(&items), [format!("{id}_20260323T091500Z")]);
    world.ada.delete(ADA, &id);
    let (items, _, _) = world.program.walk(&format!("{PRIMARY}?singleEvents=true&syncToken={token}")).await;
    assert!(items.iter().all(|item| item["status"] == "cancelled"));
    assert!((20..30).contains(&items.len()), "{} are told of", items.len());
}
