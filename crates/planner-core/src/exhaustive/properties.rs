//! What holds for every tiny problem.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::tiny::tiny_problem;
use super::week::{Placed, Settled};
use super::*;
use crate::check::check;
use crate::model::{self, Answer, Event, EventId, Plan, ReasonCode};
use crate::plan;
use crate::time::Interval;

/// Runs a property over many tiny problems, a part of them in each test so that the parts run side by side.
pub(super) fn for_many_problems(part: u8, cases: u32, property: impl Fn(&Problem)) {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[part; 32]);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, rng);
    let outcome = runner.run(&tiny_problem(), |problem| {
        property(&problem);
        Ok(())
    });
    outcome.unwrap();
}

/// A plan of these changes, which claims to have this objective. What it says to people is left out.
pub(super) fn plan_of(week: &Week<'_>, objective: Objective, actions: Vec<Action>) -> Answer {
    let change =
        |action| model::Change { action, reason: ReasonCode::ProtectedWindow, detail: String::new() };
    Answer::Planned(Plan {
        need_minutes: u32::try_from(week.need).unwrap(),
        exact_need_minutes: u32::try_from(week.exact_need).unwrap(),
        claims: week.claims.clone(),
        changes: actions.into_iter().map(change).collect(),
        objective,
        proven_optimal: true,
        bound: objective,
        ..Plan::default()
    })
}

fn answer_to(problem: &Problem) -> Answer {
    match Week::read(problem) {
        Ok(week) => {
            let (objective, actions) = best_of(&week);
            plan_of(&week, objective, actions)
        }
        Err(Settled::Refused(refusal)) => Answer::Refused(refusal),
        Err(Settled::NothingToPlan) => Answer::NothingToPlan,
    }
}

/// The objective and the changes of the planner's plan.
fn planned(problem: &Problem) -> Option<(Objective, Vec<Action>)> {
    let Answer::Planned(plan) = plan(problem).unwrap() else { return None };
    Some((plan.objective, plan.changes.into_iter().map(|change| change.action).collect()))
}

#[test]
fn the_checker_agrees_to_every_optimum() {
    for_many_problems(1, 4_000, |problem| {
        let answer = answer_to(problem);
        let violations = check(problem, &answer).unwrap();
        assert!(violations.is_empty(), "{violations:#?}\n{answer:#?}");
    });
}

#[test]
fn the_order_of_the_input_does_not_matter() {
    for_many_problems(2, 500, |problem| {
        let mut turned = problem.clone();
        turned.events.reverse();
        turned.tasks.reverse();
        turned.busy.reverse();
        assert_eq!(best(problem), best(&turned));
    });
}

/// The planner finds the very plan that trying everything finds.
fn agree_on(part: u8, cases: u32) {
    for_many_problems(part, cases, |problem| assert_eq!(planned(problem), best(problem)));
}

#[test]
fn the_planner_finds_the_best_plan_part_1_of_4() {
    agree_on(11, 1_000);
}

#[test]
fn the_planner_finds_the_best_plan_part_2_of_4() {
    agree_on(12, 1_000);
}

#[test]
fn the_planner_finds_the_best_plan_part_3_of_4() {
    agree_on(13, 1_000);
}

#[test]
fn the_planner_finds_the_best_plan_part_4_of_4() {
    agree_on(14, 1_000);
}

#[test]
fn the_problems_have_all_that_is_hard_to_plan() {
    const PROBLEMS: u32 = 4_000;
    let found = RefCell::new(BTreeMap::<&str, u32>::new());
    for_many_problems(4, PROBLEMS, |problem| {
        for what in found_in(problem) {
            *found.borrow_mut().entry(what).or_default() += 1;
        }
    });
    let found = found.into_inner();
    for (what, count) in &found {
        assert!(*count >= PROBLEMS / 50, "{what} is too rare in {found:#?}");
    }
    assert_eq!(found.len(), 12, "something is never found: {found:#?}");
}

/// What there is to the best plan for a problem.
fn found_in(problem: &Problem) -> Vec<&'static str> {
    let Ok(week) = Week::read(problem) else { return Vec::new() };
    let (objective, actions) = best_of(&week);
    let is_split = |action: &Action| matches!(action, Action::Split { .. });
    let is_changed = |event: &Event| actions.iter().any(|action| action.event() == Some(event.id));
    let mut stranded = week.changeable.iter().filter(|event| week.is_stranded(event));
    let mut placed = actions.iter().flat_map(Action::intervals);
    let near = Interval::starting(week.window.start(), week.window.minutes().min(3 * 1440)).unwrap();
    let all = [
        ("a split", actions.iter().any(is_split)),
        ("an event given up", objective.deleted > 0),
        ("a chain", is_chain(&week, &actions)),
        ("a stranded block brought in", stranded.any(|event| is_changed(event))),
        ("study that is missing", week.trigger.is_some() && objective.missing_blocks > 0),
        ("a conflict that is left", week.trigger.is_none() && objective.missing_blocks > 0),
        ("a conflict resolved", week.trigger.is_none() && objective.churn > 0),
        ("focus that is moved", objective.focus_disturbed > 0),
        ("study far from the due time", objective.proximity > 0),
        ("a place past the window", placed.any(|at| at.end() > week.window.end())),
        ("a claim", !week.claims.is_empty()),
        ("a change of the clock", !problem.settings.zone.offset_changes(near).is_empty()),
    ];
    all.into_iter().filter(|(_, holds)| *holds).map(|(what, _)| what).collect()
}

/// Whether an event makes room for nothing but another one that is moved.
fn is_chain(week: &Week<'_>, actions: &[Action]) -> bool {
    let rest = i64::from(week.problem.settings.rest_gap_minutes);
    let is_study = |event: Option<EventId>| {
        week.changeable.iter().all(|other| event != Some(other.id) || week.is_stranded(other))
    };
    let study: Vec<Placed> = actions
        .iter()
        .filter(|action| is_study(action.event()))
        .flat_map(Action::intervals)
        .map(|at| Placed { at: *at, is_proposed: true, blocks: true, is_focus: true })
        .collect();
    let conflicts = week.conflicts();
    week.changeable.iter().enumerate().any(|(index, event)| {
        let old = Placed::unchanged(event);
        let changed = actions.iter().any(|action| action.event() == Some(event.id));
        let for_study = is_study(Some(event.id)) || study.iter().any(|study| study.clashes(&old, rest));
        let in_conflict =
            conflicts.iter().any(|conflict| conflict.yields == index || conflict.to.contains(&index));
        changed && !for_study && !in_conflict
    })
}
