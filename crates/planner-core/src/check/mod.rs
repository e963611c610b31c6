//! Goes over a finished plan by another road than the search took.
//!
//! The search asks where something may go; the checker asks of what *was* placed whether each rule holds, one rule a
//! file, event by event and minute by minute. It shares no derivation with the search: who may be moved, what is
//! missing and what a plan costs are worked out here a second time. It is what a caller should ask before it trusts
//! an answer, whoever made it.

mod budget;
mod claims;
mod facts;
mod length;
mod need;
mod objective;
mod overlap;
mod permission;
mod place;
mod rest;
#[cfg(test)]
mod tests;
mod window;

use std::fmt;

use crate::model::{Action, Answer, EventId, InvalidProblem, Mode, Plan, Problem, Refusal, names};
use crate::time::Interval;
use facts::{Facts, Outcome};

names! {
    /// The rules that a plan is held against.
    pub enum Rule {
        /// The facts can be judged at all.
        Problem = "problem",
        /// Refused, or nothing to plan, exactly where that is so.
        Status = "status",
        /// The claims are those blocks that the order of claiming gives.
        Claims = "claims",
        /// Only what may change is changed, as it may be changed, and once.
        Permission = "permission",
        /// The changes cost no more than may change today.
        Budget = "budget",
        /// No more is made than is needed.
        Need = "need",
        /// A moved event lasts as long as before, a block is neither too short nor too long.
        Length = "length",
        /// Every start is on the grid.
        Grid = "grid",
        /// Everything lands between now and the due time.
        Window = "window",
        /// Everything lands in waking hours.
        WakingHours = "waking_hours",
        /// Nothing lands on something else.
        Overlap = "overlap",
        /// Focus blocks keep their rest.
        Rest = "rest",
        /// The objective is what the changes add up to.
        Objective = "objective",
    }
}

/// A rule that a plan breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which rule.
    pub rule: Rule,
    /// The event at fault, if it is one.
    pub event: Option<EventId>,
    /// The interval at fault, if it is one.
    pub at: Option<Interval>,
    /// What is wrong, for people.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.message)
    }
}

impl From<InvalidProblem> for Violation {
    fn from(invalid: InvalidProblem) -> Self {
        Self { rule: Rule::Problem, event: None, at: None, message: invalid.to_string() }
    }
}

/// Holds an answer against every rule; sound answers give an empty list.
///
/// # Errors
/// [`InvalidProblem`] where the problem cannot be judged.
pub fn check(problem: &Problem, answer: &Answer) -> Result<Vec<Violation>, InvalidProblem> {
    problem.validate()?;
    let mut found = Vec::new();
    match (facts::of(problem), answer) {
        (Outcome::Week(facts), Answer::Planned(plan)) => {
            let actions: Vec<&Action> = plan.changes.iter().map(|change| &change.action).collect();
            changes(&facts, &plan.claims, &actions, &mut found);
            declared(&facts, plan, &actions, &mut found);
        }
        (Outcome::Refused(expected), Answer::Refused(refusal)) if expected == *refusal => {}
        (Outcome::NothingToPlan, Answer::NothingToPlan) => {}
        (expected, _) => found.push(Violation {
            rule: Rule::Status,
            event: None,
            at: None,
            message: format!("the answer should be: {}", describe(&expected)),
        }),
    }
    Ok(found)
}

/// Asserts that an answer keeps every rule: for the tests of whoever makes or stores plans.
///
/// # Panics
/// With a list of the violations where it does not, or where the problem cannot be judged.
#[track_caller]
pub fn assert_valid(problem: &Problem, answer: &Answer) {
    let violations = match check(problem, answer) {
        Ok(violations) => violations,
        Err(invalid) => vec![invalid.into()],
    };
    let list: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(violations.is_empty(), "the plan breaks {} rules:\n{}\n{answer:#?}", list.len(), list.join("\n"));
}

/// Holds changes and claims against the rules of the calendar, whatever the answer says of itself.
///
/// This is the question at the time of acceptance: does what was planned then still hold in the week as it is now?
///
/// # Errors
/// [`InvalidProblem`] where the problem cannot be judged.
pub fn check_changes(
    problem: &Problem,
    claimed: &[EventId],
    actions: &[Action],
) -> Result<Vec<Violation>, InvalidProblem> {
    problem.validate()?;
    let mut found = Vec::new();
    match facts::of(problem) {
        Outcome::Week(facts) => changes(&facts, claimed, &actions.iter().collect::<Vec<_>>(), &mut found),
        other => found.push(Violation {
            rule: Rule::Status,
            event: None,
            at: None,
            message: format!("there is nothing to plan any more: {}", describe(&other)),
        }),
    }
    Ok(found)
}

/// The minutes that a plan for a validated problem has to place.
#[cfg(feature = "serde")]
pub(crate) fn need(problem: &Problem) -> u32 {
    match facts::of(problem) {
        Outcome::Week(facts) => u32::try_from(facts.need).unwrap_or(u32::MAX),
        Outcome::Refused(_) | Outcome::NothingToPlan => 0,
    }
}

fn changes(facts: &Facts<'_>, claimed: &[EventId], actions: &[&Action], found: &mut Vec<Violation>) {
    claims::check(facts, claimed, found);
    permission::check(facts, actions, found);
    budget::check(facts, actions, found);
    if facts.problem.mode != Mode::Conflict {
        need::check(facts, actions, found);
    }
    length::check(facts, actions, found);
    let layout = facts.after(actions);
    for placed in layout.iter().filter(|placed| placed.is_proposed) {
        place::check_grid(placed, found);
        window::check(facts, placed, found);
        place::check_waking_hours(facts, placed, found);
        overlap::check(placed, &layout, found);
        rest::check(facts, placed, &layout, found);
    }
}

/// What the answer says of itself must be so.
fn declared(facts: &Facts<'_>, plan: &Plan, actions: &[&Action], found: &mut Vec<Violation>) {
    if i64::from(plan.need_minutes) != facts.need {
        found.push(Violation {
            rule: Rule::Need,
            event: None,
            at: None,
            message: format!("the need is {} minutes, not {}", facts.need, plan.need_minutes),
        });
    }
    objective::check(facts, plan.objective, actions, found);
}

fn describe(outcome: &Outcome<'_>) -> &'static str {
    match outcome {
        Outcome::Refused(Refusal::TriggerExpired) => "refused, the due time is past",
        Outcome::Refused(Refusal::WindowTooShort) => "refused, the window is too short",
        Outcome::NothingToPlan => "nothing to plan, the study time is all there",
        Outcome::Week(_) => "planned",
    }
}
