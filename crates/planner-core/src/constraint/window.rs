//! Changes stay between now and the due time, and no further ahead of it than the student wants.

use crate::model::{Refusal, Settings, Task};
use crate::time::{Instant, Interval, MINUTES_PER_24H, Moment};

/// The first grid instant that leaves the lead time the student needs to take notice.
pub(crate) fn earliest(now: Moment, settings: &Settings) -> Instant {
    now.plus_minutes(i64::from(settings.lead_minutes)).ceil().ceil_to_grid()
}

/// The stretch before the trigger's due time in which the week may change.
pub(crate) fn before_due(trigger: &Task, now: Moment, settings: &Settings) -> Result<Interval, Refusal> {
    let lookahead = i64::from(settings.lookahead_days) * MINUTES_PER_24H;
    let start = trigger.due.plus(-lookahead).max(earliest(now, settings));
    Interval::new(start, trigger.due)
        .filter(|window| window.minutes() >= i64::from(settings.focus_min_minutes))
        .ok_or(if trigger.due.moment() <= now { Refusal::TriggerExpired } else { Refusal::WindowTooShort })
}

/// The stretch in which conflicts are looked for.
pub(crate) fn from_now(now: Moment, settings: &Settings) -> Option<Interval> {
    Interval::starting(earliest(now, settings), i64::from(settings.lookahead_days) * MINUTES_PER_24H)
}

/// Where an event that is no study block may land: up to the window's end, or past it as far as the student allows.
///
/// Focus for another task is of no use after that task's due time.
pub(crate) fn for_relocation(
    window: Interval,
    settings: &Settings,
    other_task: Option<&Task>,
) -> Option<Interval> {
    let spill = i64::from(settings.relocation_spill_days) * MINUTES_PER_24H;
    let end = window.end().plus(spill);
    Interval::new(window.start(), other_task.map_or(end, |task| end.min(task.due)))
}
