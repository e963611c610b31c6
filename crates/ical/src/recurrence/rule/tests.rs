use jiff::civil::date;
use proptest::prelude::*;

use super::*;

/// Monday, 23 March 2026, 09:00 in Berlin.
fn monday() -> Stamp {
    Stamp::time(date(2026, 3, 23).at(9, 0, 0, 0), Place::called("Europe/Berlin"))
}

fn range(from: &str, to: &str) -> (i64, i64) {
    let second = |day: &str| match Written::parse(day) {
        Some(Written::Day(day)) => Place::utc().second(day.at(0, 0, 0, 0)).unwrap(),
        other => panic!("{other:?}"),
    };
    (second(from), second(to))
}

fn walls(rule: &str, start: &Stamp, to: &str) -> Vec<String> {
    let mut budget = Budget::new();
    budget.next_series();
    let rule = Rule::parse(rule, start).unwrap_or_else(|reason| panic!("{rule}: {reason}"));
    let walls = rule.walls(start, &Place::utc(), range("20260101", to), &mut budget).unwrap();
    walls.iter().map(|wall| wall.strftime("%m-%d %H:%M").to_string()).collect()
}

#[test]
fn rules_are_read_as_programs_write_them() {
    for rule in [
        "FREQ=WEEKLY;COUNT=2",
        "freq=weekly;count=2;",
        "FREQ=WEEKLY; COUNT=2;X-OWN=1;BYDAY=",
        "COUNT=2;SKIP=OMIT;FREQ=WEEKLY;RSCALE=GREGORIAN",
    ] {
        assert_eq!(walls(rule, &monday(), "20260601"), ["03-23 09:00", "03-30 09:00"], "{rule}");
    }
}

#[test]
fn rules_that_cannot_be_followed_say_why() {
    for (rule, reason) in [
        ("", "FREQ is missing"),
        ("COUNT=3", "FREQ is missing"),
        ("FREQ=SECONDLY", "FREQ=SECONDLY is not followed"),
        ("FREQ=FORTNIGHTLY", "FREQ=FORTNIGHTLY is not followed"),
        ("FREQ=MINUTELY;BYHOUR=9", "FREQ=MINUTELY is followed only without BY parts"),
        ("FREQ=DAILY;FREQ=WEEKLY", "FREQ is there twice"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0 is not understood"),
        ("FREQ=DAILY;COUNT=0", "COUNT=0 is not understood"),
        ("FREQ=DAILY;COUNT=-1", "COUNT=-1 is not understood"),
        ("FREQ=DAILY;UNTIL=soon", "UNTIL=SOON is no time"),
        (
            "FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7;BYMINUTE=1,2,3,4,5,6,7;BYSECOND=1,2",
            "it names more than 96 times a day",
        ),
        ("FREQ=WEEKLY;BYDAY=xxMO", "BYDAY=XXMO is not understood"),
        ("FREQ=WEEKLY;BYDAY=MO,Ü", "BYDAY=MO,Ü is not understood"),
        ("FREQ=WEEKLY;BYDAY=0MO", "BYDAY=0MO is not understood"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH=13 is not understood"),
        ("FREQ=YEARLY;RSCALE=HEBREW", "RSCALE=HEBREW is not understood"),
        ("FREQ=YEARLY;MADE=UP", "MADE=UP is not understood"),
    ] {
        assert_eq!(Rule::parse(rule, &monday()), Err(reason.to_owned()), "{rule}");
    }
    let day = Stamp::day(date(2026, 3, 23));
    assert_eq!(Rule::parse("FREQ=HOURLY", &day), Err("a whole day does not repeat by the hour".to_owned()));
    for refused in ["FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=DAILY;BYYEARDAY=1", "FREQ=MONTHLY;BYDAY=-5MO"] {
        assert!(Rule::parse(refused, &monday()).is_err(), "{refused}");
    }
}

#[test]
fn the_start_is_the_first_occurrence_whether_it_keeps_to_the_rule_or_not() {
    assert_eq!(
        walls("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3", &monday(), "20260601"),
        ["03-23 09:00", "03-24 09:00", "03-26 09:00"]
    );
}

#[test]
fn a_number_of_a_weekday_means_nothing_in_a_week() {
    let expected = ["03-23 09:00", "03-30 09:00", "04-06 09:00"];
    assert_eq!(walls("FREQ=WEEKLY;BYDAY=1MO;COUNT=3", &monday(), "20260601"), expected);
    assert_eq!(walls("FREQ=DAILY;BYDAY=2MO,MO;COUNT=3", &monday(), "20260601"), expected);
}

#[test]
fn the_last_weekday_of_a_month_and_other_parts_are_followed() {
    let first =
        |rule: &str| walls(rule, &monday(), "20270101").into_iter().skip(1).take(3).collect::<Vec<_>>();
    assert_eq!(
        first("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
        ["03-31 09:00", "04-30 09:00", "05-29 09:00"]
    );
    assert_eq!(first("FREQ=MONTHLY;BYMONTHDAY=31"), ["03-31 09:00", "05-31 09:00", "07-31 09:00"]);
    assert_eq!(first("FREQ=MONTHLY;BYDAY=-1SU"), ["03-29 09:00", "04-26 09:00", "05-31 09:00"]);
    assert_eq!(first("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO,FR"), ["05-11 09:00", "05-15 09:00"]);
    assert_eq!(
        first("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU"),
        ["04-05 09:00", "04-06 09:00", "04-19 09:00"]
    );
    assert_eq!(first("FREQ=DAILY;BYHOUR=9,15"), ["03-23 15:00", "03-24 09:00", "03-24 15:00"]);
    assert_eq!(first("FREQ=HOURLY;INTERVAL=20"), ["03-24 05:00", "03-25 01:00", "03-25 21:00"]);
    assert_eq!(first("FREQ=MINUTELY;INTERVAL=90"), ["03-23 10:30", "03-23 12:00", "03-23 13:30"]);
}

#[test]
fn a_series_ends_with_a_time_in_utc_a_local_time_or_a_day() {
    let last = |until: &str| {
        let rule = format!("FREQ=DAILY;UNTIL={until}");
        walls(&rule, &monday(), "20260601").pop().unwrap_or_default()
    };
    // 09:00 in Berlin is 07:00 in UTC once the clock has changed.
    assert_eq!(last("20260330T070000Z"), "03-30 09:00");
    assert_eq!(last("20260330T065959Z"), "03-29 09:00");
    assert_eq!(last("20260330T090000"), "03-30 09:00");
    assert_eq!(last("20260330T085959"), "03-29 09:00");
    assert_eq!(last("20260330"), "03-30 09:00");
    assert_eq!(last("20260322"), "", "a series that ends before it begins holds nothing");
}

#[test]
fn a_series_of_days_ends_with_a_day_or_what_stands_for_one() {
    let day = Stamp::day(date(2026, 3, 23));
    let last = |until: &str| walls(&format!("FREQ=DAILY;UNTIL={until}"), &day, "20260601").pop().unwrap();
    for until in ["20260330", "20260330T000000Z", "20260330T000000", "20260330T215959Z"] {
        assert_eq!(last(until), "03-30 00:00", "{until}");
    }
    assert_eq!(
        walls("FREQ=DAILY;BYHOUR=9;BYMINUTE=30;COUNT=2", &day, "20260601"),
        ["03-23 00:00", "03-24 00:00"]
    );
}

#[test]
fn steps_run_out_for_a_series_that_repeats_too_often() {
    let mut start = monday();
    start.wall = date(1990, 1, 1).at(0, 0, 0, 0);
    let walls = |rule: &str| {
        let mut budget = Budget::new();
        budget.next_series();
        let rule = Rule::parse(rule, &start).unwrap();
        let walls = rule.walls(&start, &Place::utc(), range("20260101", "20260103"), &mut budget);
        walls.map(|walls| walls.len()).map_err(|walls| walls.len())
    };
    assert_eq!(walls("FREQ=MINUTELY;COUNT=2147483647"), Err(0));
    // Everyday series of the same age are nothing to it, nor are such without a count.
    assert_eq!([walls("FREQ=DAILY;COUNT=20000"), walls("FREQ=MINUTELY")], [Ok(2), Ok(2880)]);
}

#[test]
fn a_rule_that_never_holds_ends_and_is_paid_for() {
    let mut budget = Budget::new();
    let rule = Rule::parse("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", &monday()).unwrap();
    for _ in 0..crate::limits::MOST_STEPS / FRUITLESS_STEPS {
        budget.next_series();
        let walls = rule.walls(&monday(), &Place::utc(), range("20260101", "20270101"), &mut budget);
        assert!(walls.unwrap().len() == 1);
    }
    budget.next_series();
    assert!(!budget.spend(1), "the steps of all series are used up");
}

proptest! {
    #[test]
    fn skipping_what_is_long_over_changes_nothing(
        frequency in prop::sample::select(vec!["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]),
        parts in prop::sample::subsequence(vec!["BYDAY=TU,SU", "BYMONTH=3,4", "BYHOUR=9,23", "BYSETPOS=-1", "WKST=SU"], 0..=5),
        interval in 1_u32..40,
        days in 1_i64..1500,
    ) {
        let mut start = monday();
        start.wall = later(start.wall, -days, 0).unwrap();
        let rule = format!("FREQ={frequency};INTERVAL={interval};{}", parts.join(";"));
        let walls = |rule: &str| {
            let mut budget = Budget::new();
            budget.next_series();
            let rule = Rule::parse(rule, &start).ok()?;
            Some(rule.walls(&start, &Place::utc(), range("20260301", "20260501"), &mut budget))
        };
        // What has a count is counted from the start.
        prop_assert_eq!(walls(&rule), walls(&format!("{rule};COUNT=1000000")));
    }
}
