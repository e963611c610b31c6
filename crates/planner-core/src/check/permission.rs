//! Only what may change is changed, as it may be changed, and once.

use super::facts::Facts;
use super::{Rule, Violation};
use crate::model::{Action, Kind, Mode};

pub(super) fn check(facts: &Facts<'_>, actions: &[&Action], found: &mut Vec<Violation>) {
    for (index, action) in actions.iter().enumerate() {
        let earlier = &actions[..index];
        if let Some(message) = wrong_with(facts, action, earlier) {
            found.push(Violation { rule: Rule::Permission, event: action.event(), at: None, message });
        }
    }
}

fn wrong_with(facts: &Facts<'_>, action: &Action, earlier: &[&Action]) -> Option<String> {
    let Some(id) = action.event() else {
        let conflict_mode = facts.problem.mode == Mode::Conflict;
        return conflict_mode.then(|| "nothing is made where only conflicts are to be resolved".to_owned());
    };
    let Some(event) = facts.event(id) else { return Some(format!("there is no event {id}")) };
    let name = format!("“{}” ({id})", event.title);
    if earlier.iter().any(|other| other.event() == Some(id)) {
        return Some(format!("{name} is changed twice"));
    }
    if facts.claims.contains(&id) {
        return Some(format!("{name} is claimed and so stays where it is"));
    }
    let stranded = facts.is_stranded(event);
    if !stranded && let Some(why) = facts.why_fixed(event) {
        return Some(format!("{name} {why}"));
    }
    match action {
        Action::Split { .. } if stranded => {
            Some(format!("{name} stands after the due time and is not split"))
        }
        Action::Delete { .. } if stranded || !matches!(event.kind, Kind::Chill | Kind::LowPriority) => {
            Some(format!("{name} is not of a kind that may be given up"))
        }
        Action::Delete { .. } if !facts.problem.settings.allow_delete => {
            Some(format!("{name} is given up and the student allows no such thing"))
        }
        Action::Move { to, .. } if to.start() == event.interval.start() => {
            Some(format!("{name} is moved to where it is"))
        }
        _ => None,
    }
}
