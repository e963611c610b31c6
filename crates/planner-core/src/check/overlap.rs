//! Nothing is placed on something that blocks.

use super::facts::Placed;
use super::{Rule, Violation};

pub(super) fn check(placed: &Placed<'_>, layout: &[Placed<'_>], found: &mut Vec<Violation>) {
    for other in layout {
        let is_itself = std::ptr::eq(placed, other);
        let shares_a_minute = placed.at.start().max(other.at.start()) < placed.at.end().min(other.at.end());
        if !is_itself && other.blocks && shares_a_minute {
            let message = format!("{} at {:?} lies on {}", placed.name(), placed.at, other.name());
            found.push(Violation { rule: Rule::Overlap, event: placed.id(), at: Some(placed.at), message });
        }
    }
}
