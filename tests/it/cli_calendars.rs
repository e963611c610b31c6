//! `canvascal plan --ics`: tables for people, the problems behind them, and what is refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::cli::{complaint, said, text};
use crate::tools::program::{answer, command};

/// Calendars as Google, Apple, Outlook, a timetable program and Thunderbird write them.
fn calendars() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/ical/tests/calendars")
}

/// The program among the calendars, on a machine in Berlin.
fn plan(arguments: &[&str]) -> Output {
    let arguments: Vec<&str> = ["plan"].iter().chain(arguments).copied().collect();
    command(&arguments).current_dir(calendars()).env("TZ", "Europe/Berlin").output().unwrap()
}

/// The table for a calendar. The problem behind it, planned and checked on its own, has the same answer.
#[track_caller]
fn table(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("problem.json");
    let path = path.to_str().unwrap();
    let table = said(&plan(&[arguments, &["--problem", path]].concat()), 0).to_owned();
    let json = plan(&[arguments, &["--json"]].concat());
    assert_eq!(json.status.code(), Some(0), "{}", text(&json.stderr));
    assert_eq!(text(&plan(&[path]).stdout), text(&json.stdout));
    assert_eq!(said(&answer(&["check", path, "-"], text(&json.stdout)), 0), "");
    // What is noted below the table is told beside the JSON.
    let notes = table.lines().filter_map(|line| line.strip_prefix("Note")).map(str::trim);
    let told = text(&json.stderr).lines().map(|line| line.strip_prefix("canvascal: ").unwrap());
    assert_eq!(notes.collect::<Vec<_>>(), told.collect::<Vec<_>>());
    table
}

/// The table for one calendar, whose picture is in the docs.
///
/// Run with `UPDATE_PICTURES=1` to draw it anew.
#[track_caller]
fn table_and_picture(calendar: &str, arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let drawn = folder.path().join("week.svg");
    let file = format!("{calendar}.ics");
    let arguments = [&["--ics", &file], arguments].concat();
    said(&plan(&[&arguments[..], &["--svg", drawn.to_str().unwrap()]].concat()), 0);
    let shown = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../docs/pictures/{calendar}.svg"));
    let drawn = fs::read_to_string(drawn).unwrap();
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        fs::write(&shown, &drawn).unwrap();
    }
    assert!(fs::read_to_string(&shown).unwrap() == drawn, "{} is not what is drawn now", shown.display());
    table(&arguments)
}

#[test]
fn an_exam_among_lectures_of_google_moves_the_gym() {
    insta::assert_snapshot!(table_and_picture(
        "google",
        &[
            "--exam",
            "Lineare Algebra II@2026-04-02T08:00",
            "--effort",
            "5h",
            "--now",
            "2026-03-30T08:00",
            "--flexible",
            "Gym=CHILL",
            "--day",
            "18:00-20:30",
            "--churn-cap",
            "5",
        ]
    ));
}

#[test]
fn runs_of_apple_are_flexible_by_their_category() {
    insta::assert_snapshot!(table_and_picture(
        "apple",
        &[
            "--exam",
            "Analysis@2026-04-02T15:00",
            "--effort",
            "4h30m",
            "--now",
            "2026-03-29T20:00",
            "--day",
            "07:00-08:45",
            "--lookahead-days",
            "4",
        ]
    ));
}

#[test]
fn a_study_group_of_outlook_is_taken_as_it_stands() {
    insta::assert_snapshot!(table_and_picture(
        "outlook",
        &[
            "--exam",
            "CHEM 201 midterm@2026-03-12T11:00",
            "--effort",
            "5h",
            "--now",
            "2026-03-08T10:00",
            "--flexible",
            "basketball=CHILL",
            "--day",
            "17:00-22:00",
        ]
    ));
}

#[test]
fn a_timetable_without_a_zone_is_on_this_machines_clock() {
    insta::assert_snapshot!(table_and_picture(
        "timetable",
        &[
            "--exam",
            "PHY-110 Mechanik@2026-04-02T13:00",
            "--effort",
            "480",
            "--now",
            "2026-03-30T07:00",
            "--flexible",
            "category:übung=LOW_PRIORITY",
        ]
    ));
}

#[test]
fn a_rehearsal_of_thunderbird_makes_room() {
    insta::assert_snapshot!(table_and_picture(
        "thunderbird",
        &[
            "--exam",
            "Ethik@2026-04-02T10:00",
            "--effort",
            "4h",
            "--now",
            "2026-04-01T08:00",
            "--day",
            "18:00-21:30",
        ]
    ));
}

#[test]
fn several_calendars_make_one_problem() {
    insta::assert_snapshot!(table(&[
        "--ics",
        "timetable.ics",
        "--ics",
        "apple.ics",
        "--ics",
        "google.ics",
        "--exam",
        "MAT-202 Analysis II@2026-04-10T09:00",
        "--effort",
        "6h",
        "--now",
        "2026-04-08T20:00",
        "--zone",
        "Europe/London",
    ]));
}

const EXAM: [&str; 4] = ["--exam", "Algebra@2026-04-02T13:00", "--effort", "2h"];

#[test]
fn a_calendar_may_come_from_standard_input() {
    let file = fs::read_to_string(calendars().join("google.ics")).unwrap();
    let arguments = [&["plan", "--ics", "-", "--now", "2026-03-28T10:00"], &EXAM[..]].concat();
    let from_input = answer(&arguments, &file);
    let from_file = plan(&[&["--ics", "google.ics", "--now", "2026-03-28T10:00"], &EXAM[..]].concat());
    assert_eq!(said(&from_input, 0), said(&from_file, 0));
}

#[test]
fn without_a_moment_the_clock_is_asked() {
    let json = plan(&[&["--ics", "google.ics", "--json"], &EXAM[..]].concat());
    let told: Value = serde_json::from_str(said(&json, 0)).unwrap();
    assert_eq!((&told["status"], &told["refusal"]), (&"refused".into(), &"TRIGGER_EXPIRED".into()));
    let table = plan(&[&["--ics", "google.ics"], &EXAM[..]].concat());
    assert!(said(&table, 0).ends_with("\n\nIt is due already. Nothing can be planned.\n"));
}

#[test]
fn flags_that_cannot_be_followed_are_refused_in_one_line() {
    let google = ["--ics", "google.ics"];
    for (arguments, told) in [
        (vec!["--exam", "Algebra", "--effort", "6h"], "--exam: \"Algebra\" is not TITLE@TIME"),
        (vec!["--exam", "A@2026-04-02T13:00", "--effort", "long"], "--effort: \"long\" is no duration"),
        (
            vec!["--exam", "A@2026-03-29T02:30", "--effort", "6h"],
            "--exam: the clock of Europe/Berlin skips 2026-03-29T02:30",
        ),
        (
            vec!["--exam", "A@9998-12-31T23:59", "--effort", "6h"],
            "tasks[0].due: must lie in the years 1 to 9998",
        ),
        ([&EXAM[..], &["--now", "now"]].concat(), "--now: \"now\" is no local time"),
        ([&EXAM[..], &["--zone", "Berlin"]].concat(), "--zone: \"Berlin\" is an unknown IANA time zone"),
        ([&EXAM[..], &["--flexible", "Gym=SPORT"]].concat(), "--flexible: \"Gym=SPORT\" names none of FOCUS"),
        ([&EXAM[..], &["--day", "23:00-07:00"]].concat(), "--day: \"23:00-07:00\" ends before it begins"),
        (
            [&EXAM[..], &["--day", "7-23", "--zone", "B"]].concat(),
            "--zone: \"B\" is an unknown IANA time zone; --day: ",
        ),
        ([&EXAM[..], &["--ics", "missing.ics"]].concat(), "missing.ics: cannot be read: "),
        ([&EXAM[..], &["--ics", "."]].concat(), ".: cannot be read: "),
        ([&EXAM[..], &["--ics", "-", "--ics", "-"]].concat(), "--ics: standard input can be read once"),
        ([&EXAM[..], &["--ics", "/dev/null"]].concat(), "/dev/null: the file is empty"),
        ([&EXAM[..], &["--problem", "missing/out.json"]].concat(), "missing/out.json: cannot be written: "),
    ] {
        let output = plan(&[&google[..], &arguments].concat());
        let complaint = complaint(&format!("{arguments:?}"), &output);
        assert!(complaint.starts_with(told), "{arguments:?}: {complaint}");
    }
    let web_page =
        answer(&[&["plan", "--ics", "-"], &EXAM[..]].concat(), "<!DOCTYPE html>\n<p>Sign in</p>\n");
    let told = "-: line 1: no iCalendar file: it should begin with BEGIN:VCALENDAR";
    assert_eq!(complaint("web page", &web_page), told);
}

#[test]
fn a_problem_and_calendars_exclude_each_other() {
    let calendar = [&["--ics", "google.ics"], &EXAM[..]].concat();
    for (wrong, told) in [
        ([&["problem.json"], &calendar[..]].concat(), "cannot be used with"),
        ([&["problem.json"], &EXAM[..]].concat(), "cannot be used with"),
        (vec!["problem.json", "--json"], "cannot be used with"),
        (vec!["--ics", "google.ics"], "--exam <TITLE@TIME>"),
        (vec!["--ics", "google.ics", "--exam", "A@2026-04-02T13:00"], "--effort <DURATION>"),
        (EXAM.to_vec(), "<PROBLEM.json>"),
        ([&calendar[..], &["--lookahead-days", "15"]].concat(), "15 is not in 1..=14"),
        ([&calendar[..], &["--churn-cap", "6"]].concat(), "6 is not in 0..=5"),
    ] {
        let output = plan(&wrong);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""), "{wrong:?}");
        assert!(text(&output.stderr).contains(told), "{wrong:?}: {}", text(&output.stderr));
    }
}
