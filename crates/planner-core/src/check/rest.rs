//! Between placed focus and any other focus lies a rest.

use super::facts::{Facts, Placed};
use super::{Rule, Violation};

pub(super) fn check(
    facts: &Facts<'_>,
    placed: &Placed<'_>,
    layout: &[Placed<'_>],
    found: &mut Vec<Violation>,
) {
    if !placed.is_focus {
        return;
    }
    let rest = i64::from(facts.problem.settings.rest_gap_minutes);
    for other in layout {
        let rested =
            other.at.end().plus(rest) <= placed.at.start() || placed.at.end().plus(rest) <= other.at.start();
        if other.is_focus && !std::ptr::eq(placed, other) && !rested {
            let message = format!(
                "{} at {:?} leaves less than {rest} minutes to {}",
                placed.name(),
                placed.at,
                other.name()
            );
            found.push(Violation { rule: Rule::Rest, event: placed.id(), at: Some(placed.at), message });
        }
    }
}
