//! Which days are shown, and in how many rows.

use std::collections::BTreeSet;

use crate::model::{Mode, Problem};
use crate::time::{Interval, LocalDay, Zone};

/// The longest row: a week and the day it ends on.
const LONGEST_ROW: usize = 8;

/// Days shown at most: four weeks.
const MOST_DAYS: usize = 28;

/// The days that touch the window and `places`, in order; none that the zone skipped.
pub(super) fn shown(problem: &Problem, window: Option<Interval>, places: &[Interval]) -> Vec<LocalDay> {
    let zone = &problem.settings.zone;
    let (first, last) = outer_days(problem, window);
    let mut days: BTreeSet<LocalDay> = from_to(first, last).collect();
    for place in places {
        days.extend(touched(zone, *place).filter(|_| days.len() < MOST_DAYS).collect::<Vec<_>>());
    }
    days.retain(|day| zone.whole_day(*day).is_some());
    days.into_iter().take(MOST_DAYS).collect()
}

/// As few rows as will do, of about the same length.
pub(super) fn rows(days: &[LocalDay]) -> Vec<Vec<LocalDay>> {
    let rows = days.len().div_ceil(LONGEST_ROW).max(1);
    days.chunks(days.len().div_ceil(rows).max(1)).map(<[LocalDay]>::to_vec).collect()
}

/// From today to the due time; from the start of the window where today is more than a row away, or as good as over.
fn outer_days(problem: &Problem, window: Option<Interval>) -> (LocalDay, LocalDay) {
    let zone = &problem.settings.zone;
    let today = zone.day_of(problem.now);
    let last_of = |at: Interval| zone.local(at.end().plus(-1)).day;
    let Some(window) = window else {
        let due = problem.trigger().map_or(today, |trigger| zone.local(trigger.due.plus(-1)).day);
        return if is_near(due, today) || is_near(today, due) {
            (due.min(today), due.max(today))
        } else {
            (today, today)
        };
    };
    let (start, last) = (zone.local(window.start()).day, last_of(window));
    let rest_of_today = Interval::new(problem.now.floor(), zone.next_midnight(problem.now));
    let is_today_over = rest_of_today.is_none_or(|rest| !is_awake(problem, today, rest));
    let first = if is_today_over || !is_near(today, last) { start } else { today };
    match problem.mode {
        // The window that has no due time may end in the small hours of a day.
        Mode::Conflict if !is_awake(problem, last, window) => (first, last.previous().max(first)),
        _ => (first, last),
    }
}

/// Whether `span` holds some of the waking hours of `day`.
fn is_awake(problem: &Problem, day: LocalDay, span: Interval) -> bool {
    let settings = &problem.settings;
    let waking = settings.zone.between(day, settings.day_start_minute, settings.day_end_minute);
    waking.is_some_and(|waking| waking.overlaps(span))
}

/// Whether the days from `first` to `last` fit a row.
fn is_near(first: LocalDay, last: LocalDay) -> bool {
    first <= last && from_to(first, last).count() <= LONGEST_ROW
}

fn touched(zone: &Zone, place: Interval) -> impl Iterator<Item = LocalDay> {
    from_to(zone.local(place.start()).day, zone.local(place.end().plus(-1)).day)
}

/// The days from `first` to `last`, both included; not more than can be shown.
fn from_to(first: LocalDay, last: LocalDay) -> impl Iterator<Item = LocalDay> {
    std::iter::successors(Some(first), |day| Some(day.next()))
        .take_while(move |day| *day <= last)
        .take(MOST_DAYS)
}
