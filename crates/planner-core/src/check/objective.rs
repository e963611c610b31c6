//! The objective is what the changes add up to, counted minute by minute.

use super::facts::Facts;
use super::{Rule, Violation, need};
use crate::model::{Action, Event, Kind, Objective};
use crate::time::{Instant, Interval};

pub(super) fn check(facts: &Facts<'_>, declared: Objective, actions: &[&Action], found: &mut Vec<Violation>) {
    let expected = of(facts, actions);
    if declared != expected {
        let message =
            format!("the objective is {:?}, not {:?}", expected.components(), declared.components());
        found.push(Violation { rule: Rule::Objective, event: None, at: None, message });
    }
}

fn of(facts: &Facts<'_>, actions: &[&Action]) -> Objective {
    let mut sum = Objective::default();
    for action in actions {
        sum.churn += action.churn();
        let event = action.event().and_then(|id| facts.event(id));
        for at in action.intervals() {
            sum.lateness_minutes += minutes(at.start().minutes_since(facts.window.start()));
        }
        match (action, event) {
            (Action::Create { at }, _) => {
                sum.created += 1;
                add_study(facts, *at, &mut sum);
            }
            (Action::Move { to, .. }, Some(event)) if facts.is_stranded(event) => {
                add_study(facts, *to, &mut sum);
            }
            (_, Some(event)) => add_disturbance(action, event, &mut sum),
            (_, None) => {}
        }
    }
    if facts.trigger.is_some() {
        let (created, brought_in) = need::placed_minutes(facts, actions);
        sum.unmet_minutes = minutes(facts.need - created - brought_in);
        sum.missing_blocks = sum.unmet_minutes / u32::from(facts.problem.settings.focus_min_minutes);
    } else {
        sum.missing_blocks = conflicts_left(facts, actions);
    }
    sum
}

fn add_study(facts: &Facts<'_>, at: Interval, sum: &mut Objective) {
    let settings = &facts.problem.settings;
    let Some(trigger) = facts.trigger else { return };
    for minute in 0..at.minutes() {
        let instant: Instant = at.start().plus(minute);
        let before_due = trigger.due.minutes_since(instant);
        sum.proximity += u32::from(before_due > 72 * 60) + u32::from(before_due > 120 * 60);
        let hour = usize::from(settings.zone.local(instant).hour());
        sum.energy += 150 - u32::from(settings.energy[hour]);
    }
}

fn add_disturbance(action: &Action, event: &Event, sum: &mut Objective) {
    let old = event.interval.start();
    let shift = |from: Instant, to: Instant| minutes(to.minutes_since(from).abs());
    match action {
        Action::Delete { .. } => sum.deleted += 1,
        Action::Move { to, .. } => sum.displacement_minutes += shift(old, to.start()),
        Action::Split { pieces: [first, second], .. } => {
            sum.displacement_minutes += shift(old, first.start());
            sum.displacement_minutes += shift(old.plus(first.minutes()), second.start());
        }
        Action::Create { .. } => {}
    }
    sum.focus_disturbed += u32::from(event.kind == Kind::Focus);
    sum.low_priority_disturbed += u32::from(event.kind == Kind::LowPriority);
}

/// Flexible events that stand where something else needs the place, and that the changes leave there.
fn conflicts_left(facts: &Facts<'_>, actions: &[&Action]) -> u32 {
    let is_changed = |event: &Event| actions.iter().any(|action| action.event() == Some(event.id));
    let blocking = || facts.problem.events.iter().filter(|event| !event.transparent);
    let is_flexible = |event: &Event| facts.why_fixed(event).is_none();
    let mut left = 0;
    for event in blocking().filter(|event| is_flexible(event) && !is_changed(event)) {
        let in_the_way = |other: &&Event| other.id != event.id && other.interval.overlaps(event.interval);
        let busy = facts.problem.busy.iter().any(|busy| busy.overlaps(event.interval));
        let fixed = blocking().filter(in_the_way).any(|other| !is_flexible(other));
        let mut goes_first =
            blocking().filter(in_the_way).filter(|other| is_flexible(other) && stays(other, event));
        let unmoved = goes_first.any(|other| !is_changed(other));
        left += u32::from(busy || fixed || unmoved);
    }
    left
}

/// Whether `one` stays where it is rather than `other`.
fn stays(one: &Event, other: &Event) -> bool {
    let standing = |event: &Event| match event.kind {
        Kind::Focus => 2,
        Kind::LowPriority => 1,
        _ => 0,
    };
    let (mine, theirs) = (standing(one), standing(other));
    if mine != theirs {
        return mine > theirs;
    }
    (one.interval.start(), one.id) < (other.interval.start(), other.id)
}

fn minutes(count: i64) -> u32 {
    u32::try_from(count.max(0)).unwrap_or(u32::MAX)
}
