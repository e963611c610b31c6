//! Every change that could be made if nothing else changed place, and what it costs.

use super::week::{Placed, Week, far_ahead};
use crate::model::{Action, Event, Kind, Objective};
use crate::time::{GRID_MINUTES, Instant, Interval, LocalDay};

/// One change that keeps clear of all that is fixed.
pub(super) struct Change {
    pub(super) action: Action,
    pub(super) placed: Vec<Placed>,
    /// What it adds to each component of the objective, those of missing study apart.
    pub(super) cost: Objective,
    /// Minutes of study that it makes, and that it brings in from after the due time.
    pub(super) created: i64,
    pub(super) brought_in: i64,
}

/// Every change of one event.
pub(super) fn of_event(week: &Week<'_>, event: &Event) -> Vec<Change> {
    let places = Places::of(week);
    let mut actions = moves(week, event, &places);
    if !week.is_stranded(event) {
        actions.extend(splits(week, event, &places));
        if week.problem.settings.allow_delete && matches!(event.kind, Kind::Chill | Kind::LowPriority) {
            actions.push(Action::Delete { event: event.id });
        }
    }
    actions.into_iter().map(|action| change(week, Some(event), action)).collect()
}

/// Every study block that could be made, in order of start.
pub(super) fn creations(week: &Week<'_>) -> Vec<Change> {
    if week.trigger.is_none() {
        return Vec::new();
    }
    let settings = &week.problem.settings;
    let lengths = settings.focus_min_minutes..=settings.focus_max_minutes;
    let places = Places::of(week);
    let block = |minutes| places.open(i64::from(minutes), true, week.window.end());
    let mut blocks: Vec<Interval> = lengths.step_by(15).flat_map(block).collect();
    blocks.sort_unstable();
    blocks.into_iter().map(|at| change(week, None, Action::Create { at })).collect()
}

fn moves(week: &Week<'_>, event: &Event, places: &Places<'_>) -> Vec<Action> {
    let old = event.interval;
    let open = places.open(old.minutes(), event.is_focus(), week.latest_end(event));
    let elsewhere = open.into_iter().filter(|at| at.start() != old.start());
    elsewhere.map(|to| Action::Move { event: event.id, to }).collect()
}

fn splits(week: &Week<'_>, event: &Event, places: &Places<'_>) -> Vec<Action> {
    let settings = &week.problem.settings;
    let (whole, shortest) = (event.interval.minutes(), i64::from(settings.focus_min_minutes));
    let rest = if event.is_focus() { i64::from(settings.rest_gap_minutes) } else { 0 };
    let open = |minutes| places.open(minutes, event.is_focus(), week.latest_end(event));
    let mut splits = Vec::new();
    for minutes in (GRID_MINUTES..whole).step_by(15) {
        if minutes.min(whole - minutes) < shortest {
            continue;
        }
        let seconds = open(whole - minutes);
        for first in open(minutes) {
            let after_it = seconds.iter().filter(|second| second.start() >= first.end().plus(rest));
            splits.extend(after_it.map(|second| Action::Split { event: event.id, pieces: [first, *second] }));
        }
    }
    splits
}

pub(super) fn change(week: &Week<'_>, event: Option<&Event>, action: Action) -> Change {
    let placed = |at: &Interval| Placed {
        at: *at,
        is_proposed: true,
        blocks: event.is_none_or(Event::blocks),
        is_focus: event.is_none_or(Event::is_focus),
    };
    let minutes: i64 = action.intervals().iter().map(|at| at.minutes()).sum();
    let is_stranded = event.is_some_and(|event| week.is_stranded(event));
    Change {
        placed: action.intervals().iter().map(placed).collect(),
        cost: cost(week, event, &action),
        created: if event.is_none() { minutes } else { 0 },
        brought_in: if is_stranded { minutes } else { 0 },
        action,
    }
}

fn cost(week: &Week<'_>, event: Option<&Event>, action: &Action) -> Objective {
    let mut cost = Objective {
        churn: if matches!(action, Action::Split { .. }) { 2 } else { 1 },
        deleted: u32::from(matches!(action, Action::Delete { .. })),
        created: u32::from(matches!(action, Action::Create { .. })),
        ..Objective::default()
    };
    let apart = |one: Instant, other: Instant| u32::try_from(one.minutes_since(other).abs()).unwrap();
    for at in action.intervals() {
        cost.lateness_minutes += apart(at.start(), week.window.start());
        if event.is_none_or(|event| week.is_stranded(event)) {
            add_study(week, *at, &mut cost);
        }
    }
    let Some(event) = event.filter(|event| !week.is_stranded(event)) else { return cost };
    cost.focus_disturbed = u32::from(event.kind == Kind::Focus);
    cost.low_priority_disturbed = u32::from(event.kind == Kind::LowPriority);
    // Where each piece was, the event thought cut in two where it stood.
    let mut old_start = event.interval.start();
    for at in action.intervals() {
        cost.displacement_minutes += apart(at.start(), old_start);
        old_start = old_start.plus(at.minutes());
    }
    cost
}

fn add_study(week: &Week<'_>, at: Interval, cost: &mut Objective) {
    let Some(trigger) = week.trigger else { return };
    let settings = &week.problem.settings;
    for minute in 0..at.minutes() {
        let instant = at.start().plus(minute);
        let hour = usize::from(settings.zone.local(instant).hour());
        cost.proximity += far_ahead(instant, trigger);
        cost.energy += 150 - u32::from(settings.energy[hour]);
    }
}

/// Where something may be as far as the grid, the window, waking hours and all that is fixed go.
struct Places<'w> {
    week: &'w Week<'w>,
    waking: Vec<Interval>,
}

impl<'w> Places<'w> {
    fn of(week: &'w Week<'w>) -> Self {
        let settings = &week.problem.settings;
        let zone = &settings.zone;
        let hours = |day: LocalDay| zone.between(day, settings.day_start_minute, settings.day_end_minute);
        let spill = i64::from(settings.relocation_spill_days) * 24 * 60;
        let last = zone.local(week.window.end().plus(spill)).day.next();
        let mut day = zone.local(week.window.start()).day.previous();
        let mut waking = Vec::new();
        while day <= last {
            waking.extend(hours(day));
            day = day.next();
        }
        Self { week, waking }
    }

    fn open(&self, minutes: i64, is_focus: bool, latest_end: Instant) -> Vec<Interval> {
        let mut open = Vec::new();
        let mut start = self.week.window.start().ceil_to_grid();
        while start.plus(minutes) <= latest_end {
            let at = Interval::starting(start, minutes).unwrap();
            if self.is_awake(at) && self.is_clear(at, is_focus) {
                open.push(at);
            }
            start = start.plus(GRID_MINUTES);
        }
        open
    }

    fn is_awake(&self, at: Interval) -> bool {
        self.waking.iter().any(|day| day.contains(at))
    }

    fn is_clear(&self, at: Interval, is_focus: bool) -> bool {
        let rest = i64::from(self.week.problem.settings.rest_gap_minutes);
        // Whether it blocks makes no difference against what nobody proposes.
        let placed = Placed { at, is_proposed: true, blocks: true, is_focus };
        !self.week.fixed.iter().any(|fixed| placed.clashes(fixed, rest))
    }
}
