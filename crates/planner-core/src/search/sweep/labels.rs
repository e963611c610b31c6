use std::ops::Index;

use super::{Entry, MOST_CHURN, Question};
use crate::search::ground::{Ground, keeps_clear};
use crate::search::score::Score;

/// No label, no event.
pub(super) const NONE: u32 = u32::MAX;

/// Events that are paid for and may be met again, in ascending order, then [`NONE`]. At least one of the changes that
/// the budget allows is no push.
pub(super) type Paid = [u32; MOST_CHURN - 1];

/// One way to have placed some of the items.
#[derive(Clone, Copy)]
pub(super) struct Label {
    pub(super) score: Score,
    /// The phase of each item; every item is churn, so there are never more of them.
    pub(super) phases: [u8; MOST_CHURN],
    /// The item placed last.
    pub(super) item: u8,
    /// Churn of study blocks and pushing.
    pub(super) spent: u8,
    pub(super) has_pushed: bool,
    pub(super) is_dead: bool,
    /// The phases as one number, in which each item has a digit.
    pub(super) stage: u32,
    /// Grid steps of study created.
    pub(super) steps: u16,
    /// Where what was placed last starts.
    pub(super) start: u16,
    /// Points from which anything, and from which focus may start.
    pub(super) free: u16,
    pub(super) rested: u16,
    pub(super) minutes: i32,
    pub(super) paid: Paid,
    pub(super) before: u32,
    /// The next label of its group, or of those that arrive at the same point.
    pub(super) next: u32,
}

impl Label {
    /// The label of nothing placed.
    pub(super) fn first(score: Score) -> Self {
        Self {
            score,
            phases: [0; MOST_CHURN],
            item: 0,
            spent: 0,
            has_pushed: false,
            is_dead: false,
            stage: 0,
            steps: 0,
            start: 0,
            free: 0,
            rested: 0,
            minutes: 0,
            paid: [NONE; MOST_CHURN - 1],
            before: NONE,
            next: NONE,
        }
    }

    pub(super) fn has_paid_for(&self, event: u32) -> bool {
        self.has_pushed && self.paid.contains(&event)
    }

    pub(super) fn pay_for(&mut self, event: u32) {
        // Every push is churn and within the budget, so there is room for all of them.
        self.paid[MOST_CHURN - 2] = event;
        self.paid.sort_unstable();
        self.has_pushed = true;
    }
}

/// The labels of a sweep.
#[derive(Default)]
pub(super) struct Labels {
    all: Vec<Label>,
    /// Labels that may be extended.
    frontier: Vec<u32>,
    /// By point: the first label that arrives there.
    arrivals: Vec<u32>,
    /// By stage and steps: the first label of the group.
    groups: Vec<u32>,
    /// Step counts in a stage.
    group_size: usize,
}

impl Index<u32> for Labels {
    type Output = Label;

    fn index(&self, id: u32) -> &Label {
        &self.all[id as usize]
    }
}

impl Labels {
    pub(super) fn clear(&mut self, q: &Question<'_>, most_steps: usize) {
        let stages: u32 = q.items.iter().map(|item| u32::from(item.last_phase()) + 1).product();
        self.all.clear();
        self.frontier.clear();
        self.arrivals.clear();
        self.arrivals.resize(q.ground.points + 1, NONE);
        self.group_size = most_steps + 1;
        self.groups.clear();
        self.groups.resize(stages as usize * self.group_size, NONE);
    }

    /// Keeps a label until it may be extended, if it may.
    pub(super) fn add(&mut self, mut label: Label, arrival: Option<u16>) -> u32 {
        let id = u32::try_from(self.all.len()).unwrap_or(NONE);
        if let Some(arrival) = arrival {
            let last = self.arrivals.len() - 1;
            let first = &mut self.arrivals[usize::from(arrival).min(last)];
            label.next = std::mem::replace(first, id);
        }
        self.all.push(label);
        id
    }

    pub(super) fn take_arrivals(&mut self, point: usize) -> u32 {
        std::mem::replace(&mut self.arrivals[point], NONE)
    }

    pub(super) fn frontier_is_empty(&self) -> bool {
        self.frontier.is_empty()
    }

    pub(super) fn frontier_at(&self, at: usize) -> Option<u32> {
        self.frontier.get(at).copied()
    }

    pub(super) fn drop_from_frontier(&mut self, at: usize) {
        self.frontier.swap_remove(at);
    }

    /// Lets a label be extended from `point` on, unless another of its group is at least as good in every way; drops
    /// those that it is as good as.
    pub(super) fn admit(&mut self, q: &Question<'_>, id: u32, point: usize) {
        let label = self[id];
        let group = label.stage as usize * self.group_size + usize::from(label.steps);
        let mut previous = NONE;
        let mut other = self.groups[group];
        while other != NONE {
            if self.dominates(q, other, id, point) {
                return;
            }
            let next = self[other].next;
            if self.dominates(q, id, other, point) {
                self.all[other as usize].is_dead = true;
                if previous == NONE {
                    self.groups[group] = next;
                } else {
                    self.all[previous as usize].next = next;
                }
            } else {
                previous = other;
            }
            other = next;
        }
        self.all[id as usize].next = self.groups[group];
        self.groups[group] = id;
        self.frontier.push(id);
    }

    /// Whether whatever `other` can still become, `one` can become at least as well. Both are of one group.
    fn dominates(&self, q: &Question<'_>, one: u32, other: u32, point: usize) -> bool {
        let (a, b) = (&self[one], &self[other]);
        a.score <= b.score
            && a.spent <= b.spent
            && (a.rested <= b.rested || usize::from(a.rested) <= point)
            && has_paid_as_much(q, a, b, point)
            && (a.score < b.score || self.canonical(q, one) <= self.canonical(q, other))
    }

    /// The intervals placed so far in canonical order; only for comparing labels of one stage.
    pub(super) fn canonical(&self, q: &Question<'_>, id: u32) -> Vec<Entry> {
        let entry = |label: &Label| {
            let item = q.items.get(usize::from(label.item));
            (item.map(|item| item.event), label.start, label.minutes)
        };
        let mut entries: Vec<Entry> = self.path(id).map(entry).collect();
        entries.sort_unstable();
        entries
    }

    /// The labels up to `id`, the last first.
    pub(super) fn path(&self, id: u32) -> impl Iterator<Item = &Label> {
        let label = |id: u32| self.all.get(id as usize).filter(|label| label.before != NONE);
        std::iter::successors(label(id), move |last| label(last.before))
    }
}

/// Whether `a` has paid for all that `b` has paid for and that may still be met.
fn has_paid_as_much(q: &Question<'_>, a: &Label, b: &Label, point: usize) -> bool {
    let from = Ground::minute_of(point);
    let is_past = |event: u32| {
        let clear = keeps_clear(q.week, q.ground, q.week.flexible[event as usize], true);
        clear.is_none_or(|(_, to)| to <= from)
    };
    !b.has_pushed
        || b.paid
            .iter()
            .take_while(|event| **event != NONE)
            .all(|event| a.has_paid_for(*event) || is_past(*event))
}
