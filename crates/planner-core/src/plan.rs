//! From a problem to an answer: what to place, the search, and a reason for every change.

use crate::model::{Answer, InvalidProblem, Plan, Problem};
use crate::reason;
use crate::search::{self, MOST_WORK, Settled, Week};

/// Answers a planning problem.
///
/// The answer depends on the problem's content alone: not on the order of its lists, nor on when or where it is
/// asked. A week in which nothing can be done is an answer too.
///
/// # Errors
/// [`InvalidProblem`] where the problem contradicts itself; it names the field.
pub fn plan(problem: &Problem) -> Result<Answer, InvalidProblem> {
    plan_within(problem, MOST_WORK)
}

/// Answers a planning problem with so much work at most, as [`Plan::work`] counts it.
///
/// Where that is not enough to prove that no better plan exists, the answer holds the best plan that was found and the
/// bound that was reached.
///
/// # Errors
/// As for [`plan`].
pub fn plan_within(problem: &Problem, most_work: u64) -> Result<Answer, InvalidProblem> {
    problem.validate()?;
    let week = match Week::new(problem) {
        Ok(week) => week,
        Err(Settled::Refused(refusal)) => return Ok(Answer::Refused(refusal)),
        Err(Settled::NothingToPlan) => return Ok(Answer::NothingToPlan),
    };
    let found = search::best_plan(&week, most_work);
    let brought_in = |event| found.actions.iter().any(|action| action.event() == Some(event));
    let left_stranded = week.stranded.iter().map(|event| event.id).filter(|id| !brought_in(*id)).collect();
    let study: Vec<_> = week.stranded.iter().map(|event| event.id).collect();
    Ok(Answer::Planned(Plan {
        need_minutes: u32::try_from(week.demand.need_minutes).unwrap_or(u32::MAX),
        exact_need_minutes: u32::try_from(week.demand.exact_need_minutes).unwrap_or(u32::MAX),
        notes: reason::notes(problem, &week.demand.claims, week.window),
        changes: reason::explain(problem, &study, found.actions),
        claims: week.demand.claims,
        left_stranded,
        objective: found.objective,
        proven_optimal: found.proven_optimal,
        bound: found.bound,
        work: found.work,
    }))
}
