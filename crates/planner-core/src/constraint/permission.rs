//! What may change at all: never classes, work or sleep, never what the student locked or has just agreed to.

use crate::model::{Event, Task, TaskId};
use crate::time::{Instant, Interval, MINUTES_PER_24H, Moment};

/// What the planner may do with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It stays, whatever else holds.
    Fixed,
    /// It may be moved.
    Flexible,
    /// Focus for the trigger that ends after the due time: it may be brought in, or left.
    Stranded,
}

/// The role of `event` in a proposal for `trigger`.
pub(crate) fn for_trigger(
    event: &Event,
    trigger: &Task,
    tasks: &[Task],
    window: Interval,
    earliest: Instant,
    now: Moment,
) -> Role {
    let due_changed_at = (event.task == Some(trigger.id)).then_some(trigger.due_changed_at).flatten();
    if !is_unlocked(event) || is_frozen(event, now, due_changed_at) {
        return Role::Fixed;
    }
    let is_focus_for_trigger = event.is_focus() && event.task == Some(trigger.id);
    if is_focus_for_trigger && event.interval.start() >= earliest && event.interval.end() > trigger.due {
        return Role::Stranded;
    }
    let serves_a_greater_task =
        event.is_focus() && linked(event.task, tasks).is_some_and(|task| task.ranks_before(trigger));
    if is_focus_for_trigger || serves_a_greater_task || !window.contains(event.interval) {
        return Role::Fixed;
    }
    Role::Flexible
}

/// The role of `event` where no trigger exists and conflicts are to be resolved.
pub(crate) fn for_conflicts(event: &Event, window: Interval, now: Moment) -> Role {
    if is_unlocked(event) && !is_frozen(event, now, None) && window.contains(event.interval) {
        Role::Flexible
    } else {
        Role::Fixed
    }
}

/// Whether neither its kind nor the student keeps the event in its place.
pub(crate) fn is_unlocked(event: &Event) -> bool {
    event.is_movable && !event.protected && event.kind.may_move()
}

/// What a student accepted within the last 24 hours stays, unless the due time it was made for has changed since.
fn is_frozen(event: &Event, now: Moment, due_changed_at: Option<Moment>) -> bool {
    event.accepted_at.is_some_and(|accepted| {
        now < accepted.plus_minutes(MINUTES_PER_24H)
            && due_changed_at.is_none_or(|changed| changed <= accepted)
    })
}

/// The task that `id` names.
pub(crate) fn linked(id: Option<TaskId>, tasks: &[Task]) -> Option<&Task> {
    id.and_then(|id| tasks.iter().find(|task| task.id == id))
}
