//! The changes cost no more than may change today.

use super::facts::Facts;
use super::{Rule, Violation};
use crate::model::Action;

pub(super) fn check(facts: &Facts<'_>, actions: &[&Action], found: &mut Vec<Violation>) {
    let problem = facts.problem;
    let raised = problem.override_churn_cap.unwrap_or(0).min(u32::from(problem.settings.churn_cap_max));
    let cap = raised.max(u32::from(problem.settings.churn_cap));
    let cost: u32 = actions.iter().map(|action| if action.as_str() == "SPLIT" { 2 } else { 1 }).sum();
    let left = cap.saturating_sub(problem.used_churn_today);
    if cost > left {
        let message = format!("the changes cost {cost} and {left} are left today");
        found.push(Violation { rule: Rule::Budget, event: None, at: None, message });
    }
}
