use std::collections::BTreeSet;

use super::Week;
use super::layout::Layout;
use crate::model::{Event, Kind};

/// A flexible event that stands where it can't stay.
pub(super) struct Conflict {
    /// The event that has to yield, as an index of the week's flexible ones.
    yields: usize,
    /// Flexible events that it yields to; moving all of them helps as well. Empty where something fixed is in the way.
    causes: Vec<usize>,
}

/// The conflicts of the week, in the order of the events that yield.
pub(super) fn in_week(week: &Week<'_>) -> Vec<Conflict> {
    let conflict = |(yields, event): (usize, &&Event)| {
        if !event.blocks() {
            return None;
        }
        if week.taken.overlaps(event.interval) {
            return Some(Conflict { yields, causes: Vec::new() });
        }
        let goes_first = |other: &Event| other.blocks() && precedence(other) < precedence(event);
        let in_the_way =
            |(_, other): &(usize, &&Event)| goes_first(other) && other.interval.overlaps(event.interval);
        let causes: Vec<usize> =
            week.flexible.iter().enumerate().filter(in_the_way).map(|(index, _)| index).collect();
        (!causes.is_empty()).then_some(Conflict { yields, causes })
    };
    week.flexible.iter().enumerate().filter_map(conflict).collect()
}

/// Focus stays rather than a chore, a chore rather than recreation, then the earlier, then the smaller id.
fn precedence(event: &Event) -> impl Ord + use<> {
    let kind = match event.kind {
        Kind::Focus => 0,
        Kind::LowPriority => 1,
        _ => 2,
    };
    (kind, event.interval.start(), event.id)
}

/// How many conflicts a layout leaves.
pub(super) fn left(conflicts: &[Conflict], layout: &Layout) -> u32 {
    let left = conflicts.iter().filter(|conflict| {
        let is_moved = |index: &usize| layout.moved.contains_key(index);
        let resolved = is_moved(&conflict.yields)
            || (!conflict.causes.is_empty() && conflict.causes.iter().all(is_moved));
        !resolved
    });
    u32::try_from(left.count()).unwrap_or(u32::MAX)
}

/// Moves each event that has to yield, one after the other, as far as the budget goes.
pub(super) fn resolve(week: &Week<'_>, conflicts: &[Conflict], work: &mut u64) -> Layout {
    let mut layout = Layout::default();
    for conflict in conflicts {
        if !layout.moved.contains_key(&conflict.yields) {
            let mut attempt = layout.clone();
            if attempt.relocate(week, BTreeSet::from([conflict.yields]), &BTreeSet::new(), work).is_ok() {
                layout = attempt;
            }
        }
    }
    layout
}
