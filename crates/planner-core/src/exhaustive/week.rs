//! What a problem says: what may change, what is missing, what is in conflict.

use std::cmp::Reverse;

use crate::model::{Event, EventId, Kind, Problem, Refusal, Task};
use crate::time::{Instant, Interval, MINUTES_PER_24H};

/// Why there is nothing to try.
#[derive(Debug)]
pub(super) enum Settled {
    Refused(Refusal),
    NothingToPlan,
}

/// Something in the schedule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) at: Interval,
    /// Whether a change puts it there.
    pub(super) is_proposed: bool,
    pub(super) blocks: bool,
    pub(super) is_focus: bool,
}

/// A flexible event that stands where something else needs the place.
pub(super) struct Conflict {
    /// Which of the changeable events has to yield.
    pub(super) yields: usize,
    /// Whether something fixed needs the place.
    pub(super) to_fixed: bool,
    /// The changeable events that need the place.
    pub(super) to: Vec<usize>,
}

pub(super) struct Week<'p> {
    pub(super) problem: &'p Problem,
    pub(super) trigger: Option<&'p Task>,
    earliest: Instant,
    pub(super) window: Interval,
    pub(super) budget: u32,
    /// Minutes of study missing after claims, before and after rounding.
    pub(super) exact_need: i64,
    pub(super) need: i64,
    /// In the order of claiming.
    pub(super) claims: Vec<EventId>,
    /// What stays as it is, whatever changes.
    pub(super) fixed: Vec<Placed>,
    /// Flexible and stranded events, claimed ones left out, in order of id.
    pub(super) changeable: Vec<&'p Event>,
}

impl<'p> Week<'p> {
    pub(super) fn read(problem: &'p Problem) -> Result<Self, Settled> {
        let mut week = Self::with_window(problem)?;
        if let Some(trigger) = week.trigger {
            week.take_stock(trigger)?;
        }
        for event in &problem.events {
            if week.may_change(event) && !week.claims.contains(&event.id) {
                week.changeable.push(event);
            } else {
                week.fixed.push(Placed::unchanged(event));
            }
        }
        week.changeable.sort_by_key(|event| event.id);
        let busy = |at: &Interval| Placed { at: *at, is_proposed: false, blocks: true, is_focus: false };
        week.fixed.extend(problem.busy.iter().map(busy));
        Ok(week)
    }

    fn with_window(problem: &'p Problem) -> Result<Self, Settled> {
        let settings = &problem.settings;
        let trigger = problem.trigger();
        let earliest = problem.now.plus_minutes(i64::from(settings.lead_minutes)).ceil().ceil_to_grid();
        let lookahead = i64::from(settings.lookahead_days) * MINUTES_PER_24H;
        let (start, end) = match trigger {
            Some(trigger) => (trigger.due.plus(-lookahead).max(earliest), trigger.due),
            None => (earliest, earliest.plus(lookahead)),
        };
        if trigger.is_some() && end.minutes_since(start) < i64::from(settings.focus_min_minutes) {
            let is_past = end.moment() <= problem.now;
            let refusal = if is_past { Refusal::TriggerExpired } else { Refusal::WindowTooShort };
            return Err(Settled::Refused(refusal));
        }
        let raised = problem.override_churn_cap.unwrap_or(0).min(u32::from(settings.churn_cap_max));
        let cap = raised.max(u32::from(settings.churn_cap));
        Ok(Self {
            problem,
            trigger,
            earliest,
            window: Interval::new(start, end).unwrap(),
            budget: cap.saturating_sub(problem.used_churn_today),
            exact_need: 0,
            need: 0,
            claims: Vec::new(),
            fixed: Vec::new(),
            changeable: Vec::new(),
        })
    }

    /// Works out the need, and what is claimed towards it.
    fn take_stock(&mut self, trigger: &Task) -> Result<(), Settled> {
        let is_done = |event: &&Event| {
            event.is_focus() && event.task == Some(trigger.id) && event.interval.end() <= trigger.due
        };
        let done: i64 =
            self.problem.events.iter().filter(is_done).map(|event| event.interval.minutes()).sum();
        let mut need = i64::from(trigger.effort_minutes) - done;
        if need <= 0 {
            return Err(Settled::NothingToPlan);
        }
        let is_claimable =
            |event: &&Event| event.is_focus() && event.task.is_none() && self.may_change(event);
        let mut claimable: Vec<&Event> = self.problem.events.iter().filter(is_claimable).collect();
        claimable.sort_by_key(|event| {
            (far_ahead(event.interval.start(), trigger), event.interval.start(), event.id)
        });
        for event in claimable {
            if need > 0 {
                need -= event.interval.minutes();
                self.claims.push(event.id);
            }
        }
        self.exact_need = need.max(0);
        self.need = self.rounded(need);
        Ok(())
    }

    /// Minutes that can be placed: up to the grid, and to the shortest block where positive.
    pub(super) fn rounded(&self, minutes: i64) -> i64 {
        let shortest = i64::from(self.problem.settings.focus_min_minutes);
        if minutes <= 0 { 0 } else { ((minutes + 14) / 15 * 15).max(shortest) }
    }

    fn may_change(&self, event: &Event) -> bool {
        self.is_stranded(event) || self.is_flexible(event)
    }

    /// Whether it is focus for the trigger that stands after the due time and may be brought in.
    pub(super) fn is_stranded(&self, event: &Event) -> bool {
        self.trigger.is_some_and(|trigger| {
            event.is_focus()
                && event.task == Some(trigger.id)
                && event.interval.start() >= self.earliest
                && event.interval.end() > trigger.due
                && self.is_unlocked(event)
        })
    }

    fn is_flexible(&self, event: &Event) -> bool {
        self.is_unlocked(event)
            && event.interval.start() >= self.window.start()
            && event.interval.end() <= self.window.end()
            && !(event.is_focus() && self.serves_trigger_or_greater(event))
    }

    fn is_unlocked(&self, event: &Event) -> bool {
        let moves = matches!(event.kind, Kind::Focus | Kind::Chill | Kind::LowPriority);
        event.is_movable && !event.protected && moves && !self.is_frozen(event)
    }

    fn is_frozen(&self, event: &Event) -> bool {
        let Some(accepted) = event.accepted_at else { return false };
        let is_fresh = self.problem.now < accepted.plus_minutes(MINUTES_PER_24H);
        let own_trigger = self.trigger.filter(|trigger| event.task == Some(trigger.id));
        let due_changed_since =
            own_trigger.and_then(|trigger| trigger.due_changed_at).is_some_and(|changed| changed > accepted);
        is_fresh && !due_changed_since
    }

    fn serves_trigger_or_greater(&self, event: &Event) -> bool {
        let rank = |task: &Task| (Reverse(task.priority), task.due, Reverse(task.effort_minutes), task.id);
        match (self.trigger, self.task_of(event)) {
            (Some(trigger), Some(task)) => rank(task) <= rank(trigger),
            _ => false,
        }
    }

    fn task_of(&self, event: &Event) -> Option<&'p Task> {
        self.problem.tasks.iter().find(|task| Some(task.id) == event.task)
    }

    /// The instant past which nothing of this event may land.
    pub(super) fn latest_end(&self, event: &Event) -> Instant {
        if self.is_stranded(event) {
            return self.window.end();
        }
        let spill = i64::from(self.problem.settings.relocation_spill_days) * MINUTES_PER_24H;
        let latest = self.window.end().plus(spill);
        match self.task_of(event) {
            Some(task) if event.is_focus() => latest.min(task.due),
            _ => latest,
        }
    }

    /// The conflicts to be resolved, which there are only where there is no trigger.
    pub(super) fn conflicts(&self) -> Vec<Conflict> {
        if self.trigger.is_some() {
            return Vec::new();
        }
        let conflict = |(yields, event): (usize, &&Event)| {
            let at = event.interval;
            let to_fixed = self.fixed.iter().any(|fixed| fixed.blocks && fixed.at.overlaps(at));
            let needs_the_place = |(_, other): &(usize, &&Event)| {
                other.blocks() && other.interval.overlaps(at) && standing(other) < standing(event)
            };
            let to: Vec<usize> =
                self.changeable.iter().enumerate().filter(needs_the_place).map(|(index, _)| index).collect();
            (event.blocks() && (to_fixed || !to.is_empty())).then_some(Conflict { yields, to_fixed, to })
        };
        self.changeable.iter().enumerate().filter_map(conflict).collect()
    }
}

impl Placed {
    /// An event where it is.
    pub(super) fn unchanged(event: &Event) -> Self {
        Self { at: event.interval, is_proposed: false, blocks: event.blocks(), is_focus: event.is_focus() }
    }

    /// Whether the two cannot both be so: a proposed one lies on one that blocks, or leaves too little rest.
    ///
    /// What nobody proposes is left alone, however it lies.
    pub(super) fn clashes(&self, other: &Self, rest_gap: i64) -> bool {
        let lies_on = self.at.overlaps(other.at)
            && (self.is_proposed && other.blocks || other.is_proposed && self.blocks);
        let rested = self.at.end().plus(rest_gap) <= other.at.start()
            || other.at.end().plus(rest_gap) <= self.at.start();
        let restless = (self.is_proposed || other.is_proposed) && self.is_focus && other.is_focus && !rested;
        lies_on || restless
    }
}

/// How many of the limits of three and of five times 24 hours ahead of the due time lie after `instant`.
pub(super) fn far_ahead(instant: Instant, trigger: &Task) -> u32 {
    u32::from(instant < trigger.due.plus(-3 * MINUTES_PER_24H))
        + u32::from(instant < trigger.due.plus(-5 * MINUTES_PER_24H))
}

/// Of two flexible events on top of each other the smaller stays.
fn standing(event: &Event) -> (u8, Instant, EventId) {
    let kind = match event.kind {
        Kind::Focus => 0,
        Kind::LowPriority => 1,
        _ => 2,
    };
    (kind, event.interval.start(), event.id)
}
