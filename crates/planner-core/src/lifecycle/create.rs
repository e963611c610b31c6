use std::fmt::Write as _;

use super::Policy;
use crate::check::{self, Violation};
use crate::model::{Answer, InvalidProblem, Mode, Plan, Priority, Problem, Refusal, Settings, TaskId, names};
use crate::time::{Instant, Moment, spell_minutes};

/// What a proposal is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreateRequest {
    /// The task to make room for; `None` to move what stands in the way of fixed events, or of each other.
    pub trigger: Option<TaskId>,
    /// Look so many times 24 hours ahead of the due time, or of now, instead of the user's own number, 1..=14.
    pub lookahead_days: Option<u8>,
    /// Allow so many changes today instead of the user's cap; never more than the user's maximum.
    pub override_churn_cap: Option<u32>,
}

/// What matters of the task that a proposal is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Whether it is done, so that no more time is asked for.
    pub is_done: bool,
    /// When it is due, if it has a due time.
    pub due: Option<Instant>,
    /// How much it matters.
    pub priority: Priority,
    /// When its due time was last changed.
    pub due_changed_at: Option<Moment>,
}

/// What [`admit`] has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateFacts {
    /// The task, if one was asked for and the user has it.
    pub trigger: Option<Trigger>,
    /// When a proposal for this task was last accepted that has not been undone.
    pub last_acceptance: Option<Moment>,
    /// Churn applied on the user's local day so far.
    pub used_churn_today: u32,
    /// The user's settings.
    pub settings: Settings,
    /// The times and limits that hold.
    pub policy: Policy,
}

/// Why no proposal is made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateRefusal {
    /// The user has no such task.
    #[error("the task does not exist")]
    TriggerNotFound,
    /// The task is done.
    #[error("the task is done")]
    TriggerDone,
    /// Without a due time there is nothing to plan towards.
    #[error("the task has no due time")]
    TriggerNotDue,
    /// The task does not matter enough.
    #[error("the task's priority {priority} is below the threshold {threshold}")]
    PriorityBelowThreshold {
        /// Its priority.
        priority: Priority,
        /// The least that sets off a proposal.
        threshold: Priority,
    },
    /// The due time is past.
    #[error("the task was due at {due}")]
    TriggerExpired {
        /// When it was due.
        due: Instant,
    },
    /// A proposal for this task was accepted a short while ago.
    #[error("a proposal for this task was accepted at {accepted_at}; the next can be made at {until}")]
    Cooldown {
        /// When that was.
        accepted_at: Moment,
        /// When the next proposal can be made.
        until: Moment,
    },
    /// The day's changes are used up.
    #[error("{used} of {cap} changes are used today")]
    ChurnCapExceeded {
        /// The cap that holds for this request.
        cap: u32,
        /// Churn applied today.
        used: u32,
    },
    /// Too many were planned within a minute. [`admit`] does not say so: whoever keeps the [`Quota`](super::Quota)
    /// does, where nothing else speaks against the request.
    #[error("too many requests; the next can be made at {retry_at}")]
    RateLimited {
        /// When the next request can be made.
        retry_at: Moment,
    },
}

/// Decides whether a proposal may be made now.
///
/// # Errors
/// The first reason why not, in the order of [`CreateRefusal`]'s variants.
pub fn admit(facts: &CreateFacts, request: &CreateRequest, now: Moment) -> Result<(), CreateRefusal> {
    if request.trigger.is_some() {
        admit_trigger(facts, now)?;
    }
    let cap = facts.settings.effective_cap(request.override_churn_cap);
    if facts.used_churn_today >= cap {
        return Err(CreateRefusal::ChurnCapExceeded { cap, used: facts.used_churn_today });
    }
    Ok(())
}

fn admit_trigger(facts: &CreateFacts, now: Moment) -> Result<(), CreateRefusal> {
    let policy = &facts.policy;
    let trigger = facts.trigger.ok_or(CreateRefusal::TriggerNotFound)?;
    if trigger.is_done {
        return Err(CreateRefusal::TriggerDone);
    }
    let due = trigger.due.ok_or(CreateRefusal::TriggerNotDue)?;
    if trigger.priority < policy.threshold {
        return Err(CreateRefusal::PriorityBelowThreshold {
            priority: trigger.priority,
            threshold: policy.threshold,
        });
    }
    if due.moment() <= now {
        return Err(CreateRefusal::TriggerExpired { due });
    }
    if let Some(accepted_at) = facts.last_acceptance {
        let until = accepted_at.plus_minutes(policy.cooldown_minutes);
        let due_moved_since = trigger.due_changed_at.is_some_and(|changed| changed > accepted_at);
        if now < until && !due_moved_since {
            return Err(CreateRefusal::Cooldown { accepted_at, until });
        }
    }
    Ok(())
}

names! {
    /// Why there is nothing to propose.
    pub enum Idle {
        /// The task's study time is all in the calendar already.
        AlreadyCovered = "ALREADY_COVERED",
        /// What is left before the due time cannot hold the shortest study block.
        WindowTooShort = "WINDOW_TOO_SHORT",
        /// Nothing fits without touching what must stay.
        NoRoom = "NO_ROOM",
        /// Nothing stands in the way of anything.
        NoConflict = "NO_CONFLICT",
        /// Something does, and cannot be moved away without touching what must stay.
        ConflictsStay = "CONFLICTS_STAY",
    }
}

impl Idle {
    /// The reason in a sentence for people.
    pub const fn detail(self) -> &'static str {
        match self {
            Self::AlreadyCovered => "The study time that the task asks for is all in the calendar already.",
            Self::WindowTooShort => {
                "Too little time is left before the task is due for even the shortest study block."
            }
            Self::NoRoom => "No study block fits before the task is due without touching what must stay.",
            Self::NoConflict => "Nothing that may move stands in the way of anything.",
            Self::ConflictsStay => {
                "What is in conflict finds no other place without touching what must stay."
            }
        }
    }
}

/// A proposal ready to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What it would change.
    pub plan: Plan,
    /// What it amounts to, in a sentence or two for people.
    pub summary: String,
    /// From when on it can no longer be accepted.
    pub expires_at: Moment,
}

/// What planning led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drafted {
    /// A proposal.
    Proposal(Box<Draft>),
    /// Nothing to propose.
    Nothing {
        /// Why.
        idle: Idle,
        /// The plan that changes nothing, where one was made: what it leaves missing can be explained.
        plan: Option<Box<Plan>>,
    },
}

/// Why no draft could be made. Neither is the user's doing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// The facts contradict each other.
    #[error("the problem cannot be judged: {0}")]
    Invalid(#[from] InvalidProblem),
    /// The planner broke a rule and the checker caught it: nothing may be proposed.
    #[error("the plan breaks {} rule(s)", .0.len())]
    Unsound(Vec<Violation>),
}

/// Plans, and has the independent checker agree.
///
/// # Errors
/// [`DraftError`] where the facts contradict each other or the checker disagrees.
pub fn draft(problem: &Problem, policy: &Policy) -> Result<Drafted, DraftError> {
    let answer = crate::plan(problem)?;
    let violations = check::check(problem, &answer)?;
    if !violations.is_empty() {
        return Err(DraftError::Unsound(violations));
    }
    let plan = match answer {
        Answer::Planned(plan) => plan,
        Answer::NothingToPlan => {
            let idle = if problem.mode == Mode::Conflict { Idle::NoConflict } else { Idle::AlreadyCovered };
            return Ok(Drafted::Nothing { idle, plan: None });
        }
        Answer::Refused(Refusal::TriggerExpired | Refusal::WindowTooShort) => {
            return Ok(Drafted::Nothing { idle: Idle::WindowTooShort, plan: None });
        }
    };
    if plan.is_empty() {
        let idle = match (problem.mode, plan.objective.missing_blocks) {
            (Mode::Demand { .. }, _) => Idle::NoRoom,
            (Mode::Conflict, 0) => Idle::NoConflict,
            (Mode::Conflict, _) => Idle::ConflictsStay,
        };
        return Ok(Drafted::Nothing { idle, plan: Some(Box::new(plan)) });
    }
    let open_until = problem.now.plus_minutes(policy.open_minutes);
    let expires_at = problem.trigger().map_or(open_until, |trigger| open_until.min(trigger.due.moment()));
    Ok(Drafted::Proposal(Box::new(Draft { summary: summary(problem, &plan), expires_at, plan })))
}

/// What a plan amounts to.
fn summary(problem: &Problem, plan: &Plan) -> String {
    let actions = || plan.changes.iter().map(|change| &change.action);
    let trigger = problem.trigger();
    let mut parts = Vec::new();
    for (name, one, many) in [
        ("CREATE", "new study block", "new study blocks"),
        ("MOVE", "move", "moves"),
        ("SPLIT", "split", "splits"),
        ("DELETE", "event given up", "events given up"),
    ] {
        match actions().filter(|action| action.as_str() == name).count() {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            count => parts.push(format!("{count} {many}")),
        }
    }
    match plan.claims.len() {
        0 => {}
        1 => parts.push("1 focus block you have already".to_owned()),
        count => parts.push(format!("{count} focus blocks you have already")),
    }
    let aim = trigger.map_or_else(
        || "Resolves conflicts in the week".to_owned(),
        |task| format!("Makes room for “{}”", task.title),
    );
    let mut summary = format!("{aim}: {}.", parts.join(", "));
    match plan.objective.missing_blocks {
        _ if trigger.is_some() => {}
        0 => {}
        1 => summary.push_str(" 1 conflict stays."),
        count => {
            let _ = write!(summary, " {count} conflicts stay.");
        }
    }
    // A person is never told more than is really missing, so the rounding of the need is taken off again.
    let rounding = plan.need_minutes.saturating_sub(plan.exact_need_minutes);
    let unmet = plan.objective.unmet_minutes.saturating_sub(rounding);
    if unmet > 0 {
        let _ = write!(summary, " {} of study time still find no place.", spell_minutes(i64::from(unmet)));
    }
    if !plan.left_stranded.is_empty() {
        let titles: Vec<String> = problem
            .events
            .iter()
            .filter(|event| plan.left_stranded.contains(&event.id))
            .map(|event| {
                format!("“{}” on {}", event.title, problem.settings.zone.local(event.interval.start()))
            })
            .collect();
        let _ = write!(summary, " After the due time and of no more use there: {}.", titles.join(", "));
    }
    summary
}
