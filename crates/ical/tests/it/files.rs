//! Files that are broken, large or something else: what is read of them, and what is told.

use ical::limits::{MOST_CATEGORIES, MOST_CHARS, MOST_DEPTH, MOST_OCCURRENCES, MOST_WARNINGS};
use ical::{Calendar, Fault, ParseError};
use planner_core::time::Zone;

use crate::told::{days, story};

fn told(file: &str) -> String {
    story(file.as_bytes(), "Europe/Berlin", "2026-03-23", "2026-04-06")
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\n{lines}\nEND:VEVENT\n")
}

fn lecture() -> String {
    event("UID:1\nSUMMARY:Lecture\nDTSTART;TZID=Europe/Berlin:20260323T101500\nDURATION:PT90M")
}

#[test]
fn what_is_no_calendar_is_refused() {
    let refused = |file: &[u8]| Calendar::parse(file).unwrap_err();
    assert_eq!(refused(b""), ParseError::Empty);
    assert_eq!(refused(b"\r\n \r\n\xEF\xBB\xBF"), ParseError::Empty);
    assert_eq!(refused(b"\xEF\xBB\xBF\r\n"), ParseError::Empty);
    assert_eq!(refused(b"\n\n<!DOCTYPE html>\n<title>Sign in</title>"), ParseError::NotACalendar { line: 3 });
    assert_eq!(refused(b"BEGIN:VCARD\nFN:Ada\nEND:VCARD\n"), ParseError::NotACalendar { line: 1 });
    assert_eq!(refused(b"\xFF\xFEB\0E\0G\0"), ParseError::Utf16);
    assert_eq!(refused(&vec![b'\n'; ical::limits::MOST_BYTES + 1]), ParseError::TooLarge);
    let deep = "BEGIN:X-BOX\n".repeat(MOST_DEPTH + 1);
    assert_eq!(refused(format!("\n{deep}").as_bytes()), ParseError::TooDeep { line: MOST_DEPTH + 2 });
    let many = "BEGIN:VEVENT\n".repeat(ical::limits::MOST_COMPONENTS + 1);
    let line = ical::limits::MOST_COMPONENTS + 1;
    assert_eq!(refused(many.as_bytes()), ParseError::TooManyComponents { line });
    assert_eq!(refused(b"x").to_string(), "line 1: no iCalendar file: it should begin with BEGIN:VCALENDAR");
}

#[test]
fn an_empty_calendar_is_one() {
    let calendar = Calendar::parse(b"BEGIN:VCALENDAR\nEND:VCALENDAR\n").unwrap();
    assert!(calendar.warnings().is_empty() && calendar.zone().is_none());
}

#[test]
fn one_broken_event_loses_no_other() {
    let broken = [
        event("UID:2\nSUMMARY:No start"),
        event("UID:3\nSUMMARY:Bad start\nDTSTART:tomorrow"),
        event("UID:4\nSUMMARY:Bad end\nDTSTART:20260324T100000Z\nDTEND:20260324"),
        event("UID:5\nSUMMARY:Backwards\nDTSTART:20260324T100000Z\nDTEND:20260324T090000Z"),
        event("UID:6\nSUMMARY:Bad length\nDTSTART:20260324T100000Z\nDURATION:1 hour"),
        event("UID:7\nSUMMARY:Bad rule\nDTSTART:20260324T100000Z\nDURATION:PT1H\nRRULE:FREQ=NEVER"),
        event("UID:8\nSUMMARY:Bad zone\nDTSTART;TZID=Mars:20260324T120000\nDURATION:PT1H"),
        event("UID:9\nSUMMARY;Bad line\nDTSTART:20260325T100000Z\nDURATION:PT1H"),
        event("UID:10\nSUMMARY:Too long\nDTSTART:20260325T100000Z\nDURATION:P999999999D"),
        "BEGIN:VEVENT\nUID:11\nSUMMARY:Not ended\nDTSTART:20260326T100000Z\nDURATION:PT1H\n".to_owned(),
        "BEGIN:VFREEBUSY\nEND:VFREEBUSY\nEND:VALARM\n".to_owned(),
        event(
            "UID:12\nSUMMARY:Alarm not ended\nDTSTART:20260327T100000Z\nDURATION:PT1H\nBEGIN:VALARM\nSUMMARY:Ring",
        ),
    ];
    let file = format!("BEGIN:VCALENDAR\n{}{}{}END:VCALENDAR\n", lecture(), broken.concat(), lecture());
    insta::assert_snapshot!(told(&file));
}

#[test]
fn a_file_that_breaks_off_is_read_as_far_as_it_goes() {
    let whole = format!("BEGIN:VCALENDAR\n{}", lecture());
    let file = format!("{whole}BEGIN:VEVENT\nUID:2\nSUMMARY:Half\nDTSTART:202603");
    insta::assert_snapshot!(told(&file), @r#"
    at home in Europe/Berlin
    Mon 23 Mar 10:15 - 11:45  Lecture
    warning: line 1: VCALENDAR has no end
    warning: line 8: VEVENT has no end
    warning: line 11: “Half”: DTSTART is not understood: "202603"
    "#);
}

#[test]
fn a_file_may_hold_several_calendars_and_events_outside_of_any() {
    let other = |zone: &str, uid: &str| {
        let event =
            event(&format!("UID:{uid}\nSUMMARY:Floating {uid}\nDTSTART:20260324T100000\nDURATION:PT1H"));
        format!("BEGIN:VCALENDAR\nX-WR-TIMEZONE:{zone}\n{event}END:VCALENDAR\n")
    };
    let file = format!("{}{}{}", other("Asia/Tokyo", "a"), other("America/New_York", "b"), lecture());
    insta::assert_snapshot!(told(&file), @"
    at home in Asia/Tokyo
    Mon 23 Mar 10:15 - 11:45  Lecture
    Tue 24 Mar 02:00 - 03:00  Floating a
    Tue 24 Mar 15:00 - 16:00  Floating b
    ");
}

#[test]
fn latin1_is_read_and_told_once() {
    let mut file = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:\xDCbung\nLOCATION:H\xF6rsaal\n".to_vec();
    file.extend_from_slice(b"DTSTART:20260324T100000Z\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n");
    insta::assert_snapshot!(story(&file, "Europe/Berlin", "2026-03-23", "2026-04-06"), @"
    at home in no zone
    Tue 24 Mar 11:00 - 12:00  Übung @ Hörsaal
    warning: line 4: is not in UTF-8; such lines are read as Latin-1
    ");
}

#[test]
fn names_are_read_in_whatever_case_and_values_unescaped() {
    let file = "begin:vcalendar\nbegin:vevent\nuid:1\nsummary;language=en:Maths\\, \\\"pure\\\"\\; and\\nmore\n\
        dtstart;tzid=\"Europe/Berlin\":20260324T100000\nduration:pt1h\ntransp:transparent\nstatus:tentative\n\
        categories:One\\,two,Three\nend:vevent\nend:vcalendar\n";
    insta::assert_snapshot!(told(file), @r#"
    at home in Europe/Berlin
    Tue 24 Mar 10:00 - 11:00  Maths, \"pure\"; and more (transparent) (tentative) [One,two] [Three]
    "#);
}

#[test]
fn texts_lists_and_warnings_have_an_end() {
    let long = "x".repeat(MOST_CHARS + 1);
    let categories = vec!["c"; MOST_CATEGORIES + 1].join(",");
    let lines =
        format!("UID:{long}\nSUMMARY:{long}\nLOCATION:{long}\nCATEGORIES:{categories}\nCATEGORIES:d\n");
    let good = event(&format!("{lines}DTSTART:20260324T100000Z\nDURATION:PT1H"));
    let bad = event("UID:2").repeat(MOST_WARNINGS + 5);
    let calendar = Calendar::parse(format!("{good}{bad}").as_bytes()).unwrap();
    assert_eq!(calendar.warnings().len(), MOST_WARNINGS + 1);
    assert_eq!(calendar.warnings()[MOST_WARNINGS].fault, Fault::More(5));
    let zone = Zone::utc();
    let read = calendar.occurrences(days("2026-03-23", "2026-04-06", &zone), &zone);
    let [one] = read.list.as_slice() else { panic!("{:?}", read.list) };
    assert_eq!(one.categories.len(), MOST_CATEGORIES);
    assert_eq!([one.title.len(), one.uid.len(), one.location.as_ref().unwrap().len()], [MOST_CHARS; 3]);
}

#[test]
fn no_more_occurrences_are_handed_out_than_one_can_hold() {
    let often = "DTSTART:20260323T000000Z\nDURATION:PT1M\nRRULE:FREQ=MINUTELY";
    let file = [1, 2, 3].map(|uid| event(&format!("UID:{uid}\n{often}"))).concat();
    let zone = Zone::utc();
    let read =
        Calendar::parse(file.as_bytes()).unwrap().occurrences(days("2026-03-23", "2026-04-06", &zone), &zone);
    assert_eq!(read.list.len(), MOST_OCCURRENCES);
    let faults: Vec<&Fault> = read.warnings.iter().map(|warning| &warning.fault).collect();
    assert_eq!(faults, [&Fault::TooManyOccurrences]);
}
