//! The planning problem solved by trying everything, so that there is something to hold the search against.
//!
//! It is no planner: a problem with many free hours or a large budget would take it for ever. It is as plain as it can
//! be instead. [`week`] reads the problem, [`changes`] lists every change that could be made by itself, and
//! [`enumeration`] tries every set of them and keeps the best. It shares the words of `model` and `time` with the
//! search and nothing else: every rule is stated here once more.

mod by_hand;
mod changes;
mod enumeration;
mod outline;
mod properties;
mod tiny;
mod unpruned;
mod week;

use crate::model::{Action, Objective, Problem};
use changes::Change;
use enumeration::Enumeration;
use week::Week;

/// The best that can be done: its objective, and the changes in canonical order. `None` where the problem is refused
/// or has nothing to plan.
pub(crate) fn best(problem: &Problem) -> Option<(Objective, Vec<Action>)> {
    let week = Week::read(problem).ok()?;
    Some(best_of(&week))
}

/// The best set of changes for a problem that has been read.
fn best_of(week: &Week<'_>) -> (Objective, Vec<Action>) {
    let of_events: Vec<Vec<Change>> =
        week.changeable.iter().map(|event| changes::of_event(week, event)).collect();
    let blocks = changes::creations(week);
    Enumeration::over(week, &of_events, &blocks).best()
}
