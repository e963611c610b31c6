//! What the checker says of plans made by hand: of kinds that the search does not make, and at the edges of rules.

use uuid::Uuid;

use super::*;
use crate::model::{Change, Event, Kind, Priority, ReasonCode, Settings, Task, TaskId, TaskKind};
use crate::time::Moment;

const EXAM: TaskId = TaskId(Uuid::from_u128(1));
const GREATER: TaskId = TaskId(Uuid::from_u128(2));
const LESSER: TaskId = TaskId(Uuid::from_u128(3));

/// On Monday 2 March 2026, in UTC.
fn on_monday(start: &str, end: &str) -> Interval {
    on("2026-03-02", start, end)
}

fn on(day: &str, start: &str, end: &str) -> Interval {
    let at = |time: &str| format!("{day}T{time}:00Z").parse().unwrap();
    Interval::new(at(start), at(end)).unwrap()
}

fn event(id: u128, kind: Kind, interval: Interval) -> Event {
    Event {
        id: EventId(Uuid::from_u128(id)),
        title: format!("{kind} {id}"),
        interval,
        kind,
        is_movable: true,
        protected: false,
        transparent: false,
        task: None,
        accepted_at: None,
    }
}

fn task(id: TaskId, priority: i64, due: &str) -> Task {
    Task {
        id,
        title: "task".to_owned(),
        kind: TaskKind::Exam,
        due: due.parse().unwrap(),
        priority: Priority::from_thousandths(priority * 1000),
        effort_minutes: 120,
        due_changed_at: None,
    }
}

/// Two hours for an exam on Tuesday at noon, asked for on Monday at 07:45.
fn problem(events: Vec<Event>) -> Problem {
    Problem {
        mode: Mode::Demand { trigger: EXAM },
        now: "2026-03-02T07:45:00Z".parse().unwrap(),
        settings: Settings { allow_delete: true, rest_gap_minutes: 60, ..Settings::default() },
        used_churn_today: 0,
        override_churn_cap: None,
        tasks: vec![
            task(EXAM, 80, "2026-03-03T12:00:00Z"),
            task(GREATER, 90, "2026-03-02T18:00:00Z"),
            task(LESSER, 70, "2026-03-02T18:00:00Z"),
        ],
        events,
        busy: Vec::new(),
    }
}

/// The rules that these actions break, each once.
fn broken(problem: &Problem, actions: &[Action]) -> Vec<Rule> {
    let mut rules: Vec<Rule> = check_changes(problem, &facts_claims(problem), actions)
        .unwrap()
        .into_iter()
        .map(|violation| violation.rule)
        .collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

fn facts_claims(problem: &Problem) -> Vec<EventId> {
    match facts::of(problem) {
        Outcome::Week(facts) => facts.claims,
        _ => Vec::new(),
    }
}

fn id(number: u128) -> EventId {
    EventId(Uuid::from_u128(number))
}

#[test]
fn a_split_into_two_pieces_that_last_as_long_is_sound() {
    let film = event(10, Kind::Chill, on_monday("18:00", "20:10"));
    let problem = problem(vec![film]);
    let split = |first, second| [Action::Split { event: id(10), pieces: [first, second] }];
    assert_eq!(broken(&problem, &split(on_monday("12:00", "13:00"), on_monday("18:00", "19:10"))), []);
    // A piece may lie where the event was, and the pieces may touch.
    assert_eq!(broken(&problem, &split(on_monday("18:00", "19:00"), on_monday("19:00", "20:10"))), []);
}

#[test]
fn a_split_that_bends_a_rule_is_caught() {
    let film = event(10, Kind::Chill, on_monday("18:00", "20:10"));
    let problem = problem(vec![film]);
    let split = |first, second| broken(&problem, &[Action::Split { event: id(10), pieces: [first, second] }]);
    assert_eq!(split(on_monday("12:00", "13:00"), on_monday("18:00", "19:00")), [Rule::Length], "too short");
    assert_eq!(
        split(on_monday("12:00", "12:15"), on_monday("18:00", "19:55")),
        [Rule::Length],
        "a short piece"
    );
    assert_eq!(
        split(on_monday("12:00", "13:10"), on_monday("18:00", "19:00")),
        [Rule::Length],
        "first off the grid"
    );
    assert_eq!(
        split(on_monday("18:00", "19:10"), on_monday("12:00", "13:00")),
        [Rule::Length],
        "out of order"
    );
    assert_eq!(
        split(on_monday("18:00", "19:00"), on_monday("18:45", "19:55")),
        [Rule::Length, Rule::Overlap],
        "on top of each other"
    );
    assert_eq!(
        split(on_monday("12:00", "13:00"), on_monday("18:05", "19:15")),
        [Rule::Grid],
        "second off the grid"
    );
}

#[test]
fn the_pieces_of_split_focus_rest_too() {
    let mut reading = event(10, Kind::Focus, on_monday("18:00", "20:00"));
    reading.task = Some(LESSER);
    let mut problem = problem(vec![reading]);
    problem.tasks[2] = task(LESSER, 70, "2026-03-04T18:00:00Z");
    let split = |first, second| broken(&problem, &[Action::Split { event: id(10), pieces: [first, second] }]);
    assert_eq!(split(on_monday("12:00", "13:00"), on_monday("14:00", "15:00")), []);
    assert_eq!(split(on_monday("12:00", "13:00"), on_monday("13:45", "14:45")), [Rule::Rest]);
}

#[test]
fn what_may_be_given_up_is_recreation_and_chores_with_the_students_leave() {
    let week = || {
        let mut stranded = event(13, Kind::Focus, on("2026-03-03", "13:00", "14:00"));
        stranded.task = Some(EXAM);
        let mut lesser = event(12, Kind::Focus, on_monday("10:00", "11:00"));
        lesser.task = Some(LESSER);
        problem(vec![
            event(10, Kind::Chill, on_monday("18:00", "19:00")),
            event(11, Kind::LowPriority, on_monday("20:00", "21:00")),
            lesser,
            stranded,
        ])
    };
    let delete = |problem: &Problem, number| broken(problem, &[Action::Delete { event: id(number) }]);
    assert_eq!(delete(&week(), 10), []);
    assert_eq!(delete(&week(), 11), []);
    assert_eq!(delete(&week(), 12), [Rule::Permission]);
    assert_eq!(delete(&week(), 13), [Rule::Permission]);
    let mut forbidden = week();
    forbidden.settings.allow_delete = false;
    assert_eq!(delete(&forbidden, 10), [Rule::Permission]);
}

#[test]
fn only_what_lies_wholly_in_the_window_and_serves_no_greater_task_moves() {
    let mut greater = event(11, Kind::Focus, on_monday("10:00", "11:00"));
    greater.task = Some(GREATER);
    let mut lesser = event(12, Kind::Focus, on_monday("14:00", "15:00"));
    lesser.task = Some(LESSER);
    let under_way = event(10, Kind::Chill, on_monday("07:30", "08:30"));
    let problem = problem(vec![under_way, greater, lesser]);
    let moved = |number, to| broken(&problem, &[Action::Move { event: id(number), to }]);
    assert_eq!(moved(10, on_monday("20:00", "21:00")), [Rule::Permission]);
    assert_eq!(moved(11, on_monday("12:00", "13:00")), [Rule::Permission]);
    assert_eq!(moved(12, on_monday("17:00", "18:00")), []);
    assert_eq!(moved(12, on_monday("17:15", "18:15")), [Rule::Window], "past the due time of its own task");
}

#[test]
fn what_yields_may_land_past_the_due_time_as_far_as_the_student_allows() {
    let mut problem = problem(vec![event(10, Kind::Chill, on_monday("18:00", "19:00"))]);
    let to = |day| [Action::Move { event: id(10), to: on(day, "11:30", "12:30") }];
    assert_eq!(broken(&problem, &to("2026-03-03")), [Rule::Window]);
    problem.settings.relocation_spill_days = 1;
    assert_eq!(broken(&problem, &to("2026-03-03")), []);
    assert_eq!(broken(&problem, &to("2026-03-04")), [Rule::Window]);
    let study = [Action::Create { at: on("2026-03-03", "11:30", "12:30") }];
    assert_eq!(broken(&problem, &study), [Rule::Window], "study never lands past it");
}

#[test]
fn a_stranded_block_is_brought_in_whole_or_left() {
    let mut stranded = event(10, Kind::Focus, on("2026-03-03", "11:30", "13:00"));
    stranded.task = Some(EXAM);
    let problem = problem(vec![stranded]);
    let into = on_monday("10:00", "11:30");
    assert_eq!(broken(&problem, &[Action::Move { event: id(10), to: into }]), []);
    let pieces = [on_monday("10:00", "10:45"), on_monday("12:00", "12:45")];
    assert_eq!(broken(&problem, &[Action::Split { event: id(10), pieces }]), [Rule::Permission]);
    // What is brought in counts: thirty minutes of the two hours are left to be made.
    let make = |at| [Action::Create { at }, Action::Move { event: id(10), to: into }];
    assert_eq!(broken(&problem, &make(on_monday("14:00", "14:30"))), []);
    assert_eq!(broken(&problem, &make(on_monday("14:00", "15:00"))), [Rule::Need]);
}

#[test]
fn a_split_costs_two_changes() {
    let film = event(10, Kind::Chill, on_monday("18:00", "20:00"));
    let mut problem = problem(vec![film]);
    let split =
        [Action::Split { event: id(10), pieces: [on_monday("12:00", "13:00"), on_monday("18:00", "19:00")] }];
    problem.settings.churn_cap = 2;
    assert_eq!(broken(&problem, &split), []);
    problem.used_churn_today = 1;
    assert_eq!(broken(&problem, &split), [Rule::Budget]);
    problem.override_churn_cap = Some(3);
    assert_eq!(broken(&problem, &split), []);
}

#[test]
fn nothing_is_made_and_nothing_is_lost_where_conflicts_are_resolved() {
    let mut problem = problem(vec![
        event(10, Kind::Chill, on_monday("18:00", "19:00")),
        Event { is_movable: false, ..event(11, Kind::Class, on_monday("18:30", "19:30")) },
        event(12, Kind::LowPriority, on_monday("12:00", "13:00")),
        event(13, Kind::Chill, on_monday("12:30", "13:30")),
    ]);
    problem.mode = Mode::Conflict;
    assert_eq!(broken(&problem, &[Action::Create { at: on_monday("20:00", "21:00") }]), [Rule::Permission]);
    let conflicts = |actions: Vec<Action>| {
        let plan = Plan {
            changes: actions
                .into_iter()
                .map(|action| Change { action, reason: ReasonCode::ProtectedWindow, detail: String::new() })
                .collect(),
            ..Plan::default()
        };
        let violations = check(&problem, &Answer::Planned(plan)).unwrap();
        violations
            .iter()
            .find(|violation| violation.rule == Rule::Objective)
            .map(|violation| violation.message.clone())
    };
    let left = |actions| conflicts(actions).unwrap_or_default().contains("the objective is [2,");
    assert!(left(vec![]), "the film yields to the class, and the later recreation to the chore");
    let to = on_monday("20:00", "21:00");
    assert!(conflicts(vec![Action::Move { event: id(10), to }]).unwrap().contains("[1, 0, 0, 1,"));
    // To move what caused it helps as well, where only flexible events did.
    assert!(conflicts(vec![Action::Move { event: id(12), to }]).unwrap().contains("[1, 0, 0, 1, 0, 0, 1,"));
}

#[test]
fn what_was_agreed_to_a_day_ago_or_for_another_due_time_is_frozen_no_more() {
    let accepted = |minutes_ago: i64, due_changed: Option<i64>, linked: bool| {
        let mut film = event(10, Kind::Chill, on_monday("18:00", "19:00"));
        let now: Moment = "2026-03-02T07:45:00Z".parse().unwrap();
        film.accepted_at = Some(now.plus_minutes(-minutes_ago));
        film.task = linked.then_some(EXAM);
        let mut problem = problem(vec![film]);
        problem.tasks[0].due_changed_at = due_changed.map(|minutes| now.plus_minutes(-minutes));
        broken(&problem, &[Action::Move { event: id(10), to: on_monday("20:00", "21:00") }])
    };
    assert_eq!(accepted(60, None, false), [Rule::Permission]);
    assert_eq!(accepted(24 * 60 - 1, None, false), [Rule::Permission]);
    assert_eq!(accepted(24 * 60, None, false), []);
    assert_eq!(accepted(60, Some(30), true), [], "the due time moved after the acceptance");
    assert_eq!(accepted(60, Some(90), true), [Rule::Permission], "and before it");
    assert_eq!(accepted(60, Some(30), false), [Rule::Permission], "the event is not for this task");
}

#[test]
fn an_unknown_event_is_no_reason_to_fall_over() {
    let problem = problem(Vec::new());
    let to = on_monday("20:00", "21:00");
    assert!(broken(&problem, &[Action::Move { event: id(99), to }]).contains(&Rule::Permission));
    assert!(broken(&problem, &[Action::Delete { event: id(99) }]).contains(&Rule::Permission));
}

#[test]
fn a_problem_that_contradicts_itself_cannot_be_judged() {
    let film = event(10, Kind::Chill, on_monday("18:00", "19:00"));
    let twice = problem(vec![film.clone(), film]);
    assert_eq!(check_changes(&twice, &[], &[]).unwrap_err().field, "events[1].id");
}
