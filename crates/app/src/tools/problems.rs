//! What use cases refuse, in words that a model can act on.

use planner_core::lifecycle::{AcceptRefusal, CreateRefusal, UndoRefusal};

use super::{CallError, Refusal};
use crate::Failure;
use crate::slack::SlackRefusal;

impl<R: Into<Refusal>> From<Failure<R>> for CallError {
    fn from(failure: Failure<R>) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused(refusal.into()),
            Failure::Invalid(errors) => {
                let errors: Vec<String> =
                    errors.iter().map(|error| format!("{}: {}", error.field, error.detail)).collect();
                Self::Arguments(errors.join("; "))
            }
            Failure::NotFound => Self::Refused(Refusal {
                code: "NOT_FOUND",
                message: "The user has nothing of this id.".to_owned(),
                next: "Take ids from list_tasks or list_proposals; do not make them up.",
            }),
            Failure::Outdated => Self::Refused(Refusal {
                code: "OUTDATED",
                message: "It has changed meanwhile.".to_owned(),
                next: "Read it again, and decide anew.",
            }),
            Failure::Store(error) => Self::Store(error),
            Failure::Contradiction(what) => Self::Contradiction(what),
        }
    }
}

impl From<std::convert::Infallible> for Refusal {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

impl From<CreateRefusal> for Refusal {
    fn from(refusal: CreateRefusal) -> Self {
        let message = refusal.to_string();
        let (code, next) = match refusal {
            CreateRefusal::TriggerNotFound => {
                ("TASK_NOT_FOUND", "Take the task's id from list_tasks, or make the task with create_task.")
            }
            CreateRefusal::TriggerDone => {
                ("TASK_DONE", "Nothing is to be done: the task asks for no more time.")
            }
            CreateRefusal::TriggerNotDue => (
                "TASK_NOT_DUE",
                "Ask the user when the task is due; without a due time nothing can be planned.",
            ),
            CreateRefusal::PriorityBelowThreshold { .. } => {
                ("PRIORITY_TOO_LOW", "Ask the user whether the task matters more than its priority says.")
            }
            CreateRefusal::TriggerExpired { .. } => {
                ("TASK_EXPIRED", "The due time is past; there is nothing to plan.")
            }
            CreateRefusal::Cooldown { .. } => (
                "COOLDOWN",
                "A plan for this task was accepted a short while ago. Wait, or undo that one first.",
            ),
            CreateRefusal::ChurnCapExceeded { .. } => (
                "NO_CHANGES_LEFT_TODAY",
                "The user's changes of today are used up. Wait until tomorrow, or ask the user whether one more is fine and send \
                 override_churn_cap.",
            ),
            CreateRefusal::RateLimited { .. } => {
                ("TOO_MANY_REQUESTS", "Wait until the time that the message names.")
            }
        };
        Self { code, message, next }
    }
}

impl From<AcceptRefusal> for Refusal {
    fn from(refusal: AcceptRefusal) -> Self {
        let message = refusal.to_string();
        let (code, next) = match refusal {
            AcceptRefusal::NotOpen { .. } => {
                ("NOT_OPEN", "It has been decided on. Look at list_proposals for one that is PROPOSED.")
            }
            AcceptRefusal::Expired { .. } => {
                ("EXPIRED", "Ask for a new one with propose_plan or reschedule_conflicts.")
            }
            AcceptRefusal::ChurnCapExceeded { .. } => (
                "NO_CHANGES_LEFT_TODAY",
                "It costs more changes than are left today. Ask for a smaller one, or wait until tomorrow.",
            ),
            AcceptRefusal::Stale { .. } => (
                "STALE",
                "The week has changed since. Ask for a new one with propose_plan or reschedule_conflicts, and show it to the user.",
            ),
        };
        Self { code, message, next }
    }
}

impl From<UndoRefusal> for Refusal {
    fn from(refusal: UndoRefusal) -> Self {
        let message = refusal.to_string();
        let (code, next) = match refusal {
            UndoRefusal::NotApplied { .. } => ("NOT_APPLIED", "There is nothing to take back."),
            UndoRefusal::TooLate { .. } => {
                ("TOO_LATE", "It can no longer be taken back; the user can move events by hand.")
            }
            UndoRefusal::Conflict { .. } => (
                "EDITED_SINCE",
                "Some of what it changed was edited since. Ask the user; with keep_edited true the rest is restored.",
            ),
        };
        Self { code, message, next }
    }
}

impl From<SlackRefusal> for Refusal {
    fn from(refusal: SlackRefusal) -> Self {
        match refusal {
            SlackRefusal::NotDue => Self {
                code: "TASK_NOT_DUE",
                message: "The task has no due time.".to_owned(),
                next: "Ask the user when it is due.",
            },
        }
    }
}
