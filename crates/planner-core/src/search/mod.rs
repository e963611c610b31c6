//! Looks for the least disruptive plan.
//!
//! One function, [`best_plan`], so that the way it searches can change without anyone noticing but by better plans.
//! It works in two steps. Study blocks are chosen by dynamic programming over the window, which knows the price of
//! every place: the flexible events that would have to yield. Then those events are given new places, nearest first,
//! where one may push another on. What turns out to have nowhere to go is held in place and the choice is made again,
//! so that in the end there is always a plan, if only the empty one. The work is bounded by counting, never by a clock.

mod conflicts;
mod layout;
mod score;
mod study;
mod week;

use std::collections::BTreeSet;

pub(crate) use week::{Settled, Week};

use crate::model::{Action, Objective};
use layout::Layout;

/// What the search came back with.
pub(crate) struct Found {
    /// In canonical order: by event (none first), then start.
    pub(crate) actions: Vec<Action>,
    pub(crate) objective: Objective,
    pub(crate) proven_optimal: bool,
    /// Candidate places looked at.
    pub(crate) work: u64,
}

/// The best plan found for `week`; to change nothing where nothing better is found.
pub(crate) fn best_plan(week: &Week<'_>) -> Found {
    let conflicts = if week.trigger.is_none() { conflicts::in_week(week) } else { Vec::new() };
    let nothing = Layout::default();
    let mut best = (score::objective(week, &nothing, &conflicts), nothing);
    let mut work = 0;
    // Any change costs churn, so to change nothing is best where nothing is missing, and all there is without budget.
    let settled = best.0.missing_blocks == 0 && best.0.unmet_minutes == 0 || week.budget == 0;
    if !settled {
        if week.trigger.is_some() {
            search_demand(week, &mut best, &mut work);
        } else {
            let layout = conflicts::resolve(week, &conflicts, &mut work);
            best = best.min((score::objective(week, &layout, &conflicts), layout));
        }
    }
    Found { objective: best.0, actions: best.1.into_actions(week), proven_optimal: settled, work }
}

/// Work after which the best plan found so far has to do. Hardly a week needs a tenth of it, and none that random tests found needed all.
const MOST_WORK: u64 = 2_000_000;

fn search_demand(week: &Week<'_>, best: &mut (Objective, Layout), work: &mut u64) {
    let places = study::Places::of(week, work);
    let mut held = BTreeSet::new();
    // Each round that fails holds at least one more event in place, so the rounds come to an end.
    for _ in 0..=week.flexible.len() {
        let mut candidates = places.candidates(week, &held, work);
        candidates.sort_by_key(|candidate| candidate.estimate);
        let mut nowhere_to_go = BTreeSet::new();
        for candidate in candidates {
            if candidate.estimate >= best.0 {
                break;
            }
            if *work >= MOST_WORK {
                return;
            }
            let mut layout = Layout::with_study(candidate.placements);
            match layout.relocate(week, candidate.displaced, &held, work) {
                Ok(()) => {
                    let found = (score::objective(week, &layout, &[]), layout);
                    if found < *best {
                        *best = found;
                    }
                }
                Err(stuck) => {
                    nowhere_to_go.insert(stuck);
                }
            }
        }
        if nowhere_to_go.is_empty() {
            return;
        }
        held.extend(nowhere_to_go);
    }
}
