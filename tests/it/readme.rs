//! The walk through the demo works as the README prints it.

use std::process::Command;

use crate::tools::program::{self, Running};

/// The shell blocks between two headings of the README, one after the other.
fn walk() -> String {
    let readme = include_str!("../../README.md");
    let (_, walk) = readme.split_once("## A walk through it").unwrap();
    let (walk, _) = walk.split_once("\n## ").unwrap();
    let blocks = walk.split("```sh\n").skip(1).map(|block| block.split_once("```").unwrap().0);
    blocks.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_walk_through_the_demo_works_as_printed() {
    let folder = program::open_folder();
    let data = folder.path().join("data");
    let arguments = ["demo", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()];
    let demo = Running::start(program::command(&arguments));
    let mut exports = Vec::new();
    while exports.len() < 3 {
        let line = demo.line().expect("the demo comes up");
        exports.extend(line.starts_with("export ").then_some(line));
    }
    let script = format!("{}\n{}", exports.join("\n"), walk());
    let output =
        Command::new("bash").args(["-eu", "-c", &script]).current_dir(folder.path()).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    for shown in [
        "Linear algebra lecture",
        "\"applied\": true",
        "Study: Linear algebra exam",
        "\"undone\": true",
        "as before",
    ] {
        assert!(told.contains(shown), "{shown} is missing in:\n{told}");
    }
    assert!(told.contains("/problems/churn-cap-exceeded"), "{told}");
    assert!(told.contains(" moves from "), "something has to move:\n{told}");
}

#[test]
fn the_tables_in_the_readme_are_what_the_program_prints() {
    let readme = include_str!("../../README.md");
    for printed in [
        include_str!("snapshots/it__cli_calendars__an_exam_among_lectures_of_google_moves_the_gym.snap"),
        include_str!("snapshots/it__cli_calendars__runs_of_apple_are_flexible_by_their_category.snap"),
        include_str!("snapshots/it__cli_calendars__a_study_group_of_outlook_is_taken_as_it_stands.snap"),
        include_str!(
            "snapshots/it__cli_calendars__a_timetable_without_a_zone_is_on_this_machines_clock.snap"
        ),
        include_str!("snapshots/it__cli_calendars__a_rehearsal_of_thunderbird_makes_room.snap"),
    ] {
        let (_, table) = printed.split_once("\n---\n").unwrap();
        assert!(readme.contains(table.trim_end()), "the README lacks:\n{table}");
    }
}
