//! How what a use case refuses is told over HTTP: one place, no wildcard.

use std::time::Duration;

use app::live::{LookOnRefusal, MOST_ONLOOKERS};
use app::ports::StoreError;
use app::slack::SlackRefusal;
use app::{Failure, FieldError as AppFieldError};
use planner_core::lifecycle::{AcceptRefusal, CreateRefusal, Edited, Outdated, RejectRefusal, UndoRefusal};
use planner_core::time::Moment;
use serde_json::{Value, json};

use super::named;
use crate::problem::{FieldError, Problem, ProblemType};

/// A refusal in the words of the API.
pub(super) trait Tell {
    fn tell(self, now: Moment) -> Problem;
}

/// A failed use case as a problem.
pub(super) fn problem<R: Tell>(failure: Failure<R>, now: Moment) -> Problem {
    match failure {
        Failure::Refused(refusal) => refusal.tell(now),
        Failure::Invalid(errors) => invalid(&errors),
        Failure::NotFound => Problem::new(ProblemType::NotFound, "You have nothing of this id."),
        Failure::Outdated => Problem::new(
            ProblemType::PreconditionFailed,
            "It has changed since you read it. Read it again, and decide anew.",
        ),
        Failure::Store(error) => store(error),
        Failure::Contradiction(what) => Problem::internal(what),
    }
}

fn invalid(errors: &[AppFieldError]) -> Problem {
    let problem = Problem::new(ProblemType::InvalidBody, "Some fields are out of bounds.");
    errors
        .iter()
        .fold(problem, |problem, error| problem.error(FieldError::body([error.field], error.detail.clone())))
}

/// A store that failed as a problem.
pub(crate) fn store(error: StoreError) -> Problem {
    match error {
        StoreError::Unavailable(cause) => {
            tracing::warn!("the database does not answer: {cause}");
            // Where the answer to a commit was lost, nobody knows whether it was done.
            Problem::new(
                ProblemType::NotReady,
                "The database does not answer now. If you meant to change something, look whether it was done \
                 before you ask again.",
            )
            .retry_after(Duration::from_secs(1))
        }
        StoreError::DanglingReference(cause) => {
            tracing::debug!("a dangling reference: {cause}");
            Problem::new(ProblemType::InvalidBody, "The body refers to something that you do not have.")
        }
        StoreError::Guarded(cause) | StoreError::Failed(cause) => Problem::internal(cause),
    }
}

impl Tell for std::convert::Infallible {
    fn tell(self, _: Moment) -> Problem {
        match self {}
    }
}

impl Tell for LookOnRefusal {
    fn tell(self, _: Moment) -> Problem {
        match self {
            Self::TooMany { retry_after } => Problem::new(
                ProblemType::RateLimited,
                format!(
                    "You are looking on {MOST_ONLOOKERS} times already; close one of these streams first."
                ),
            )
            .retry_after(retry_after),
        }
    }
}

impl Tell for SlackRefusal {
    fn tell(self, _: Moment) -> Problem {
        match self {
            Self::NotDue => Problem::new(
                ProblemType::TriggerNotDue,
                "The task has no due time, so there is nothing to count the room until.",
            ),
        }
    }
}

impl Tell for CreateRefusal {
    fn tell(self, now: Moment) -> Problem {
        match self {
            Self::TriggerNotFound => {
                Problem::new(ProblemType::TriggerNotFound, "You have no task of this id.")
            }
            Self::TriggerDone => {
                Problem::new(ProblemType::TriggerDone, "The task is done, so it asks for no more time.")
            }
            Self::TriggerNotDue => Problem::new(
                ProblemType::TriggerNotDue,
                "The task has no due time, so there is nothing to plan towards.",
            ),
            Self::PriorityBelowThreshold { priority, threshold } => Problem::new(
                ProblemType::PriorityBelowThreshold,
                format!("The task's priority is {priority}; proposals are made from {threshold} on."),
            )
            .with("priority_score", named::priority_as_number(priority))
            .with("priority_threshold", named::priority_as_number(threshold)),
            Self::TriggerExpired { due } => {
                Problem::new(ProblemType::TriggerExpired, format!("The task was due at {due}."))
                    .with("due_ts", due.to_string())
            }
            Self::Cooldown { accepted_at, until } => Problem::new(
                ProblemType::Cooldown,
                format!(
                    "A proposal for this task was accepted at {accepted_at}. The next can be made at {until}."
                ),
            )
            .with("until", until.to_string())
            .retry_after(wait(now, until)),
            Self::ChurnCapExceeded { cap, used } => cap_exceeded(cap, used),
            Self::RateLimited { retry_at } => Problem::new(
                ProblemType::RateLimited,
                "You have asked for more proposals than one minute allows.",
            )
            .retry_after(wait(now, retry_at)),
        }
    }
}

impl Tell for AcceptRefusal {
    fn tell(self, _: Moment) -> Problem {
        match self {
            Self::NotOpen { status } => {
                Problem::new(ProblemType::NotOpen, format!("The proposal is {status}, not PROPOSED."))
                    .with("proposal_status", status.as_str())
            }
            Self::Expired { expired_at } => {
                Problem::new(ProblemType::ProposalExpired, format!("The proposal expired at {expired_at}."))
            }
            Self::ChurnCapExceeded { cap, used, cost } => cap_exceeded(cap, used).with("churn_cost", cost),
            Self::Stale { changed } => {
                let told: Vec<Value> = changed.iter().map(outdated).collect();
                Problem::new(
                    ProblemType::Stale,
                    "The week has changed since the proposal was made, so nothing was applied. Ask for a new one.",
                )
                .with("changed", told)
            }
        }
    }
}

impl Tell for RejectRefusal {
    fn tell(self, now: Moment) -> Problem {
        match self {
            Self::NotOpen { status } => AcceptRefusal::NotOpen { status }.tell(now),
            Self::Expired { expired_at } => AcceptRefusal::Expired { expired_at }.tell(now),
        }
    }
}

impl Tell for UndoRefusal {
    fn tell(self, _: Moment) -> Problem {
        match self {
            Self::NotApplied { status } => {
                Problem::new(ProblemType::NotUndoable, format!("The proposal is {status}, not APPLIED."))
                    .with("proposal_status", status.as_str())
            }
            Self::TooLate { reversible_until } => Problem::new(
                ProblemType::UndoExpired,
                format!("The proposal could be undone until {reversible_until}."),
            ),
            Self::Conflict { edited } => Problem::new(
                ProblemType::UndoConflict,
                "Some of what the proposal changed has been edited since. Send `keep_edited` to restore the rest.",
            )
            .with("edited", edited.iter().map(edited_event).collect::<Vec<_>>()),
        }
    }
}

/// An event that was edited since, as it is shown.
pub(super) fn edited_event(edited: &Edited) -> Value {
    json!({"event_id": edited.event.0, "title": edited.title, "gone": edited.gone})
}

fn cap_exceeded(cap: u32, used: u32) -> Problem {
    Problem::new(ProblemType::ChurnCapExceeded, format!("{used} of the {cap} changes of today are used."))
        .with("cap", cap)
        .with("used", used)
        .with("remaining", cap.saturating_sub(used))
}

fn outdated(outdated: &Outdated) -> Value {
    match outdated {
        Outdated::TriggerGone { task } => {
            json!({"kind": "trigger_gone", "task_id": task.0, "detail": "The task is gone, or no longer due."})
        }
        Outdated::EventEdited { event, title } => {
            json!({"kind": "event_edited", "event_id": event.0, "title": title, "detail": "It was edited since."})
        }
        Outdated::EventGone { event, title } => {
            json!({"kind": "event_gone", "event_id": event.0, "title": title, "detail": "It no longer exists."})
        }
        Outdated::RuleBroken(violation) => json!({
            "kind": "rule_broken", "event_id": violation.event.map(|event| event.0),
            "rule": violation.rule.as_str(), "detail": violation.message,
        }),
    }
}

fn wait(now: Moment, until: Moment) -> Duration {
    Duration::from_micros(u64::try_from(until.micros_since(now)).unwrap_or(0))
}
