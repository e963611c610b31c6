//! What may happen to a proposal, decided on facts alone.
//!
//! Each function takes what is known and the moment, and answers with what to do or with a refusal that says why
//! not. Nothing is loaded or written here: whoever calls loads the facts and carries the answer out, in one
//! transaction. So the rules live once, and a property test runs the same decisions as a server.
//!
//! | decision | asks |
//! | --- | --- |
//! | [`sets_off`] | does writing this task lead to a proposal by itself? |
//! | [`admit`] | may a proposal be made for this task now? |
//! | [`draft`] | what would it be? |
//! | [`accept`] | may it be applied to the week as it is now, and what is to be written? |
//! | [`reject`] | may it be turned down? |
//! | [`undo`] | may it be taken back, and what is to be restored? |
//! | [`limits`] | how much may still change today? |

mod accept;
mod create;
mod limits;
mod quota;
mod reject;
mod set_off;
#[cfg(test)]
mod tests;
mod undo;

pub use accept::{AcceptFacts, AcceptRefusal, Acceptance, Outdated, Proposal, Touched, Write, accept};
pub use create::{
    CreateFacts, CreateRefusal, CreateRequest, Draft, DraftError, Drafted, Idle, Trigger, admit, draft,
};
pub use limits::{Limits, limits};
pub use quota::{Limit, Quota};
pub use reject::{RejectRefusal, reject};
pub use set_off::{TaskState, sets_off};
pub use undo::{Edited, Undo, UndoFacts, UndoRefusal, Undoable, undo};

use crate::model::{Priority, names};

names! {
    /// Where a proposal stands.
    pub enum Status {
        /// Made, and not decided on.
        Proposed = "PROPOSED",
        /// Accepted: the calendar was changed.
        Applied = "APPLIED",
        /// Turned down, or replaced by a newer one.
        Rejected = "REJECTED",
        /// Left undecided for too long.
        Expired = "EXPIRED",
        /// Accepted, and taken back.
        Undone = "UNDONE",
    }
}

/// The times and limits of a proposal's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Tasks of less priority set off no proposal.
    pub threshold: Priority,
    /// Minutes after an acceptance in which no further proposal is made for the same task.
    pub cooldown_minutes: i64,
    /// Minutes for which a proposal stays open, unless its task is due before that.
    pub open_minutes: i64,
    /// Minutes after acceptance in which it can be undone.
    pub reversible_minutes: i64,
    /// How often one user may ask for a proposal, refused or not.
    pub requests: Limit,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            threshold: Priority::from_thousandths(70_000),
            cooldown_minutes: 24 * 60,
            open_minutes: 24 * 60,
            reversible_minutes: 24 * 60,
            requests: Limit { times: 10, window_minutes: 1 },
        }
    }
}
