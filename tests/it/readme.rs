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
