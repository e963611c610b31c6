use std::collections::{BTreeMap, BTreeSet};

use super::Week;
use crate::model::{Action, Event, Kind};
use crate::time::{GRID_MINUTES, Interval};

/// A study block in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Placement {
    pub(super) at: Interval,
    /// Which of the week's stranded events is brought in; `None` for a block that is made.
    pub(super) stranded: Option<usize>,
}

/// A week as it would be: what is placed, and what is moved where. Everything else is where it was.
///
/// The order between layouts is that of the canonical form closely enough to break ties the same way every time.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Layout {
    pub(super) study: Vec<Placement>,
    /// New places of flexible events, by index.
    pub(super) moved: BTreeMap<usize, Interval>,
}

/// Places tried for one event before giving up on the branch; nearer ones come first.
const PLACES_PER_EVENT: usize = 8;

/// Places looked at in one relocation at most.
const RELOCATION_WORK: u64 = 100_000;

impl Layout {
    pub(super) fn with_study(study: Vec<Placement>) -> Self {
        Self { study, moved: BTreeMap::new() }
    }

    /// Churn of all that is changed.
    pub(super) fn churn(&self) -> u32 {
        u32::try_from(self.study.len() + self.moved.len()).unwrap_or(u32::MAX)
    }

    /// Finds places for the flexible events `displaced`, moving others on where the budget allows.
    ///
    /// On failure the layout is as before and the answer is the event that has nowhere to go.
    pub(super) fn relocate(
        &mut self,
        week: &Week<'_>,
        displaced: BTreeSet<usize>,
        held: &BTreeSet<usize>,
        work: &mut u64,
    ) -> Result<(), usize> {
        let mut relocation = Relocation { week, held, work_left: RELOCATION_WORK, stuck: None };
        let solved = relocation.solve(self, displaced);
        *work += RELOCATION_WORK - relocation.work_left;
        match (solved, relocation.stuck) {
            (false, Some(stuck)) => Err(stuck),
            _ => Ok(()),
        }
    }

    pub(super) fn into_actions(self, week: &Week<'_>) -> Vec<Action> {
        let study = self.study.into_iter().map(|placement| match placement.stranded {
            None => Action::Create { at: placement.at },
            Some(index) => Action::Move { event: week.stranded[index].id, to: placement.at },
        });
        let moved =
            self.moved.into_iter().map(|(index, to)| Action::Move { event: week.flexible[index].id, to });
        let mut actions: Vec<Action> = study.chain(moved).collect();
        actions.sort_by_key(|action| (action.event(), action.intervals().first().copied()));
        actions
    }
}

struct Relocation<'w, 'p> {
    week: &'w Week<'p>,
    held: &'w BTreeSet<usize>,
    work_left: u64,
    stuck: Option<usize>,
}

impl Relocation<'_, '_> {
    /// Depth first: the hardest event to place goes first, to its nearest place.
    fn solve(&mut self, layout: &mut Layout, mut pending: BTreeSet<usize>) -> bool {
        let churn = layout.churn() as usize + pending.len();
        let Some(hardest) = pending.iter().copied().min_by_key(|index| self.ease(*index)) else {
            return true;
        };
        if churn > self.week.budget as usize {
            self.stuck.get_or_insert(hardest);
            return false;
        }
        pending.remove(&hardest);
        let spare = self.week.budget as usize - churn;
        for (at, pushed) in self.places(layout, hardest, &pending, spare) {
            layout.moved.insert(hardest, at);
            if self.solve(layout, pending.union(&pushed).copied().collect()) {
                return true;
            }
            layout.moved.remove(&hardest);
            if self.work_left == 0 {
                break;
            }
        }
        // The event that failed first, at the top of the tree, is the one to hold in place.
        self.stuck = Some(hardest);
        false
    }

    /// Focus is the hardest to place, then what is long.
    fn ease(&self, index: usize) -> (bool, i64, usize) {
        let event = self.week.flexible[index];
        (!event.is_focus(), -event.interval.minutes(), index)
    }

    /// Where the event could go, the least disturbing place first, with the events that it would push on.
    fn places(
        &mut self,
        layout: &Layout,
        index: usize,
        pending: &BTreeSet<usize>,
        spare: usize,
    ) -> Vec<(Interval, BTreeSet<usize>)> {
        let event = self.week.flexible[index];
        let Some(reach) = self.week.reach_of(event) else { return Vec::new() };
        let mut places = Vec::new();
        let mut start = reach.start().ceil_to_grid();
        while let Some(at) =
            Interval::starting(start, event.interval.minutes()).filter(|at| reach.contains(*at))
        {
            start = start.plus(GRID_MINUTES);
            self.work_left = self.work_left.saturating_sub(1);
            if self.work_left == 0 {
                break;
            }
            if at.start() == event.interval.start() || !self.week.is_open(at, event.is_focus()) {
                continue;
            }
            if let Some(pushed) = self.pushed_by(layout, index, at, pending, spare) {
                places.push((self.disturbance(event, at, &pushed), at, pushed));
            }
        }
        places.sort();
        places.truncate(PLACES_PER_EVENT);
        places.into_iter().map(|(_, at, pushed)| (at, pushed)).collect()
    }

    /// Focus events pushed, events pushed, chores pushed, minutes moved.
    fn disturbance(
        &self,
        event: &Event,
        at: Interval,
        pushed: &BTreeSet<usize>,
    ) -> (usize, usize, usize, i64) {
        let of_kind = |kind| pushed.iter().filter(|index| self.week.flexible[**index].kind == kind).count();
        let distance = at.start().minutes_since(event.interval.start()).abs();
        (of_kind(Kind::Focus), pushed.len(), of_kind(Kind::LowPriority), distance)
    }

    /// The unmoved flexible events in the way of `index` at `at`, or `None` where it can't be there.
    fn pushed_by(
        &self,
        layout: &Layout,
        index: usize,
        at: Interval,
        pending: &BTreeSet<usize>,
        spare: usize,
    ) -> Option<BTreeSet<usize>> {
        let week = self.week;
        let event = week.flexible[index];
        let is_focus = event.is_focus();
        let study_in_the_way = layout.study.iter().any(|study| {
            at.overlaps(study.at) && study_blocks(week, study)
                || event.blocks() && at.overlaps(study.at)
                || is_focus && crate::constraint::rest::broken(at, study.at, week.rest_gap)
        });
        if study_in_the_way || stranded_in_the_way(week, layout, at, is_focus) {
            return None;
        }
        // Both places are proposed, so each must be free of the other.
        let moved_in_the_way = layout.moved.iter().any(|(other_index, moved_to)| {
            let other = week.flexible[*other_index];
            week.is_blocked_by(at, is_focus, other, *moved_to)
                || week.is_blocked_by(*moved_to, other.is_focus(), event, at)
        });
        if moved_in_the_way {
            return None;
        }
        let mut pushed = BTreeSet::new();
        for (other_index, other) in week.flexible_near(at, is_focus) {
            let stays = other_index != index
                && !pending.contains(&other_index)
                && !layout.moved.contains_key(&other_index);
            if stays && week.is_blocked_by(at, is_focus, other, other.interval) {
                if self.held.contains(&other_index) || pushed.len() == spare {
                    return None;
                }
                pushed.insert(other_index);
            }
        }
        Some(pushed)
    }
}

fn study_blocks(week: &Week<'_>, study: &Placement) -> bool {
    study.stranded.is_none_or(|index| week.stranded[index].blocks())
}

fn stranded_in_the_way(week: &Week<'_>, layout: &Layout, at: Interval, is_focus: bool) -> bool {
    week.stranded.iter().enumerate().any(|(index, stranded)| {
        !layout.study.iter().any(|study| study.stranded == Some(index))
            && week.is_blocked_by(at, is_focus, stranded, stranded.interval)
    })
}
