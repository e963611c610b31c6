//! A moved event lasts as long as before; a block that is made is neither too short nor too long.

use super::facts::Facts;
use super::{Rule, Violation};
use crate::model::Action;

pub(super) fn check(facts: &Facts<'_>, actions: &[&Action], found: &mut Vec<Violation>) {
    for action in actions {
        if let Some(message) = wrong_with(facts, action) {
            let at = action.intervals().first().copied();
            found.push(Violation { rule: Rule::Length, event: action.event(), at, message });
        }
    }
}

fn wrong_with(facts: &Facts<'_>, action: &Action) -> Option<String> {
    let settings = &facts.problem.settings;
    let (shortest, longest) = (i64::from(settings.focus_min_minutes), i64::from(settings.focus_max_minutes));
    let before = action.event().and_then(|id| facts.event(id)).map_or(0, |event| event.interval.minutes());
    match action {
        Action::Create { at } => {
            let minutes = at.minutes();
            (minutes < shortest || minutes > longest || minutes % 15 != 0).then(|| {
                format!(
                    "a new study block lasts {minutes} minutes, not {shortest} to {longest} in steps of 15"
                )
            })
        }
        Action::Move { to, .. } => (to.minutes() != before)
            .then(|| format!("a moved event lasts {} minutes and lasted {before}", to.minutes())),
        Action::Split { pieces: [first, second], .. } => {
            let together = first.minutes() + second.minutes();
            if together != before {
                Some(format!("the pieces last {together} minutes and the event lasted {before}"))
            } else if first.minutes() % 15 != 0 {
                Some(format!("the first piece lasts {} minutes, no multiple of 15", first.minutes()))
            } else if first.minutes().min(second.minutes()) < shortest {
                Some(format!("a piece is shorter than {shortest} minutes"))
            } else if second.start() < first.end() {
                Some("the pieces overlap or are out of order".to_owned())
            } else {
                None
            }
        }
        Action::Delete { .. } => None,
    }
}
