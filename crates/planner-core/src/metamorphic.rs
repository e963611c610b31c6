//! How the answer changes when the problem does.

use std::cell::Cell;

use crate::model::{Action, Answer, Event, EventId, Kind, Mode, Objective, Plan, Problem};
use crate::properties::for_many_problems;
use crate::time::{Instant, Interval, MINUTES_PER_24H, Moment};
use crate::{plan, why_not};

const WEEK: i64 = 7 * MINUTES_PER_24H;

fn planned(problem: &Problem) -> Option<Plan> {
    match plan(problem).unwrap() {
        Answer::Planned(plan) => Some(plan),
        Answer::NothingToPlan | Answer::Refused(_) => None,
    }
}

#[test]
fn free_time_that_is_added_never_makes_a_plan_worse() {
    let changed = Cell::new(0);
    for_many_problems(61, 3_000, |problem| {
        let Some(before) = planned(problem) else { return };
        let mut freer = problem.clone();
        freer.busy.clear();
        // Kinds that never move and count for nothing but their time.
        freer.events.retain(|event| event.kind.may_move());
        let after = planned(&freer).unwrap();
        assert!(after.objective <= before.objective, "{:?} {:?}", before.objective, after.objective);
        changed
            .set(changed.get() + u32::from(after.objective.missing_blocks < before.objective.missing_blocks));
    });
    assert!(changed.get() >= 50, "more free time helped only {} times", changed.get());
}

#[test]
fn changes_that_are_added_to_the_budget_never_make_a_plan_worse() {
    let changed = Cell::new(0);
    for_many_problems(62, 3_000, |problem| {
        let Some(before) = planned(problem) else { return };
        let mut richer = problem.clone();
        richer.settings.churn_cap = 5;
        richer.used_churn_today = problem.used_churn_today.saturating_sub(1);
        let after = planned(&richer).unwrap();
        assert!(after.objective <= before.objective, "{:?} {:?}", before.objective, after.objective);
        changed
            .set(changed.get() + u32::from(after.objective.missing_blocks < before.objective.missing_blocks));
    });
    assert!(changed.get() >= 50, "a larger budget helped only {} times", changed.get());
}

fn shifted(problem: &Problem) -> Problem {
    let later =
        |interval: Interval| Interval::new(interval.start().plus(WEEK), interval.end().plus(WEEK)).unwrap();
    let moment = |moment: Moment| moment.plus_minutes(WEEK);
    let mut shifted = problem.clone();
    shifted.now = moment(problem.now);
    for task in &mut shifted.tasks {
        task.due = task.due.plus(WEEK);
        task.due_changed_at = task.due_changed_at.map(moment);
    }
    for event in &mut shifted.events {
        event.interval = later(event.interval);
        event.accepted_at = event.accepted_at.map(moment);
    }
    for busy in &mut shifted.busy {
        *busy = later(*busy);
    }
    shifted
}

#[test]
fn a_week_later_the_same_week_gets_the_same_plan() {
    let same = Cell::new(0);
    for_many_problems(63, 3_000, |problem| {
        let from = problem.now.floor().plus(-2 * MINUTES_PER_24H);
        let span = Interval::new(from, from.plus(6 * WEEK)).unwrap();
        if !problem.settings.zone.offset_changes(span).is_empty() {
            return;
        }
        let (Some(now), Some(later)) = (planned(problem), planned(&shifted(problem))) else { return };
        assert_eq!(now.objective, later.objective);
        let places = |plan: &Plan, shift: i64| -> Vec<(Option<EventId>, Vec<Instant>)> {
            let starts =
                |action: &Action| action.intervals().iter().map(|at| at.start().plus(shift)).collect();
            plan.changes.iter().map(|change| (change.action.event(), starts(&change.action))).collect()
        };
        assert_eq!(places(&now, WEEK), places(&later, 0));
        same.set(same.get() + u32::from(!now.changes.is_empty()));
    });
    assert!(same.get() >= 100, "only {} plans had changes to compare", same.get());
}

/// The problem as it is right after its plan was accepted.
fn accepted(problem: &Problem, plan: &Plan) -> Problem {
    let mut after = problem.clone();
    let trigger = problem.trigger().map(|task| task.id);
    let now = Some(problem.now);
    for event in after.events.iter_mut().filter(|event| plan.claims.contains(&event.id)) {
        event.task = trigger;
    }
    for (index, change) in plan.changes.iter().enumerate() {
        let old =
            change.action.event().and_then(|id| after.events.iter().find(|event| event.id == id)).cloned();
        after.events.retain(|event| Some(event.id) != change.action.event());
        for (piece, at) in change.action.intervals().iter().enumerate() {
            let id = EventId(uuid::Uuid::from_u128(0xF000 + 10 * index as u128 + piece as u128));
            let created = || Event {
                id,
                title: String::new(),
                interval: *at,
                kind: Kind::Focus,
                is_movable: true,
                protected: false,
                transparent: false,
                task: trigger,
                accepted_at: None,
            };
            let event = old.clone().map_or_else(created, |old| Event { id, ..old });
            after.events.push(Event { interval: *at, accepted_at: now, ..event });
        }
    }
    after.used_churn_today += plan.objective.churn;
    // The override was for that request; what it allowed beyond the cap is used up with it.
    after
}

#[test]
fn to_plan_again_right_after_accepting_changes_nothing() {
    let again = Cell::new(0);
    for_many_problems(64, 4_000, |problem| {
        let Some(first) = planned(problem) else { return };
        let Objective { missing_blocks, unmet_minutes, .. } = first.objective;
        // Less than a block may be left over, which a second request rounds up to one.
        if first.is_empty() || problem.mode != Mode::Conflict && missing_blocks == 0 && unmet_minutes > 0 {
            return;
        }
        // A due time that changed after an acceptance unfreezes what serves the task; none changes after this one.
        let Some(second) = planned(&accepted(problem, &first)) else {
            again.set(again.get() + 1);
            return;
        };
        assert!(second.changes.is_empty(), "{first:#?}\n{second:#?}");
        again.set(again.get() + 1);
    });
    assert!(again.get() >= 300, "only {} plans were accepted", again.get());
}

#[test]
fn a_concession_that_is_granted_gives_what_was_promised() {
    let (asked, promised) = (Cell::new(0), std::cell::RefCell::new(std::collections::BTreeMap::new()));
    for_many_problems(65, 700, |problem| {
        let Some(plan) = planned(problem) else { return };
        let Some(why) = why_not::explain(problem, &plan) else {
            assert!(plan.objective.missing_blocks == 0 || problem.mode == Mode::Conflict);
            return;
        };
        asked.set(asked.get() + 1);
        assert_eq!(why.missing_blocks, plan.objective.missing_blocks);
        for cause in &why.causes {
            assert!(cause.blocks_gained >= 1 && cause.blocks_gained <= why.missing_blocks, "{why:?}");
        }
        let Some(offer) = why.offer else { return };
        let granted = planned(&offer.concession.grant(problem)).unwrap().objective;
        assert_eq!(plan.objective.missing_blocks - granted.missing_blocks, offer.blocks_gained, "{offer:?}");
        assert_eq!(plan.objective.unmet_minutes - granted.unmet_minutes, offer.minutes_gained, "{offer:?}");
        *promised.borrow_mut().entry(offer.concession.as_str()).or_insert(0) += 1;
    });
    let promised = promised.into_inner();
    assert!(asked.get() >= 100, "only {} plans left something missing", asked.get());
    assert!(promised.len() >= 4, "some concessions were never offered: {promised:?}");
}
