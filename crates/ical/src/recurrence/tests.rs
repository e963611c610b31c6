use jiff::civil::date;
use planner_core::time::Instant;
use proptest::prelude::*;

use super::*;

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn interval(from: &str, to: &str) -> Interval {
    Interval::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
}

fn spring() -> Interval {
    interval("2026-03-01T00:00:00Z", "2026-06-01T00:00:00Z")
}

fn starts(start: Start, lines: &[&str]) -> Vec<String> {
    let recurrence = Recurrence::parse(start, &zone("Europe/Berlin"), lines.iter().copied()).unwrap();
    recurrence.starts(spring()).list.iter().map(|start| start.at.to_string()).collect()
}

fn monday_at_nine() -> Start {
    Start::Time(date(2026, 3, 23).at(9, 0, 0, 0))
}

#[test]
fn without_lines_there_is_the_one_start() {
    assert_eq!(starts(monday_at_nine(), &[]), ["2026-03-23T08:00:00Z"]);
    assert_eq!(starts(Start::Day(date(2026, 3, 30)), &[]), ["2026-03-29T22:00:00Z"]);
}

#[test]
fn dates_are_added_and_taken_away_in_every_form() {
    let lines = [
        "RRULE:FREQ=WEEKLY;COUNT=4",
        "EXDATE:20260330T070000Z",
        "EXDATE;TZID=America/New_York:20260406T030000",
        "EXDATE;VALUE=DATE:20260413,20260414",
        "RDATE:20260501T120000",
        "RDATE;VALUE=DATE:20260504",
        "RDATE;TZID=Asia/Tokyo:20260502T000000",
    ];
    assert_eq!(
        starts(monday_at_nine(), &lines),
        ["2026-03-23T08:00:00Z", "2026-05-01T10:00:00Z", "2026-05-01T15:00:00Z", "2026-05-04T07:00:00Z"]
    );
}

#[test]
fn a_period_has_an_end_of_its_own() {
    let lines =
        ["RDATE;VALUE=PERIOD:20260501T120000Z/PT30M,20260502T120000Z/20260502T140000Z,20260503T120000Z/P1D"];
    let recurrence = Recurrence::parse(monday_at_nine(), &zone("Europe/Berlin"), lines).unwrap();
    let ends: Vec<Option<String>> =
        recurrence.starts(spring()).list.iter().map(|start| start.end.map(|end| end.to_string())).collect();
    let ends: Vec<Option<&str>> = ends.iter().map(Option::as_deref).collect();
    assert_eq!(
        ends,
        [None, Some("2026-05-01T12:30:00Z"), Some("2026-05-02T14:00:00Z"), Some("2026-05-04T12:00:00Z")]
    );
}

#[test]
fn a_series_of_days_loses_the_days_that_are_named() {
    let lines = ["RRULE:FREQ=DAILY;COUNT=4", "EXDATE;VALUE=DATE:20260331", "EXDATE:20260329T220000Z"];
    assert_eq!(
        starts(Start::Day(date(2026, 3, 29)), &lines),
        ["2026-03-28T23:00:00Z", "2026-03-31T22:00:00Z"]
    );
}

#[test]
fn two_rules_and_a_date_make_one_series_without_doubles() {
    let lines = ["RRULE:FREQ=WEEKLY;COUNT=2", "RRULE:FREQ=DAILY;COUNT=2", "RDATE:20260324T080000Z"];
    assert_eq!(
        starts(monday_at_nine(), &lines),
        ["2026-03-23T08:00:00Z", "2026-03-24T08:00:00Z", "2026-03-30T07:00:00Z"]
    );
}

#[test]
fn a_line_that_cannot_be_followed_is_named() {
    let parse = |line| Recurrence::parse(monday_at_nine(), &zone("Europe/Berlin"), [line]);
    for (line, told) in [
        (
            "RRULE:FREQ=NEVER",
            "RRULE:FREQ=NEVER: its recurrence is left aside, and only the first occurrence read: FREQ=NEVER is not followed",
        ),
        ("EXDATE:tomorrow", "EXDATE:tomorrow: EXDATE is not understood: \"tomorrow\""),
        (
            "RDATE:20260501T120000Z/soon",
            "RDATE:20260501T120000Z/soon: RDATE is not understood: \"20260501T120000Z/soon\"",
        ),
        (
            "EXDATE;TZID=Mars:20260330T090000",
            "EXDATE;TZID=Mars:20260330T090000: time zone \"Mars\" is unknown; its times are read as floating ones",
        ),
        ("EXRULE:FREQ=DAILY", "EXRULE:FREQ=DAILY: EXRULE is left aside; what it excludes is there"),
        ("junk", "junk: is no content line and left aside: \"junk\""),
    ] {
        assert_eq!(parse(line).unwrap_err().to_string(), told);
    }
}

#[test]
fn a_series_that_cannot_be_counted_to_the_end_says_so() {
    let start = Start::Time(date(1980, 1, 1).at(0, 0, 0, 0));
    let recurrence = Recurrence::parse(start, &Zone::utc(), ["RRULE:FREQ=HOURLY;COUNT=1000000"]).unwrap();
    let starts = recurrence.starts(spring());
    assert_eq!((starts.list.len(), starts.is_complete), (0, false));
}

proptest! {
    #[test]
    fn a_weekly_series_keeps_its_wall_time(
        zone in prop::sample::select(vec![
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "America/Santiago", "UTC",
        ]),
        (month, day, hour, quarter) in (1_i8..=12, 1_i8..=28, 0_i8..24, 0_i8..4),
        interval_weeks in 1_i64..4,
    ) {
        let place = Place::called(zone).unwrap();
        let zone = Zone::named(zone).unwrap();
        let first = date(2026, month, day).at(hour, quarter * 15, 0, 0);
        let rule = format!("RRULE:FREQ=WEEKLY;INTERVAL={interval_weeks}");
        let recurrence = Recurrence::parse(Start::Time(first), &zone, [rule.as_str()]).unwrap();
        let year = interval("2025-12-31T00:00:00Z", "2027-01-02T00:00:00Z");
        let starts = recurrence.starts(year);
        prop_assert!(starts.is_complete);
        prop_assert!(!starts.list.is_empty());
        for (index, start) in (0_i64..).zip(&starts.list) {
            let wall = crate::zone::later(first, index * 7 * interval_weeks, 0).unwrap();
            prop_assert_eq!(start.wall, wall);
            // The clock shows that time, but where it skips it.
            let second = start.at.unix_micros() / 1_000_000;
            let shown = place.wall(second).unwrap();
            prop_assert!(shown == wall || place.second(wall) == Some(second), "{} {}", shown, wall);
            let local = zone.local(start.at.floor());
            let skipped = shown != wall;
            prop_assert_eq!(!skipped, i64::from(local.minute_of_day) == i64::from(hour) * 60 + i64::from(quarter) * 15);
        }
        // Twice the range holds what its halves hold.
        let middle = Instant::from_unix_minutes(i64::midpoint(year.start().unix_minutes(), year.end().unix_minutes()));
        let halves = [(year.start(), middle), (middle, year.end())].map(|(from, to)| {
            recurrence.starts(Interval::new(from, to).unwrap()).list
        });
        prop_assert_eq!(halves.concat(), starts.list);
    }
}
