use super::*;

fn args() -> CalendarArgs {
    CalendarArgs {
        exam: Some("Algebra@2026-12-04T09:00".to_owned()),
        effort: Some("6h".to_owned()),
        ..CalendarArgs::default()
    }
}

fn told(args: &CalendarArgs) -> String {
    Flags::read(args).unwrap_err().to_string()
}

/// What is asked by someone in Berlin at noon (UTC) on 1 December 2026, and what is noted.
fn asked(args: &CalendarArgs) -> Result<(Request, Vec<String>), BadInput> {
    let mut notes = Vec::new();
    let noon = "2026-12-01T12:00:00Z".parse().unwrap();
    let request = Flags::read(args)?.request(Zone::named("Europe/Berlin").unwrap(), noon, &mut notes)?;
    Ok((request, notes))
}

#[test]
fn an_effort_is_hours_minutes_or_both() {
    for (text, minutes) in
        [("6h", 360), ("90m", 90), ("1h30m", 90), ("1H30M", 90), (" 45 ", 45), ("0h5m", 5), ("1000h", 60_000)]
    {
        assert_eq!(effort(text), Ok(minutes), "{text}");
    }
    for wrong in [
        "",
        "h",
        "m",
        "1.5h",
        "-6h",
        "+6h",
        "6h-5m",
        "6 hours",
        "1m30h",
        "1h30",
        "0",
        "0h",
        "1001h",
        "99999999999h",
    ] {
        assert!(effort(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_exam_is_a_title_and_a_local_time() {
    let read = |text: &str| exam(text).map(|(title, due)| (title, due.to_string()));
    let due = "2026-12-04T09:00:00".to_owned();
    assert_eq!(read("Algebra@2026-12-04T09:00"), Ok(("Algebra".to_owned(), due.clone())));
    assert_eq!(read(" Lab @ 3 @ 2026-12-04 09:00"), Ok(("Lab @ 3".to_owned(), due)));
    for wrong in [
        "Algebra",
        "@2026-12-04T09:00",
        "Algebra@",
        "Algebra@2026-12-04",
        "Algebra@2026-12-04T09:00:00",
        "Algebra@2026-12-04T09:00Z",
        "Algebra@2026-13-04T09:00",
        "Algebra@tomorrow at nine",
        "Algebra@２０２６-12-04T09:00",
    ] {
        assert!(exam(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_day_begins_before_it_ends_and_ends_by_23() {
    assert_eq!(day("07:00-23:00"), Ok((420, 1380)));
    assert_eq!(day(" 8:15 - 9:00 "), Ok((495, 540)));
    for wrong in [
        "",
        "07:00",
        "07:00-07:00",
        "23:00-07:00",
        "07:00-23:01",
        "7-23",
        "07:0-08:00",
        "07:60-08:00",
        "25:00-26:00",
    ] {
        assert!(day(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn every_mistake_is_told_at_once_with_its_flag() {
    let wrong = CalendarArgs {
        exam: Some("Algebra".to_owned()),
        effort: Some("much".to_owned()),
        zone: Some("Mars/Olympus".to_owned()),
        now: Some("noon".to_owned()),
        day: Some("night".to_owned()),
        flexible: vec!["Gym=CHILL".to_owned(), "Gym".to_owned(), "Work=WORK".to_owned()],
        ..CalendarArgs::default()
    };
    insta::assert_snapshot!(told(&wrong).replace("; ", "\n"), @r#"
    --exam: "Algebra" is not TITLE@TIME such as Algebra@2026-12-04T09:00
    --effort: "much" is no duration such as 6h, 90m, 1h30m or 90
    --zone: "Mars/Olympus" is an unknown IANA time zone
    --now: "noon" is no local time such as 2026-12-04T09:00
    --day: "night" is no stretch of the day such as 07:00-23:00
    --flexible: "Gym" is not PATTERN=KIND such as Gym=CHILL
    --flexible: "Work=WORK" names none of FOCUS, CHILL, LOW_PRIORITY
    "#);
}

#[test]
fn times_are_those_of_the_zone_and_the_clock_is_asked_where_none_is_given() {
    let (request, notes) = asked(&args()).unwrap();
    assert_eq!(
        (request.due.to_string(), request.now.to_string()),
        ("2026-12-04T08:00:00Z".to_owned(), "2026-12-01T12:00:00Z".to_owned())
    );
    assert_eq!((request.exam.as_str(), request.effort_minutes, notes.len()), ("Algebra", 360, 0));
    assert_eq!(request.settings.zone.name(), "Europe/Berlin");
    let (request, _) = asked(&CalendarArgs { now: Some("2026-12-02T07:30".to_owned()), ..args() }).unwrap();
    assert_eq!(request.now.to_string(), "2026-12-02T06:30:00Z");
}

#[test]
fn what_is_not_said_is_as_in_a_new_account() {
    let (request, _) = asked(&args()).unwrap();
    assert_eq!(
        request.settings,
        Settings { zone: Zone::named("Europe/Berlin").unwrap(), ..Settings::default() }
    );
    let said = CalendarArgs {
        lookahead_days: Some(9),
        churn_cap: Some(5),
        day: Some("08:00-20:00".to_owned()),
        ..args()
    };
    let settings = asked(&said).unwrap().0.settings;
    assert_eq!((settings.lookahead_days, settings.churn_cap), (9, 5));
    assert_eq!((settings.day_start_minute, settings.day_end_minute), (480, 1200));
    assert_eq!(settings.validate(), Ok(()));
}

#[test]
fn a_time_that_the_clock_skips_is_refused_and_one_that_it_shows_twice_is_the_first() {
    let due = |due: &str| asked(&CalendarArgs { exam: Some(format!("Algebra@{due}")), ..args() });
    let skipped = due("2026-03-29T02:30").unwrap_err().to_string();
    assert_eq!(skipped, "--exam: the clock of Europe/Berlin skips 2026-03-29T02:30");
    let (request, notes) = due("2026-10-25T02:30").unwrap();
    assert_eq!(request.due.to_string(), "2026-10-25T00:30:00Z");
    assert_eq!(
        notes,
        ["--exam: the clock of Europe/Berlin shows 2026-10-25T02:30 twice; the first is taken"]
    );
}
