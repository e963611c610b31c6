//! A second enumeration with no thought of speed: every set of changes that can be written down goes to the checker.
//!
//! It is for the very smallest problems only, and there to show that the first one gives up nothing that is worth
//! having.

use super::enumeration::{canonical, sum};
use super::properties::{for_many_problems, plan_of};
use super::tiny::sets_of;
use super::week::Week;
use super::*;
use crate::check::{Rule, check, check_changes};
use crate::model::{Event, EventId};
use crate::time::{GRID_MINUTES, Instant, Interval};

#[test]
fn nothing_worth_having_is_given_up() {
    let tried = std::cell::Cell::new(0);
    for_many_problems(20, 400, |problem| {
        let Ok(week) = Week::read(problem) else { return };
        let Some(unpruned) = Unpruned::over(&week) else { return };
        assert_eq!(best(problem), Some(unpruned.best()));
        tried.set(tried.get() + 1);
    });
    assert!(tried.get() >= 100, "only {} problems were small enough", tried.get());
}

/// Actions that can be written down, and sets of those that are sound by themselves, that a problem may have.
const MOST_ACTIONS: usize = 3_000;
const MOST_SETS: u64 = 3_000;

struct Unpruned<'w> {
    week: &'w Week<'w>,
    actions: Vec<Action>,
    chosen: Vec<Action>,
    best: Option<(Objective, Vec<Action>)>,
}

impl<'w> Unpruned<'w> {
    /// `None` where the problem is too large for so much labour.
    fn over(week: &'w Week<'w>) -> Option<Self> {
        let mut actions = every_action(week);
        if actions.len() > MOST_ACTIONS {
            return None;
        }
        let fixed = without_what_may_change(week);
        actions.retain(|action| is_sound_by_itself(week, &fixed, action));
        let churns: Vec<u32> = actions.iter().map(Action::churn).collect();
        let chosen = Vec::new();
        (sets_of(&churns, week.budget) <= MOST_SETS).then_some(Self { week, actions, chosen, best: None })
    }

    fn best(mut self) -> (Objective, Vec<Action>) {
        self.extend(0);
        let (objective, mut actions) = self.best.unwrap();
        actions.sort_by_key(|action| (action.event(), action.intervals().first().copied()));
        (objective, actions)
    }

    /// Looks at the set as it is, and with every set of the actions from `first` on.
    fn extend(&mut self, first: usize) {
        self.look_at_the_set();
        let churn: u32 = self.chosen.iter().map(Action::churn).sum();
        for index in first..self.actions.len() {
            if churn + self.actions[index].churn() <= self.week.budget {
                self.chosen.push(self.actions[index].clone());
                self.extend(index + 1);
                self.chosen.pop();
            }
        }
    }

    fn look_at_the_set(&mut self) {
        let objective = objective(self.week, &self.chosen);
        let plan = plan_of(self.week, objective, self.chosen.clone());
        let violations = check(self.week.problem, &plan).unwrap();
        if violations.iter().any(|violation| violation.rule != Rule::Objective) {
            return;
        }
        assert!(violations.is_empty(), "{violations:#?}\n{plan:#?}");
        let found = (objective, canonical(&self.chosen));
        if self.best.as_ref().is_none_or(|(objective, actions)| found < (*objective, canonical(actions))) {
            self.best = Some((objective, self.chosen.clone()));
        }
    }
}

/// The problem without all events that may change: what breaks a rule there breaks it in any set.
fn without_what_may_change(week: &Week<'_>) -> Problem {
    let stays = |event: &Event| {
        let to = Interval::starting(event.interval.start().plus(15), event.interval.minutes()).unwrap();
        breaks(week.problem, &Action::Move { event: event.id, to }, &[Rule::Permission])
    };
    let mut fixed = week.problem.clone();
    fixed.events.retain(stays);
    fixed
}

fn is_sound_by_itself(week: &Week<'_>, fixed: &Problem, action: &Action) -> bool {
    if breaks(week.problem, action, &[Rule::Permission, Rule::Length]) {
        return false;
    }
    let event = week.problem.events.iter().find(|event| Some(event.id) == action.event());
    let mut alone = fixed.clone();
    alone.events.extend(event.cloned());
    !breaks(&alone, action, &[Rule::Grid, Rule::Window, Rule::WakingHours, Rule::Overlap, Rule::Rest])
}

fn breaks(problem: &Problem, action: &Action, rules: &[Rule]) -> bool {
    let violations = check_changes(problem, &[], std::slice::from_ref(action)).unwrap();
    violations.iter().any(|violation| rules.contains(&violation.rule))
}

/// What can be written down, whether it makes sense or not.
fn every_action(week: &Week<'_>) -> Vec<Action> {
    let starts = starts(week);
    let settings = &week.problem.settings;
    let longest = i64::from(settings.focus_max_minutes) + GRID_MINUTES;
    let mut actions = Vec::new();
    for minutes in (GRID_MINUTES..=longest).step_by(15) {
        actions.extend(intervals(&starts, minutes).map(|at| Action::Create { at }));
    }
    for Event { id, interval, .. } in &week.problem.events {
        actions.push(Action::Delete { event: *id });
        actions.extend(intervals(&starts, interval.minutes()).map(|to| Action::Move { event: *id, to }));
        actions.extend(splits(*id, interval.minutes(), &starts));
    }
    actions
}

fn splits(event: EventId, minutes: i64, starts: &[Instant]) -> Vec<Action> {
    let mut splits = Vec::new();
    for first in (GRID_MINUTES..minutes).step_by(15) {
        for one in intervals(starts, first) {
            let both = intervals(starts, minutes - first).map(|other| [one, other]);
            splits.extend(both.map(|pieces| Action::Split { event, pieces }));
        }
    }
    splits
}

fn intervals(starts: &[Instant], minutes: i64) -> impl Iterator<Item = Interval> {
    starts.iter().filter_map(move |start| Interval::starting(*start, minutes))
}

/// The points of the grid at which at least a quarter of an hour is awake, from before the window to after all that
/// could be reached.
fn starts(week: &Week<'_>) -> Vec<Instant> {
    let spill = i64::from(week.problem.settings.relocation_spill_days) * 24 * 60;
    let first = week.window.start().floor_to_grid().plus(-GRID_MINUTES);
    let count = (week.window.end().plus(spill).minutes_since(first)) / GRID_MINUTES + 1;
    let is_awake = |start: &Instant| {
        let at = Interval::starting(*start, GRID_MINUTES).unwrap();
        !breaks(week.problem, &Action::Create { at }, &[Rule::WakingHours])
    };
    (0..=count).map(|index| first.plus(index * GRID_MINUTES)).filter(is_awake).collect()
}

/// What a set of changes adds up to.
fn objective(week: &Week<'_>, actions: &[Action]) -> Objective {
    let event = |action: &Action| week.problem.events.iter().find(|event| Some(event.id) == action.event());
    let changes: Vec<Change> =
        actions.iter().map(|action| changes::change(week, event(action), action.clone())).collect();
    let placed: i64 = changes.iter().map(|change| change.created + change.brought_in).sum();
    let unmet = u32::try_from((week.need - placed).max(0)).unwrap();
    let is_kept = |index: &usize| {
        let id = week.changeable[*index].id;
        actions.iter().all(|action| action.event() != Some(id))
    };
    let conflicts = week.conflicts();
    let left = conflicts
        .iter()
        .filter(|conflict| is_kept(&conflict.yields))
        .filter(|conflict| conflict.to_fixed || conflict.to.iter().any(is_kept));
    let missing = Objective {
        missing_blocks: unmet / u32::from(week.problem.settings.focus_min_minutes)
            + u32::try_from(left.count()).unwrap(),
        unmet_minutes: unmet,
        ..Objective::default()
    };
    changes.iter().map(|change| change.cost).fold(missing, sum)
}
