//! Series and what is different about some of their occurrences.

use crate::told::story;

/// What events in Berlin amount to in the two weeks in which its clock changes.
fn told(events: &[&str]) -> String {
    let events: Vec<String> =
        events.iter().map(|lines| format!("BEGIN:VEVENT\n{lines}\nEND:VEVENT\n")).collect();
    let file = format!("BEGIN:VCALENDAR\nX-WR-TIMEZONE:Europe/Berlin\n{}END:VCALENDAR\n", events.concat());
    let story = story(file.as_bytes(), "Europe/Berlin", "2026-03-23", "2026-04-06");
    story.split_once('\n').unwrap().1.to_owned()
}

const WEEKLY: &str =
    "UID:1\nSUMMARY:Seminar\nDTSTART:20260317T100000\nDTEND:20260317T113000\nRRULE:FREQ=WEEKLY";

#[test]
fn an_occurrence_is_moved_into_the_range_and_out_of_it() {
    let moved_in =
        "UID:1\nSUMMARY:Early\nRECURRENCE-ID:20260407T100000\nDTSTART:20260403T080000\nDURATION:PT1H";
    let moved_out =
        "UID:1\nSUMMARY:Late\nRECURRENCE-ID:20260331T100000\nDTSTART:20260408T080000\nDURATION:PT1H";
    insta::assert_snapshot!(told(&[WEEKLY, moved_in, moved_out]), @"
    Tue 24 Mar 10:00 - 11:30  Seminar #20260324T090000Z
    Fri 3 Apr 08:00 - 09:00  Early #20260407T080000Z
    ");
}

#[test]
fn an_occurrence_may_be_named_in_utc_in_another_zone_or_by_its_day() {
    let change = |id: &str, title: &str| {
        format!("UID:1\nSUMMARY:{title}\nRECURRENCE-ID{id}\nDTSTART:20260324T120000\nDURATION:PT1H")
    };
    for id in [":20260324T090000Z", ";TZID=America/New_York:20260324T050000", ";VALUE=DATE:20260324"] {
        let told = told(&[WEEKLY, &change(id, "Moved")]);
        assert!(told.starts_with("Tue 24 Mar 12:00 - 13:00  Moved"), "{id}: {told}");
        assert!(!told.contains("10:00 - 11:30  Seminar #20260324"), "{id}: {told}");
    }
}

#[test]
fn the_newest_version_of_a_change_counts() {
    let version = |sequence: u32, stamp: &str, title: &str| {
        format!(
            "UID:1\nSUMMARY:{title}\nRECURRENCE-ID:20260324T100000\nDTSTART:20260324T120000\nDURATION:PT1H\n\
             SEQUENCE:{sequence}\nDTSTAMP:{stamp}"
        )
    };
    let (old, new) = (version(1, "20260310T000000Z", "Old"), version(2, "20260301T000000Z", "New"));
    let newest = version(2, "20260302T000000Z", "Newest");
    for order in [[&old, &new, &newest], [&newest, &new, &old]] {
        let [one, two, three] = order.map(String::as_str);
        assert!(told(&[one, WEEKLY, two, three]).starts_with("Tue 24 Mar 12:00 - 13:00  Newest"));
    }
}

#[test]
fn a_change_of_what_is_no_occurrence_is_there_all_the_same() {
    let orphan =
        "UID:2\nSUMMARY:Orphan\nRECURRENCE-ID:20260325T100000Z\nDTSTART:20260325T100000Z\nDURATION:PT1H";
    let excluded = "EXDATE:20260331T100000";
    let changed =
        "UID:1\nSUMMARY:Instead\nRECURRENCE-ID:20260331T100000\nDTSTART:20260331T150000\nDURATION:PT1H";
    insta::assert_snapshot!(told(&[&format!("{WEEKLY}\n{excluded}"), orphan, changed]), @"
    Tue 24 Mar 10:00 - 11:30  Seminar #20260324T090000Z
    Wed 25 Mar 11:00 - 12:00  Orphan #20260325T100000Z
    Tue 31 Mar 15:00 - 16:00  Instead #20260331T080000Z
    ");
}

#[test]
fn a_change_of_this_and_all_that_follow_moves_the_wall_time() {
    let daily =
        "UID:1\nSUMMARY:Swim\nDTSTART:20260326T080000\nDTEND:20260326T090000\nRRULE:FREQ=DAILY;COUNT=8";
    let later = "UID:1\nSUMMARY:Swim late\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260328T080000\n\
        DTSTART:20260328T203000\nDURATION:PT45M";
    let single =
        "UID:1\nSUMMARY:Swim far\nRECURRENCE-ID:20260330T080000\nDTSTART:20260330T060000\nDURATION:PT2H";
    let over = "UID:1\nSUMMARY:Over\nSTATUS:CANCELLED\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260401T080000\n\
        DTSTART:20260401T080000\nDURATION:PT1H";
    insta::assert_snapshot!(told(&[over, single, daily, later]), @"
    Thu 26 Mar 08:00 - 09:00  Swim #20260326T070000Z
    Fri 27 Mar 08:00 - 09:00  Swim #20260327T070000Z
    Sat 28 Mar 20:30 - 21:15  Swim late #20260328T070000Z
    Sun 29 Mar 20:30 - 21:15  Swim late #20260329T060000Z
    Mon 30 Mar 06:00 - 08:00  Swim far #20260330T060000Z
    Tue 31 Mar 20:30 - 21:15  Swim late #20260331T060000Z
    Wed 1 Apr 08:00 - 09:00  Over (cancelled) #20260401T060000Z
    Thu 2 Apr 08:00 - 09:00  Over (cancelled) #20260402T060000Z
    ");
}

#[test]
fn an_event_is_there_once_in_its_newest_version_unless_its_times_differ() {
    let event = |start: &str, sequence: u32, title: &str| {
        format!("UID:1\nSUMMARY:{title}\nSEQUENCE:{sequence}\nDTSTART:{start}\nDURATION:PT1H")
    };
    let (old, new) = (event("20260324T100000", 0, "Old"), event("20260324T090000Z", 1, "New"));
    // A timetable gives all lectures of a course the same UID.
    let (second, third) = (event("20260331T100000", 0, "Second"), event("20260401T100000", 2, "Third"));
    insta::assert_snapshot!(told(&[&old, &new, &second, &third]), @"
    Tue 24 Mar 10:00 - 11:00  New #20260324T090000Z
    Tue 31 Mar 10:00 - 11:00  Second #20260331T080000Z
    Wed 1 Apr 10:00 - 11:00  Third #20260401T080000Z
    ");
    // A series whose start was changed is there once.
    let weekly =
        |start: &str, sequence: u32| format!("{}\nRRULE:FREQ=WEEKLY", event(start, sequence, "Series"));
    insta::assert_snapshot!(told(&[&weekly("20260324T100000", 0), &weekly("20260325T100000", 3)]), @"
    Wed 25 Mar 10:00 - 11:00  Series #20260325T090000Z
    Wed 1 Apr 10:00 - 11:00  Series #20260401T080000Z
    ");
}

#[test]
fn events_without_a_uid_are_told_apart_by_start_and_title() {
    let event = |title: &str| format!("SUMMARY:{title}\nDTSTART:20260324T100000\nDURATION:PT1H");
    insta::assert_snapshot!(told(&[&event("One"), &event("Two"), &event("Two")]), @"
    Tue 24 Mar 10:00 - 11:00  One
    Tue 24 Mar 10:00 - 11:00  Two
    ");
}

#[test]
fn an_end_is_a_time_a_duration_or_nothing() {
    insta::assert_snapshot!(
        told(&[
            "UID:1\nSUMMARY:No end, a moment\nDTSTART:20260324T100000",
            "UID:2\nSUMMARY:Same end\nDTSTART:20260324T100000\nDTEND:20260324T100000",
            "UID:3\nSUMMARY:Day without an end\nDTSTART;VALUE=DATE:20260325",
            "UID:4\nSUMMARY:Day that ends on itself\nDTSTART;VALUE=DATE:20260326\nDTEND;VALUE=DATE:20260326",
            "UID:5\nSUMMARY:Seconds\nDTSTART:20260327T100030\nDTEND:20260327T104501",
            "UID:6\nSUMMARY:Ends elsewhere\nDTSTART:20260327T120000\nDTEND;TZID=America/New_York:20260327T120000",
            "UID:7\nSUMMARY:A day with a time\nDTSTART;VALUE=DATE:20260328T000000",
            "UID:8\nSUMMARY:Starts in the gap\nDTSTART:20260329T023000\nDTEND:20260329T031500",
        ]),
        @"
    Wed 25 Mar 00:00 - Thu 26 Mar 00:00  Day without an end (all day)
    Thu 26 Mar 00:00 - Fri 27 Mar 00:00  Day that ends on itself (all day)
    Fri 27 Mar 10:00 - 10:46  Seconds
    Fri 27 Mar 12:00 - 17:00  Ends elsewhere
    Sat 28 Mar 00:00 - Sun 29 Mar 00:00  A day with a time (all day)
    Sun 29 Mar 03:30 - 04:15  Starts in the gap
    "
    );
}

#[test]
fn days_and_nights_follow_the_calendar_and_exact_lengths_the_clock() {
    insta::assert_snapshot!(
        told(&[
            "UID:1\nSUMMARY:Days\nDTSTART;VALUE=DATE:20260327\nDTEND;VALUE=DATE:20260328\nRRULE:FREQ=DAILY;COUNT=3",
            "UID:2\nSUMMARY:A day long\nDTSTART:20260327T180000\nDURATION:P1D\nRRULE:FREQ=DAILY;COUNT=2",
            "UID:3\nSUMMARY:24 hours\nDTSTART:20260327T180000\nDTEND:20260328T180000\nRRULE:FREQ=DAILY;COUNT=2",
        ]),
        @"
    Fri 27 Mar 00:00 - Sat 28 Mar 00:00  Days (all day) #20260327
    Fri 27 Mar 18:00 - Sat 28 Mar 18:00  A day long #20260327T170000Z
    Fri 27 Mar 18:00 - Sat 28 Mar 18:00  24 hours #20260327T170000Z
    Sat 28 Mar 00:00 - Sun 29 Mar 00:00  Days (all day) #20260328
    Sat 28 Mar 18:00 - Sun 29 Mar 18:00  A day long #20260328T170000Z
    Sat 28 Mar 18:00 - Sun 29 Mar 19:00  24 hours #20260328T170000Z
    Sun 29 Mar 00:00 - Mon 30 Mar 00:00  Days (all day) #20260329
    "
    );
}

#[test]
fn a_message_that_cancels_cancels_all_that_is_in_it() {
    let file = "BEGIN:VCALENDAR\nMETHOD:CANCEL\nBEGIN:VEVENT\nUID:1\nSUMMARY:Talk\nDTSTART:20260324T100000Z\n\
        DURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n";
    let told = story(file.as_bytes(), "UTC", "2026-03-23", "2026-04-06");
    assert!(told.contains("Talk (cancelled)"), "{told}");
}

#[test]
fn what_began_long_ago_and_lasts_is_there() {
    insta::assert_snapshot!(
        told(&[
            "UID:1\nSUMMARY:Term\nDTSTART;VALUE=DATE:20251001\nDTEND;VALUE=DATE:20260401",
            "UID:2\nSUMMARY:Birthday\nDTSTART;VALUE=DATE:16040328\nRRULE:FREQ=YEARLY",
            "UID:3\nSUMMARY:Over the range's edge\nDTSTART:20260322T230000\nDURATION:PT2H",
        ]),
        @"
    Wed 1 Oct 00:00 - Wed 1 Apr 00:00  Term (all day)
    Sun 22 Mar 23:00 - Mon 23 Mar 01:00  Over the range's edge
    Sat 28 Mar 00:00 - Sun 29 Mar 00:00  Birthday (all day) #20260328
    "
    );
}
