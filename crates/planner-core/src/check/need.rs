//! No more study time is made than is needed.

use super::facts::Facts;
use super::{Rule, Violation};
use crate::model::Action;

pub(super) fn check(facts: &Facts<'_>, actions: &[&Action], found: &mut Vec<Violation>) {
    let (created, brought_in) = placed_minutes(facts, actions);
    let allowed = facts.round_up((facts.need - brought_in).max(0));
    if created > allowed {
        let message = format!("{created} minutes of study are made and {allowed} are needed");
        found.push(Violation { rule: Rule::Need, event: None, at: None, message });
    }
}

/// Study minutes made, and study minutes brought in from after the due time.
pub(super) fn placed_minutes(facts: &Facts<'_>, actions: &[&Action]) -> (i64, i64) {
    let mut created = 0;
    let mut brought_in = 0;
    for action in actions {
        match action {
            Action::Create { at } => created += at.minutes(),
            Action::Move { event, to }
                if facts.event(*event).is_some_and(|event| facts.is_stranded(event)) =>
            {
                brought_in += to.minutes();
            }
            _ => {}
        }
    }
    (created, brought_in)
}
