//! Two weeks with a clock change of five calendars, each written as its program writes.

use crate::told::story;

#[test]
fn google_keeps_series_in_their_zone_and_single_events_in_utc() {
    let file = include_bytes!("../calendars/google.ics");
    insta::assert_snapshot!(story(file, "Europe/Berlin", "2026-03-23", "2026-04-06"));
}

#[test]
fn apple_folds_its_places_and_marks_categories() {
    let file = include_bytes!("../calendars/apple.ics");
    insta::assert_snapshot!(story(file, "Europe/Berlin", "2026-03-23", "2026-04-06"));
}

#[test]
fn outlook_names_zones_as_windows_does_and_says_how_busy_one_is() {
    let file = include_bytes!("../calendars/outlook.ics");
    insta::assert_snapshot!(story(file, "America/New_York", "2026-03-02", "2026-03-16"));
}

#[test]
fn a_timetable_lists_every_lecture_in_utc() {
    let file = include_bytes!("../calendars/timetable.ics");
    insta::assert_snapshot!(story(file, "Europe/Berlin", "2026-03-23", "2026-04-06"));
}

#[test]
fn thunderbird_has_floating_times_periods_and_changes_for_good() {
    let file = include_bytes!("../calendars/thunderbird.ics");
    insta::assert_snapshot!(story(file, "Europe/Berlin", "2026-03-23", "2026-04-06"));
}
