//! Looks for the least disruptive plan, and proves that there is no better one.
//!
//! Branch and bound, best first. A node decides for some events whether they stay, move, are split or given up; a
//! [`sweep`] places study and all that has to leave in the best way there is, and lets events of which nothing is
//! decided be pushed away at the least price. That is a bound for the node, and where nothing is pushed it is the
//! best plan of the node. Otherwise one of the pushed events is decided in all ways there are. The first node whose
//! bound is a plan holds the best plan of all. The work is bounded by counting, never by a clock.

mod conflicts;
mod escape;
mod ground;
mod items;
mod score;
mod shortfall;
mod supply;
mod sweep;
mod tree;
mod week;

pub(crate) use supply::most_study;

pub(crate) use week::{Lift, Settled, Week};

use crate::model::{Action, Objective};
use escape::Escapes;
use ground::Ground;
use tree::Tree;

/// What the search came back with.
pub(crate) struct Found {
    /// In canonical order: by event (none first), then start.
    pub(crate) actions: Vec<Action>,
    pub(crate) objective: Objective,
    pub(crate) proven_optimal: bool,
    /// No plan is better than this; the objective itself where that is proven.
    pub(crate) bound: Objective,
    /// Ways to place something that were looked at.
    pub(crate) work: u64,
}

/// Work after which the best plan found so far has to do. Weeks as students have them need a thousandth of it.
pub(crate) const MOST_WORK: u64 = 50_000_000;

/// The best plan for `week`.
pub(crate) fn best_plan(week: &Week<'_>, most_work: u64) -> Found {
    let ground = Ground::of(week);
    let escapes = Escapes::new(week, &ground);
    Tree::new(week, &ground, &escapes, most_work).search()
}
