//! Tries every set of changes.
//!
//! One changeable event after the other is kept where it is or changed in each way that it can be, then every set of
//! study blocks is made. A set is given up as soon as two things in it clash, as it costs more than the budget, or as
//! it can no longer end up better than the best found.

use super::changes::Change;
use super::week::{Conflict, Placed, Week};
use crate::model::{Action, EventId, Objective};
use crate::time::Instant;

/// A set of changes as a list of what is placed where, to decide between sets that are equally good. What is made
/// comes first, and what is given up is placed after everything.
pub(super) type Canonical = Vec<(Option<EventId>, Instant, Instant)>;

/// The set of changes under way, and the best one found.
pub(super) struct Enumeration<'w> {
    week: &'w Week<'w>,
    /// For each changeable event all its changes.
    of_events: &'w [Vec<Change>],
    /// All study blocks that can be made, in order of start.
    blocks: &'w [Change],
    conflicts: Vec<Conflict>,
    rest_gap: i64,
    /// Minutes of study that one more change can place at most.
    longest_block: i64,

    /// For each changeable event that is decided, whether it is changed.
    is_changed: Vec<bool>,
    chosen: Vec<&'w Change>,
    /// Where all that is decided is.
    schedule: Vec<Placed>,
    /// What the chosen changes cost together.
    cost: Objective,
    created: i64,
    brought_in: i64,

    best: Option<(Objective, Canonical, Vec<Action>)>,
}

impl<'w> Enumeration<'w> {
    pub(super) fn over(week: &'w Week<'w>, of_events: &'w [Vec<Change>], blocks: &'w [Change]) -> Self {
        Self {
            week,
            of_events,
            blocks,
            conflicts: week.conflicts(),
            rest_gap: i64::from(week.problem.settings.rest_gap_minutes),
            longest_block: longest_block(week),
            is_changed: Vec::new(),
            chosen: Vec::new(),
            schedule: Vec::new(),
            cost: Objective::default(),
            created: 0,
            brought_in: 0,
            best: None,
        }
    }

    /// The best set of changes there is; to change nothing is one.
    pub(super) fn best(mut self) -> (Objective, Vec<Action>) {
        self.decide_events();
        let (objective, _, actions) = self.best.unwrap();
        (objective, actions)
    }

    /// Decides the next event, and all after it.
    fn decide_events(&mut self) {
        let next = self.is_changed.len();
        let Some(changes) = self.of_events.get(next) else { return self.make_blocks(0) };
        if self.is_hopeless() {
            return;
        }
        let kept = Placed::unchanged(self.week.changeable[next]);
        if self.fits(&kept) {
            self.is_changed.push(false);
            self.schedule.push(kept);
            self.decide_events();
            self.schedule.pop();
            self.is_changed.pop();
        }
        self.is_changed.push(true);
        for change in changes {
            self.with(change, Self::decide_events);
        }
        self.is_changed.pop();
    }

    /// Looks at the set as it is, and with every set of the blocks from `first` on.
    fn make_blocks(&mut self, first: usize) {
        self.look_at_the_set();
        if self.is_hopeless() {
            return;
        }
        let most = self.week.rounded(self.week.need - self.brought_in);
        for index in first..self.blocks.len() {
            if self.created + self.blocks[index].created <= most {
                self.with(&self.blocks[index], |set| set.make_blocks(index + 1));
            }
        }
    }

    /// Goes on with one change more, if there is room and budget for it.
    fn with(&mut self, change: &'w Change, go_on: impl FnOnce(&mut Self)) {
        let affordable = self.cost.churn + change.cost.churn <= self.week.budget;
        if !affordable || !change.placed.iter().all(|placed| self.fits(placed)) {
            return;
        }
        let (cost, created, brought_in) = (self.cost, self.created, self.brought_in);
        self.cost = sum(cost, change.cost);
        self.created += change.created;
        self.brought_in += change.brought_in;
        self.schedule.extend(&change.placed);
        self.chosen.push(change);
        go_on(self);
        self.chosen.pop();
        self.schedule.truncate(self.schedule.len() - change.placed.len());
        (self.cost, self.created, self.brought_in) = (cost, created, brought_in);
    }

    fn fits(&self, placed: &Placed) -> bool {
        !self.schedule.iter().any(|other| placed.clashes(other, self.rest_gap))
    }

    /// Every event is decided: is this the best so far?
    fn look_at_the_set(&mut self) {
        let objective = self.at_best_with(0);
        let best = self.best.as_ref().map(|(objective, canonical, _)| (*objective, canonical));
        if best.is_some_and(|(best, _)| best < objective) {
            return;
        }
        let canonical = canonical(self.chosen.iter().map(|change| &change.action));
        if best.is_none_or(|best| (objective, &canonical) < best) {
            let mut actions: Vec<Action> = self.chosen.iter().map(|change| change.action.clone()).collect();
            actions.sort_by_key(|action| (action.event(), action.intervals().first().copied()));
            self.best = Some((objective, canonical, actions));
        }
    }

    /// Whether whatever is added ends up worse than the best found, however much more study it places.
    fn is_hopeless(&self) -> bool {
        let budget_left = self.week.budget - self.cost.churn;
        let Some((best, ..)) = &self.best else { return false };
        (0..=budget_left).all(|blocks| self.at_best_with(blocks) > *best)
    }

    /// What the set adds up to, if so many more study blocks of the greatest length cost nothing but their churn.
    ///
    /// To add more cannot make any component smaller, but for those of missing study, which it takes study blocks for.
    fn at_best_with(&self, blocks: u32) -> Objective {
        let unmet = self.week.need - self.created - self.brought_in - i64::from(blocks) * self.longest_block;
        let unmet = u32::try_from(unmet.max(0)).unwrap();
        let missing_blocks = unmet / u32::from(self.week.problem.settings.focus_min_minutes);
        Objective {
            missing_blocks: missing_blocks + self.conflicts_left(),
            churn: self.cost.churn + blocks,
            unmet_minutes: unmet,
            ..self.cost
        }
    }

    /// Conflicts that are certain to be left, by the events that are decided.
    fn conflicts_left(&self) -> u32 {
        let is_kept = |index: &usize| self.is_changed.get(*index) == Some(&false);
        let is_left = |conflict: &&Conflict| {
            is_kept(&conflict.yields) && (conflict.to_fixed || conflict.to.iter().any(is_kept))
        };
        u32::try_from(self.conflicts.iter().filter(is_left).count()).unwrap()
    }
}

fn longest_block(week: &Week<'_>) -> i64 {
    let created = i64::from(week.problem.settings.focus_max_minutes);
    let stranded = week.changeable.iter().filter(|event| week.is_stranded(event));
    stranded.map(|event| event.interval.minutes()).fold(created, i64::max)
}

/// The sum of two objectives, component by component.
pub(super) fn sum(one: Objective, other: Objective) -> Objective {
    let (one, other) = (one.components(), other.components());
    Objective::from_components(std::array::from_fn(|index| one[index] + other[index]))
}

pub(super) fn canonical<'a>(actions: impl IntoIterator<Item = &'a Action>) -> Canonical {
    let mut canonical = Canonical::new();
    for action in actions {
        match action {
            Action::Delete { event } => canonical.push((Some(*event), Instant::MAX, Instant::MAX)),
            _ => canonical.extend(action.intervals().iter().map(|at| (action.event(), at.start(), at.end()))),
        }
    }
    canonical.sort_unstable();
    canonical
}
