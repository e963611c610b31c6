use super::Week;
use super::items::{Fate, Floor};
use super::score::{MISSING, Score};
use crate::model::{Event, Kind};

/// A flexible event that stands where it can't stay.
pub(super) struct Conflict {
    /// The event that has to yield, as an index of the week's flexible ones.
    yields: usize,
    /// Flexible events that it yields to; changing all of them helps as well. Empty where something fixed is in the
    /// way.
    causes: Vec<usize>,
}

/// What can at best still become of the conflicts that are left.
pub(super) struct Prospect {
    /// Conflicts that stay unresolved by what is decided, if nothing else is.
    pub(super) left_now: u32,
    /// Conflicts that stay unresolved whatever else is decided.
    pub(super) left_at_best: u32,
    /// The least that it costs to get there.
    pub(super) price: Score,
    /// The cheapest of the events to change for it, if there is one.
    pub(super) next: Option<usize>,
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

impl Conflict {
    fn is_resolved(&self, fates: &[Fate]) -> bool {
        let is_changed = |event: &usize| fates[*event].churn() > 0;
        is_changed(&self.yields) || !self.causes.is_empty() && self.causes.iter().all(is_changed)
    }

    /// The events that are still to be decided and whose change would help to resolve it.
    fn helpers(&self, fates: &[Fate]) -> impl Iterator<Item = usize> {
        let is_open = |event: &usize| fates[*event] == Fate::Open;
        let yields = Some(self.yields).filter(is_open);
        let hopeless = self.causes.iter().any(|event| fates[*event] == Fate::Stays);
        let causes = if hopeless { &[] } else { &self.causes[..] };
        yields.into_iter().chain(causes.iter().copied().filter(is_open))
    }
}

/// How many conflicts every plan leaves at least.
pub(super) fn least_left(week: &Week<'_>, conflicts: &[Conflict]) -> u32 {
    let undecided = vec![Fate::Open; week.flexible.len()];
    let free = vec![Some(Floor { churn: 1, score: Score::NOTHING }); week.flexible.len()];
    prospect(conflicts, &undecided, &free, week.budget).left_at_best
}

/// What can become of the conflicts with `spare` churn left.
pub(super) fn prospect(
    conflicts: &[Conflict],
    fates: &[Fate],
    floors: &[Option<Floor>],
    spare: u32,
) -> Prospect {
    let unresolved: Vec<&Conflict> =
        conflicts.iter().filter(|conflict| !conflict.is_resolved(fates)).collect();
    let mut gains = vec![0_u32; fates.len()];
    let mut hopeless = 0;
    for conflict in &unresolved {
        let mut helpers = conflict.helpers(fates).peekable();
        hopeless += u32::from(helpers.peek().is_none());
        helpers.for_each(|event| gains[event] += 1);
    }
    let mut helpers: Vec<(usize, Floor)> = gains
        .iter()
        .enumerate()
        .filter(|(_, gain)| **gain > 0)
        .filter_map(|(event, _)| floors[event].map(|floor| (event, floor)))
        .filter(|(_, floor)| floor.churn <= spare)
        .collect();
    helpers.sort_by_key(|(event, floor)| (floor.score, *event));
    let mut best_gains: Vec<u32> = helpers.iter().map(|(event, _)| gains[*event]).collect();
    best_gains.sort_unstable_by_key(|gain| std::cmp::Reverse(*gain));
    best_gains.truncate(spare as usize);
    let left_now = count(unresolved.len());
    let most_resolved = best_gains.iter().sum::<u32>().min(left_now - hopeless);
    // The fewest changes that may resolve as many, at the price of the cheapest.
    let mut changes = 0;
    let mut resolved = 0;
    while resolved < most_resolved {
        resolved += best_gains[changes];
        changes += 1;
    }
    let price =
        helpers.iter().take(changes).fold(Score::NOTHING, |sum, (_, floor)| sum.checked_add(floor.score));
    let next = helpers.first().filter(|_| changes > 0).map(|(event, _)| *event);
    Prospect { left_now, left_at_best: left_now - most_resolved, price, next }
}

/// What conflicts that are left cost, beside the least that any plan leaves.
pub(super) fn score(left: u32, least: u32) -> Score {
    Score::of(MISSING, left - least)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
