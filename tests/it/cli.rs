//! The program on the command line: what it answers, what it refuses, and how it says so.

use std::fs;
use std::path::Path;
use std::process::Output;

use planner_core::document::{read_answer, read_problem, write_answer, write_problem};
use planner_core::model::{Action, Answer, Problem};
use planner_core::{check, plan, strategies};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use testkit::TestDb;

use crate::tools::program::{answer, command};
use crate::tools::rows::texts;

pub(crate) fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// What it said on standard output, where it ended with this status and complained about nothing.
#[track_caller]
pub(crate) fn said(output: &Output, status: i32) -> &str {
    assert_eq!(output.status.code(), Some(status), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    text(&output.stdout)
}

/// The one line in which it refused its input.
#[track_caller]
pub(crate) fn complaint<'a>(what: &str, output: &'a Output) -> &'a str {
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{what}: {told}{}", text(&output.stdout));
    assert_eq!(text(&output.stdout), "", "{what}");
    assert!(told.ends_with('\n') && told.lines().count() == 1 && !told.contains('\r'), "{what}: {told:?}");
    told.trim_end().strip_prefix("canvascal: ").unwrap_or_else(|| panic!("{what}: {told:?}"))
}

/// An exam in five days with a film the evening before.
fn example() -> Value {
    json!({
        "schema": 1, "id": "example", "mode": "demand", "now": "2025-03-06T12:07:00Z",
        "settings": {"zone": "America/New_York", "lookahead_days": 5, "churn_cap": 3},
        "used_churn_today": 0, "override_churn_cap": null,
        "trigger_task_id": "6f1c0e8e-9d35-4a0e-8a5b-0d7f3c5f2a11",
        "tasks": [{
            "id": "6f1c0e8e-9d35-4a0e-8a5b-0d7f3c5f2a11", "title": "algebra", "kind": "EXAM",
            "due": "2025-03-11T13:00:00Z", "priority_score": 80, "effort_minutes": 180, "due_changed_at": null,
        }],
        "events": [{
            "id": "0b8f3c52-7b57-4d0b-9f0e-1f9f54a0c9aa", "title": "film", "start": "2025-03-10T23:00:00Z",
            "end": "2025-03-11T01:00:00Z", "kind": "CHILL", "is_movable": true, "protected": false,
            "transparent": false, "task_id": null, "accepted_at": null,
        }],
        "busy": [{"start": "2025-03-10T14:00:00Z", "end": "2025-03-10T15:10:00Z"}],
    })
}

/// The example with another value at a place such as `/tasks/0/due`; null takes a member away.
fn example_with(pointer: &str, value: Value) -> String {
    let mut example = example();
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    match (example.pointer_mut(parent).unwrap(), value) {
        (Value::Object(members), Value::Null) => drop(members.remove(member)),
        (Value::Object(members), value) => drop(members.insert(member.to_owned(), value)),
        (list, value) => list[member.parse::<usize>().unwrap()] = value,
    }
    example.to_string()
}

/// A problem file that cannot be judged, and what the complaint begins with after the file's name.
fn bad_problems() -> Vec<(String, &'static str)> {
    let twice = |list: &str| {
        let mut example = example();
        let first = example[list][0].clone();
        example[list].as_array_mut().unwrap().push(first);
        example.to_string()
    };
    let mut bad: Vec<(String, &str)> = vec![
        (String::new(), "document: "),
        ("   \n".to_owned(), "document: "),
        ("no JSON".to_owned(), "document: "),
        ("[]".to_owned(), "document: "),
        ("null".to_owned(), "document: "),
        ("{".to_owned(), "document: "),
        ("{\"settings\": {".to_owned(), "settings: "),
        ("{\"settings\": {\"zone\": \"UT".to_owned(), "settings.zone: "),
        (format!("{} {}", example(), example()), "document: "),
        ("[".repeat(100_000), "document: "),
        (json!([1, "by position", "conflict", "2025-03-06T12:07:00Z"]).to_string(), "document: "),
        (example().to_string().replacen('{', "{\"schema\": 1, ", 1), "document: duplicate field `schema`"),
        (twice("tasks"), "tasks[1].id: is there twice"),
        (twice("events"), "events[1].id: is there twice"),
    ];
    for (pointer, value, told) in [
        ("/now", Value::Null, "document: missing field `now`"),
        ("/schema", Value::Null, "document: missing field `schema`"),
        ("/tasks/0/due", Value::Null, "tasks[0]: missing field `due`"),
        ("/events/0/is_movable", Value::Null, "events[0]: missing field `is_movable`"),
        ("/surprise", json!(1), "surprise: unknown field"),
        ("/two\nlines", json!(1), "two"),
        ("/settings/look_ahead", json!(5), "settings.look_ahead: unknown field"),
        ("/tasks/0/color", json!("red"), "tasks[0].color: unknown field"),
        ("/events/0/color", json!("red"), "events[0].color: unknown field"),
        ("/busy/0/color", json!("red"), "busy[0].color: unknown field"),
        ("/schema", json!(2), "schema: "),
        ("/schema", json!("1"), "schema: "),
        ("/mode", json!("maybe"), "mode: "),
        ("/mode", json!("conflict"), "trigger_task_id: "),
        ("/trigger_task_id", Value::Null, "trigger_task_id: "),
        ("/trigger_task_id", json!("0b8f3c52-7b57-4d0b-9f0e-1f9f54a0c9aa"), "trigger_task_id: names no task"),
        ("/now", json!("yesterday"), "now: "),
        ("/now", json!("2025-03-06T12:07:00+01:00"), "now: "),
        ("/now", json!("2025-02-29T12:07:00Z"), "now: "),
        ("/used_churn_today", json!(-1), "used_churn_today: "),
        ("/used_churn_today", json!(1.5), "used_churn_today: "),
        ("/override_churn_cap", json!(-1), "override_churn_cap: "),
        ("/override_churn_cap", json!("many"), "override_churn_cap: "),
        ("/settings/zone", json!("America/New_Yrok"), "settings.zone: "),
        ("/settings/day_start_min", json!(1380), "settings.day_start_min: "),
        ("/settings/day_end_min", json!(1381), "settings.day_end_min: "),
        ("/settings/rest_gap_min", json!(1441), "settings.rest_gap_min: "),
        ("/settings/focus_min", json!(20), "settings.focus_min: "),
        ("/settings/focus_max", json!(45), "settings.focus_max: "),
        ("/settings/lookahead_days", json!(0), "settings.lookahead_days: "),
        ("/settings/lookahead_days", json!(15), "settings.lookahead_days: "),
        ("/settings/lead_minutes", json!(1441), "settings.lead_minutes: "),
        ("/settings/relocation_spill_days", json!(8), "settings.relocation_spill_days: "),
        ("/settings/allow_delete", json!("yes"), "settings.allow_delete: "),
        ("/settings/energy", json!([100, 100]), "settings.energy"),
        ("/settings/energy", json!(vec![151; 24]), "settings.energy: "),
        ("/settings/churn_cap", json!(6), "settings.churn_cap: "),
        ("/settings/churn_cap_max", json!(6), "settings.churn_cap_max: "),
        ("/tasks/0/id", json!("algebra"), "tasks[0].id: "),
        ("/tasks/0/kind", json!("exam"), "tasks[0].kind: "),
        ("/tasks/0/due", json!("2025-03-11T13:00:30Z"), "tasks[0].due: "),
        ("/tasks/0/due", json!("9999-03-11T13:00:00Z"), "tasks[0].due: "),
        ("/tasks/0/priority_score", json!(80.1234), "tasks[0].priority_score: "),
        ("/tasks/0/effort_minutes", json!(-1), "tasks[0].effort_minutes: "),
        ("/tasks/0/effort_minutes", json!(100_000_000), "tasks[0].effort_minutes: "),
        ("/tasks", json!({}), "tasks: "),
        ("/settings", json!([]), "settings: "),
        ("/busy/0", json!(["2025-03-10T14:00:00Z", "2025-03-10T15:10:00Z"]), "busy[0]: "),
        ("/events/0/id", json!("0B8F3C52-7B57-4D0B-9F0E-1F9F54A0C9AA"), "events[0].id: "),
        ("/events/0/kind", json!("PARTY"), "events[0].kind: "),
        ("/events/0/is_movable", json!(1), "events[0].is_movable: "),
        ("/events/0/end", json!("2025-03-10T23:00:00Z"), "events[0].end: "),
        ("/events/0/start", json!("2025-03-10T23:00:30Z"), "events[0].start: "),
        ("/events/0/task_id", json!("0b8f3c52-7b57-4d0b-9f0e-1f9f54a0c9aa"), "events[0].task_id: "),
        ("/busy/0/end", json!("2025-03-10T13:00:00Z"), "busy[0].end: "),
        ("/busy/0/start", json!(0), "busy[0].start: "),
    ] {
        bad.push((example_with(pointer, value), told));
    }
    bad
}

#[test]
fn a_problem_that_cannot_be_judged_is_refused_in_one_line_that_names_the_field() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("problem.json");
    let name = file.to_str().unwrap();
    for (number, (problem, field)) in bad_problems().into_iter().enumerate() {
        // By turns from a file and from standard input.
        let (source, output) = if number % 2 == 0 {
            fs::write(&file, &problem).unwrap();
            (name, run(&["plan", name]))
        } else {
            ("-", answer(&["plan", "-"], &problem))
        };
        let start: String = problem.chars().take(200).collect();
        let told = complaint(&start, &output);
        let told =
            told.strip_prefix(&format!("{source}: ")).unwrap_or_else(|| panic!("{told:?} names no {source}"));
        assert!(told.starts_with(field), "{start} gives {told:?}, and not {field:?}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("latin1"), b"{\"schema\": \"\xe9\"}").unwrap();
    for name in [path("missing.json"), path("missing/missing.json"), path(""), path("latin1")] {
        for arguments in [vec!["plan", &name], vec!["check", &name, "-"]] {
            let output = run(&arguments);
            let told = complaint(&name, &output);
            assert!(told.starts_with(&format!("{name}: cannot be read: ")), "{told}");
        }
    }
    fs::write(path("problem.json"), example().to_string()).unwrap();
    let missing = path("missing.json");
    let output = run(&["check", &path("problem.json"), &missing]);
    assert!(complaint("answer", &output).starts_with(&format!("{missing}: cannot be read: ")));
}

#[test]
fn whatever_could_be_judged_is_an_answer_refusals_too() {
    let over = "2025-03-06T12:00:00Z";
    for (problem, status, refusal) in [
        (example().to_string(), "planned", Value::Null),
        (example_with("/tasks/0/effort_minutes", json!(0)), "nothing_to_plan", Value::Null),
        (example_with("/tasks/0/due", json!(over)), "refused", json!("TRIGGER_EXPIRED")),
        (example_with("/tasks/0/due", json!("2025-03-06T12:30:00Z")), "refused", json!("WINDOW_TOO_SHORT")),
        (example_with("/used_churn_today", json!(3)), "planned", Value::Null),
        (example_with("/settings", Value::Null), "planned", Value::Null),
    ] {
        let output = answer(&["plan", "-"], &problem);
        let answer: Value = serde_json::from_str(said(&output, 0)).unwrap();
        assert_eq!((&answer["status"], &answer["refusal"]), (&json!(status), &refusal), "{problem}");
    }
}

#[test]
fn the_checker_says_yes_with_0_and_no_with_1_and_a_line_for_each_violation() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (problem_path, answer_path) = (path("problem.json"), path("answer.json"));
    fs::write(&problem_path, example().to_string()).unwrap();
    let planned = run(&["plan", &problem_path]);
    fs::write(&answer_path, said(&planned, 0)).unwrap();
    assert_eq!(said(&run(&["check", &problem_path, &answer_path]), 0), "");

    let problem = read_problem(&example().to_string()).unwrap().problem;
    let sound = plan(&problem).unwrap();
    for break_it in [
        // A quarter of an hour too early for everything; onto something that is busy; far too much; another objective.
        |answer: &mut Value| answer["changes"][0]["intervals"][0]["start"] = json!("2025-03-06T04:00:00Z"),
        |answer: &mut Value| {
            answer["changes"][0]["intervals"][0] =
                json!({"start": "2025-03-10T14:07:00Z", "end": "2025-03-10T15:07:00Z"});
        },
        |answer: &mut Value| answer["objective"][3] = json!(9),
        |answer: &mut Value| answer["claims"] = json!(["0b8f3c52-7b57-4d0b-9f0e-1f9f54a0c9aa"]),
        |answer: &mut Value| *answer = json!({"status": "nothing_to_plan"}),
        |answer: &mut Value| *answer = json!({"status": "refused", "refusal": "TRIGGER_EXPIRED"}),
    ] {
        let mut broken = write_answer(&sound);
        break_it(&mut broken);
        let expected = read_answer(&broken.to_string(), &problem).unwrap();
        let expected: Vec<String> =
            check::check(&problem, &expected).unwrap().iter().map(ToString::to_string).collect();
        assert!(!expected.is_empty(), "{broken}");
        fs::write(&answer_path, broken.to_string()).unwrap();
        let output = run(&["check", &problem_path, &answer_path]);
        assert_eq!(said(&output, 1).lines().collect::<Vec<_>>(), expected);
        // The answer may come from a pipe.
        assert_eq!(answer(&["check", &problem_path, "-"], &broken.to_string()).stdout, output.stdout);
    }
}

#[test]
fn an_answer_that_cannot_be_judged_is_refused_in_one_line_that_names_the_field() {
    let folder = tempfile::tempdir().unwrap();
    let problem = folder.path().join("problem.json").to_str().unwrap().to_owned();
    fs::write(&problem, example().to_string()).unwrap();
    let zeros = vec![0; 11];
    let change =
        |change: Value| json!({"status": "planned", "objective": zeros, "changes": [change]}).to_string();
    let span = json!({"start": "2025-03-10T23:00:00Z", "end": "2025-03-11T01:00:00Z"});
    let film = "0b8f3c52-7b57-4d0b-9f0e-1f9f54a0c9aa";
    for (text, field) in [
        (String::new(), "document: "),
        ("{}".to_owned(), "document: missing field `status`"),
        (json!({"status": "perhaps"}).to_string(), "status: "),
        (json!({"status": "planned"}).to_string(), "objective: "),
        (json!({"status": "planned", "objective": [0]}).to_string(), "objective"),
        (json!({"status": "planned", "objective": zeros, "surprise": 1}).to_string(), "surprise: "),
        (json!({"status": "refused"}).to_string(), "refusal: "),
        (json!({"status": "refused", "refusal": "TOO_LAZY"}).to_string(), "refusal: "),
        (json!({"status": "planned", "objective": zeros, "claims": ["film"]}).to_string(), "claims[0]"),
        (json!(["planned"]).to_string(), "document: "),
        (change(json!(["CREATE"])), "changes[0]: "),
        (change(json!({"action": "SHIFT"})), "changes[0].action: "),
        (change(json!({"action": "CREATE"})), "changes[0].intervals[0]: "),
        (change(json!({"action": "CREATE", "event_id": film, "intervals": [span]})), "changes[0].event_id: "),
        (change(json!({"action": "MOVE", "intervals": [span]})), "changes[0].event_id: "),
        (
            change(json!({"action": "MOVE", "event_id": film, "intervals": [span, span]})),
            "changes[0].intervals: ",
        ),
        (
            change(json!({"action": "SPLIT", "event_id": film, "intervals": [span]})),
            "changes[0].intervals[1]: ",
        ),
        (
            change(json!({"action": "DELETE", "event_id": film, "intervals": [span]})),
            "changes[0].intervals: ",
        ),
    ] {
        let output = answer(&["check", &problem, "-"], &text);
        let told = complaint(&text, &output);
        assert!(told.starts_with(&format!("-: {field}")), "{text} gives {told:?}");
    }
    // A problem that cannot be judged is told before its answer is looked at.
    fs::write(&problem, "{}").unwrap();
    assert!(complaint("both", &answer(&["check", &problem, "-"], "{}")).starts_with(&problem));
}

#[test]
fn what_the_planner_answers_the_checker_accepts() {
    let folder = tempfile::tempdir().unwrap();
    let mut runner = TestRunner::deterministic();
    let mut with_changes = 0;
    for number in 0..260 {
        let problem = strategies::problem().new_tree(&mut runner).unwrap().current();
        let document = write_problem("random", &problem).to_string();
        assert_eq!(read_problem(&document).unwrap().problem, problem);
        let answer = plan(&problem).unwrap();
        let told = serde_json::to_string_pretty(&write_answer(&answer)).unwrap();
        let read = read_answer(&told, &problem).unwrap();
        assert_eq!(check::check(&problem, &read).unwrap(), [], "{document}");
        if let Answer::Planned(plan) = &read {
            with_changes +=
                usize::from(plan.changes.iter().any(|change| matches!(change.action, Action::Move { .. })));
        }
        if number % 13 == 0 {
            round_trip(folder.path(), &problem, &document, &told);
        }
    }
    assert!(with_changes >= 20, "{with_changes} of the problems made something yield");
}

/// The same by the program itself: on a file, through a pipe, and with the lists in another order.
fn round_trip(folder: &Path, problem: &Problem, document: &str, told: &str) {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    fs::write(path("problem.json"), document).unwrap();
    let on_file = run(&["plan", &path("problem.json")]);
    assert_eq!(said(&on_file, 0).trim_end(), told);
    assert_eq!(said(&answer(&["plan", "-"], document), 0).trim_end(), told);
    let checked = answer(&["check", &path("problem.json"), "-"], text(&on_file.stdout));
    assert_eq!(said(&checked, 0), "");
    let mut turned = problem.clone();
    turned.events.reverse();
    turned.tasks.reverse();
    turned.busy.reverse();
    let turned = write_problem("turned", &turned).to_string();
    assert_eq!(said(&answer(&["plan", "-"], &turned), 0).trim_end(), told);
}

#[test]
fn help_and_version_are_there_without_any_set_up() {
    let help = run(&["--help"]);
    let help = said(&help, 0);
    for word in ["demo", "serve", "migrate", "plan", "check", "google", "DATABASE_URL", "Usage: canvascal"] {
        assert!(help.contains(word), "{word} is not in\n{help}");
    }
    for command in ["demo", "serve", "migrate", "plan", "check", "google"] {
        let output = run(&[command, "--help"]);
        assert!(said(&output, 0).contains(&format!("Usage: canvascal {command}")));
    }
    assert!(said(&run(&["--version"]), 0).starts_with("canvascal 0."));
    for wrong in [
        &[][..],
        &["plan"],
        &["check", "one"],
        &["fly"],
        &["plan", "--surprise"],
        &["migrate", "--down", "-1"],
    ] {
        let output = run(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert_eq!(text(&output.stdout), "", "{wrong:?}");
    }
}

#[test]
fn a_key_of_ours_that_is_unknown_is_refused() {
    for (arguments, key, told) in [
        (&["serve", "--dev-auth"][..], "CANVASCAL_LISTN", "did you mean CANVASCAL_LISTEN?"),
        (&["serve"], "CLERK_ISUER", "did you mean CLERK_ISSUER?"),
        (&["migrate"], "CANVASCAL_SURPRISE", "CANVASCAL_SURPRISE: is not a known key"),
        (
            &["demo", "--listen", "127.0.0.1:0"],
            "CANVASCAL_DATABASE",
            "CANVASCAL_DATABASE: is not a known key",
        ),
    ] {
        let output = command(arguments).env(key, "x").output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let complaint = text(&output.stderr);
        assert!(complaint.contains(key) && complaint.contains(told), "{complaint}");
        assert_eq!(text(&output.stdout), "");
    }
}

fn migrate(db: &TestDb, flags: &[&str]) -> Vec<String> {
    let arguments: Vec<&str> = ["migrate"].into_iter().chain(flags.iter().copied()).collect();
    let output = command(&arguments).env("DATABASE_URL", db.url()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout).lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn the_schema_goes_up_and_down() {
    let db = TestDb::empty().await.unwrap();
    let sql = db.client().await.unwrap();
    let tables =
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1";
    let names = |lines: &[String], mark: &str| -> Vec<String> {
        lines
            .iter()
            .map(|line| {
                line.strip_prefix(&format!("{mark}  ")).unwrap_or_else(|| panic!("{line}")).to_owned()
            })
            .collect()
    };

    let all = names(&migrate(&db, &["--status"]), "pending");
    assert!(all.len() >= 8 && all.is_sorted(), "{all:?}");
    assert!(!texts(&sql, tables).await.contains(&"users".to_owned()), "asking changes nothing");

    assert_eq!(names(&migrate(&db, &[]), "applied"), all);
    assert_eq!(names(&migrate(&db, &["--status"]), "applied"), all);
    assert_eq!(migrate(&db, &[]), ["nothing to do"]);
    let full = texts(&sql, tables).await;
    assert!(full.contains(&"calendar_events".to_owned()));

    let newest_first: Vec<String> = all.iter().rev().cloned().collect();
    assert_eq!(names(&migrate(&db, &["--down", "2"]), "took back"), newest_first[..2]);
    let status = migrate(&db, &["--status"]);
    assert_eq!(names(&status[..all.len() - 2], "applied"), all[..all.len() - 2]);
    assert_eq!(names(&status[all.len() - 2..], "pending"), all[all.len() - 2..]);
    assert_eq!(names(&migrate(&db, &[]), "applied"), all[all.len() - 2..]);
    assert_eq!(texts(&sql, tables).await, full);

    assert_eq!(names(&migrate(&db, &["--down", "1000"]), "took back"), newest_first);
    assert_eq!(migrate(&db, &["--down", "1"]), ["nothing to do"]);
    assert_eq!(texts(&sql, tables).await, ["__diesel_schema_migrations"]);
    assert_eq!(names(&migrate(&db, &[]), "applied"), all);
    assert_eq!(texts(&sql, tables).await, full);
}

#[tokio::test]
async fn of_many_who_migrate_at_once_one_does_and_all_succeed() {
    let db = TestDb::empty().await.unwrap();
    let children: Vec<_> =
        (0..5).map(|_| command(&["migrate"]).env("DATABASE_URL", db.url()).spawn().unwrap()).collect();
    let mut applied = Vec::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let lines = text(&output.stdout).lines().filter(|line| *line != "nothing to do");
        applied.extend(lines.map(|line| line.replace("applied  ", "")));
    }
    let status = migrate(&db, &["--status"]);
    applied.sort();
    assert_eq!(applied, status.iter().map(|line| line.replace("applied  ", "")).collect::<Vec<_>>());
}

#[test]
fn a_database_that_is_not_there_is_told_without_its_password() {
    let url = "postgres://app:hunter2@127.0.0.1:1/app";
    for arguments in
        [&["migrate"][..], &["migrate", "--status"], &["serve", "--dev-auth", "--listen", "127.0.0.1:0"]]
    {
        let output = command(arguments).env("DATABASE_URL", url).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let told = text(&output.stderr);
        assert!(told.lines().any(|line| line.starts_with("canvascal: ")), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
    let output = command(&["migrate"]).env("DATABASE_URL", "mysql://app:hunter2@db/app").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("DATABASE_URL") && !text(&output.stderr).contains("hunter2"));
}
