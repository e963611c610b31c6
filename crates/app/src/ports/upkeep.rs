use async_trait::async_trait;
use planner_core::time::Moment;
use uuid::Uuid;

use super::StoreError;
use crate::identity::User;

/// A proposal that is due for something, whosever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Whose it is. The name is empty where none is known.
    pub user: User,
    /// Which.
    pub proposal: Uuid,
    /// Since when.
    pub since: Moment,
}

/// Rows that are of no use after some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leftover {
    /// Answers kept for requests that may be sent again, by when they expire.
    IdempotencyKeys,
    /// Live events, by when they happened. The numbers go on.
    LiveEvents,
    /// Jobs that were given up, by when.
    DeadJobs,
    /// When users did what may not be done too often, by when they last did.
    RateLimits,
    /// Attempts to apply proposals, by when.
    ApplyAttempts,
    /// Sign-ins to Google, by when they expire.
    SignIns,
    /// Channels of Google's, by when they end.
    Channels,
    /// Sign-ins to Canvas, by when they expire.
    CanvasSignIns,
}

/// What is asked across users, to clear away. Each question is answered from an index, and each answer is bounded.
///
/// Several processes may do so at once: what one is at, the others pass over.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// Open proposals that have expired by `now`, earliest first, those after `after` only.
    async fn overdue(&self, now: Moment, after: Option<Due>, limit: u16) -> Result<Vec<Due>, StoreError>;

    /// Gives up snapshots that nothing will be restored from: those of proposals that were undone, and of applied ones
    /// that could be undone until before `before`. How many there were, `limit` at most.
    async fn release_spent_snapshots(
        &self,
        before: Moment,
        now: Moment,
        limit: u16,
    ) -> Result<u64, StoreError>;

    /// Removes leftovers from before `before`. How many there were, `limit` at most.
    async fn discard(&self, what: Leftover, before: Moment, limit: u16) -> Result<u64, StoreError>;
}
