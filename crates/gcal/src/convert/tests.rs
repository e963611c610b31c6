use proptest::prelude::*;
use serde_json::{Value, json};
use time::macros::{date, datetime};

use super::*;

fn read(event: Value) -> RemoteEvent {
    super::event(serde_json::from_value(event).unwrap()).unwrap()
}

#[test]
fn a_meeting_is_read_with_its_zone_and_the_answer_to_its_invitation() {
    let meeting = read(json!({
        "kind": "calendar#event", "id": "e1", "etag": "\"31\"", "status": "confirmed", "summary": "Board",
        "updated": "2026-03-01T08:00:00.125Z",
        "start": {"dateTime": "2026-03-04T10:00:00+01:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-03-04T11:00:30+01:00", "timeZone": "Europe/Berlin"},
        "attendees": [
            {"email": "eve@example.edu", "responseStatus": "accepted"},
            {"email": "ada@example.edu", "self": true, "responseStatus": "declined"},
        ],
        "extendedProperties": {"private": {"canvascal": "00000000-0000-0000-0000-000000000007", "other": "x"}},
        "eventType": "default", "somethingNew": {"a": 1},
    }));
    let zone = Some("Europe/Berlin".to_owned());
    let fields = RemoteFields {
        title: "Board".to_owned(),
        start: RemoteTime::At { moment: datetime!(2026-03-04 09:00 UTC), zone: zone.clone() },
        end: RemoteTime::At { moment: datetime!(2026-03-04 10:00:30 UTC), zone },
        recurrence: Vec::new(),
        transparent: false,
        declined: true,
        nature: Nature::Ordinary,
        made_for: Some(Uuid::from_u128(7)),
    };
    let (id, etag) = ("e1".to_owned(), "\"31\"".to_owned());
    let updated = Some(datetime!(2026-03-01 08:00:00.125 UTC));
    assert_eq!(
        meeting,
        RemoteEvent { id, etag, updated, is_cancelled: false, place: None, fields: Some(fields) }
    );
}

#[test]
fn a_whole_day_has_no_hours_and_a_series_its_rule() {
    let holiday = read(json!({
        "id": "h", "start": {"date": "2026-12-24"}, "end": {"date": "2026-12-27"}, "transparency": "transparent",
        "recurrence": ["RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20271224"],
    }));
    let fields = holiday.fields.unwrap();
    assert_eq!(fields.start, RemoteTime::Day(date!(2026 - 12 - 24)));
    assert_eq!(fields.end, RemoteTime::Day(date!(2026 - 12 - 27)));
    assert_eq!(fields.recurrence, ["RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20271224"]);
    assert!(fields.transparent);
    assert_eq!(fields.title, "");
}

#[test]
fn of_a_deleted_event_an_id_is_enough() {
    let gone = read(json!({"id": "e1", "status": "cancelled"}));
    assert!(gone.is_cancelled && gone.fields.is_none() && gone.place.is_none());
    assert!(event(api::Event::default()).is_none());
}

#[test]
fn an_occurrence_that_is_left_out_names_its_series_and_when_it_would_have_been() {
    let left_out = read(json!({
        "id": "s_20260304T090000Z", "status": "cancelled", "recurringEventId": "s",
        "originalStartTime": {"dateTime": "2026-03-04T09:00:00Z", "timeZone": "Europe/Berlin"},
    }));
    assert_eq!(left_out.group(), "s");
    let zone = Some("Europe/Berlin".to_owned());
    let original_start = RemoteTime::At { moment: datetime!(2026-03-04 09:00 UTC), zone };
    assert_eq!(left_out.place, Some(SeriesPlace { master: "s".to_owned(), original_start }));
}

#[test]
fn googles_own_sorts_of_events_are_told_apart_and_new_ones_are_ordinary() {
    for (event_type, nature) in [
        ("default", Nature::Ordinary),
        ("focusTime", Nature::Focus),
        ("outOfOffice", Nature::OutOfOffice),
        ("workingLocation", Nature::WorkingLocation),
        ("birthday", Nature::Birthday),
        ("fromGmail", Nature::Ordinary),
        ("somethingNew", Nature::Ordinary),
    ] {
        let day = json!({"date": "2026-03-04"});
        let event = read(json!({"id": "e", "start": day, "end": day, "eventType": event_type}));
        assert_eq!(event.fields.unwrap().nature, nature, "{event_type}");
    }
}

#[test]
fn who_made_an_event_for_what_is_believed_only_where_it_is_an_identity() {
    let day = json!({"date": "2026-03-04"});
    let property = json!({"private": {"canvascal": "me"}});
    let event = read(json!({"id": "e", "start": day, "end": day, "extendedProperties": property}));
    assert_eq!(event.fields.unwrap().made_for, None);
}

#[test]
fn of_a_calendar_the_owners_own_name_for_it_counts() {
    let read = |entry: Value| calendar(serde_json::from_value(entry).unwrap());
    let holidays = read(json!({
        "id": "en.usa#holiday@group.v.calendar.google.com", "summary": "Holidays in United States",
        "summaryOverride": "Holidays", "timeZone": "America/New_York", "accessRole": "reader",
    }));
    let holidays = holidays.unwrap();
    assert_eq!((holidays.title.as_str(), holidays.access), ("Holidays", AccessRole::Reader));
    assert!(!holidays.is_primary);
    let role = |role: &str| read(json!({"id": "c", "accessRole": role})).map(|calendar| calendar.access);
    assert_eq!(role("owner"), Some(AccessRole::Owner));
    assert_eq!(role("writerWithoutPrivateAccess"), Some(AccessRole::Writer));
    assert_eq!(role("somethingNew"), Some(AccessRole::FreeBusyReader));
    assert_eq!(role("none"), None);
}

proptest! {
    #[test]
    fn a_moment_is_the_same_in_both_types(seconds in -60_000_000_000_i64..250_000_000_000, nanos in 0..1_000_000_000_u32) {
        let theirs = DateTime::from_timestamp(seconds, nanos).unwrap();
        let ours = moment(theirs).unwrap();
        prop_assert_eq!((ours.unix_timestamp(), ours.nanosecond()), (seconds, nanos));
    }

    #[test]
    fn a_day_is_the_same_in_both_types(days in -700_000..2_900_000_i32) {
        let theirs = NaiveDate::from_epoch_days(days).unwrap();
        prop_assert_eq!(day(theirs).unwrap().to_julian_day(), Date::from_ordinal_date(1970, 1).unwrap().to_julian_day() + days);
    }

    #[test]
    fn times_that_ours_do_not_reach_are_no_panic(seconds in any::<i64>()) {
        if let Some(theirs) = DateTime::from_timestamp(seconds, 0) {
            let ours = moment(theirs);
            prop_assert_eq!(ours.is_some(), (-9999..=9999).contains(&theirs.year()));
        }
    }
}
