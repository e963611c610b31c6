//! Existing focus without a task is taken in the order of closeness to the due time, until the need is met.

use std::collections::BTreeSet;

use super::facts::Facts;
use super::{Rule, Violation};
use crate::model::EventId;

pub(super) fn check(facts: &Facts<'_>, claimed: &[EventId], found: &mut Vec<Violation>) {
    let expected: BTreeSet<EventId> = facts.claims.iter().copied().collect();
    let actual: BTreeSet<EventId> = claimed.iter().copied().collect();
    let mut complain = |event: EventId, what: &str| {
        let title = facts.event(event).map_or("", |event| &event.title);
        let message = format!("“{title}” ({event}) {what}");
        found.push(Violation { rule: Rule::Claims, event: Some(event), at: None, message });
    };
    for event in expected.difference(&actual) {
        complain(*event, "is to be claimed and is not");
    }
    for event in actual.difference(&expected) {
        complain(*event, "is claimed and is not to be");
    }
    if actual.len() != claimed.len() {
        for (index, event) in claimed.iter().enumerate() {
            if claimed[..index].contains(event) {
                complain(*event, "is claimed twice");
            }
        }
    }
}
