//! How much study is missing, and which existing blocks count towards it.

use crate::model::{Event, EventId, Settings, Task};
use crate::time::{GRID_MINUTES, MINUTES_PER_24H, ceil_to_grid};

/// The study that is still to be placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Demand {
    /// Minutes to place, rounded up to what can be placed.
    pub(crate) need_minutes: i64,
    /// Minutes missing before rounding: what a person is told.
    pub(crate) exact_need_minutes: i64,
    /// Blocks taken as they stand, in the order of claiming.
    pub(crate) claims: Vec<EventId>,
}

/// The demand of `trigger`, or `None` where its study is all there already.
///
/// `claimable` are the flexible focus events of the window that serve no task.
pub(crate) fn of<'a>(
    trigger: &Task,
    settings: &Settings,
    events: &[Event],
    claimable: impl Iterator<Item = &'a Event>,
) -> Option<Demand> {
    let mut need = missing(trigger, events);
    if need <= 0 {
        return None;
    }
    let mut blocks: Vec<&Event> = claimable.collect();
    blocks.sort_by_key(|event| (proximity_band(trigger, event), event.interval.start(), event.id));
    let mut claims = Vec::new();
    for block in blocks {
        if need <= 0 {
            break;
        }
        need -= block.interval.minutes();
        claims.push(block.id);
    }
    let need = need.max(0);
    Some(Demand { need_minutes: placeable(need, settings), exact_need_minutes: need, claims })
}

/// The effort less the focus that serves the task before it is due, past or to come; not above 0 where all is there.
pub(crate) fn missing(task: &Task, events: &[Event]) -> i64 {
    let serves =
        |event: &&Event| event.is_focus() && event.task == Some(task.id) && event.interval.end() <= task.due;
    let done: i64 = events.iter().filter(serves).map(|event| event.interval.minutes()).sum();
    i64::from(task.effort_minutes) - done
}

/// `minutes` rounded up to the grid, and to the shortest study block where positive but smaller.
pub(crate) fn placeable(minutes: i64, settings: &Settings) -> i64 {
    if minutes <= 0 { 0 } else { ceil_to_grid(minutes).max(i64::from(settings.focus_min_minutes)) }
}

/// How far ahead of the due time a block starts: 0 within three days, 1 within five, else 2.
fn proximity_band(trigger: &Task, block: &Event) -> u8 {
    let before_due = |days: i64| trigger.due.plus(-days * MINUTES_PER_24H);
    if block.interval.start() >= before_due(3) {
        0
    } else {
        u8::from(block.interval.start() < before_due(5)) + 1
    }
}

const _: () = assert!(GRID_MINUTES == 15, "lengths in settings are documented as multiples of 15");
