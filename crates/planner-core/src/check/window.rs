//! Study lands before the due time; what yields to it lands no later than the student allows.

use super::facts::{Facts, Placed};
use super::{Rule, Violation};
use crate::model::Kind;

pub(super) fn check(facts: &Facts<'_>, placed: &Placed<'_>, found: &mut Vec<Violation>) {
    let spill = i64::from(facts.problem.settings.relocation_spill_days) * 24 * 60;
    let window_end = facts.window.end();
    let mut latest = if placed.is_study { window_end } else { window_end.plus(spill) };
    if let Some(event) = placed.event.filter(|event| event.kind == Kind::Focus && !placed.is_study)
        && let Some(task) = facts.task(event.task)
    {
        latest = latest.min(task.due);
    }
    if placed.at.start() < facts.window.start() || placed.at.end() > latest {
        let message = format!(
            "{} at {:?} does not lie between {} and {latest}",
            placed.name(),
            placed.at,
            facts.window.start()
        );
        found.push(Violation { rule: Rule::Window, event: placed.id(), at: Some(placed.at), message });
    }
}
