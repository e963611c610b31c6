use std::collections::BTreeMap;

use async_trait::async_trait;
use planner_core::lifecycle::Status;
use planner_core::time::Moment;

use super::records::AuditAction;
use super::store::StoreError;

/// A stretch of time that operators ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its first moment.
    pub from: Moment,
    /// The first moment after it.
    pub to: Moment,
}

/// What the proposals of all users amount to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Proposals made within the stretch, by where they stand now. What nobody has counted is left out.
    pub proposals: BTreeMap<Status, u64>,
    /// How many of these no plan is better than.
    pub proven_optimal: u64,
    /// How long their planning took, of those that know it.
    pub planning: Option<Spread>,
    /// Rows of the audit within the stretch, by what they tell of.
    pub actions: BTreeMap<AuditAction, u64>,
    /// The same by their codes: reasons or refusals. A row with several counts for each.
    pub codes: BTreeMap<(AuditAction, String), u64>,
    /// Days of users on which something was accepted.
    pub churn: DailyChurn,
}

/// How long something took, in microseconds, by nearest rank: each is a time that it really took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// Half took no longer.
    pub p50: u64,
    /// Of a hundred 95 took no longer.
    pub p95: u64,
    /// Of a hundred 99 took no longer.
    pub p99: u64,
}

/// The churn of users' local days, of those that have any entry in the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DailyChurn {
    /// How many such days there are.
    pub days: u64,
    /// The churn of all together.
    pub total: u64,
    /// Of a hundred days 95 have no more, by nearest rank; 0 where there are none.
    pub p95: u64,
    /// The most.
    pub most: u64,
    /// Days with more churn than the largest cap that held for an acceptance on them.
    pub over_cap: u64,
}

/// What operators ask across users. Nothing of a single user is told.
#[async_trait]
pub trait Insights: Send + Sync {
    /// Counts what happened within a stretch of time. Ledger entries are taken by their local day, from the UTC date of
    /// the first moment to that of the last one. Open proposals past their time at `now` count as expired.
    async fn tally(&self, stretch: Stretch, now: Moment) -> Result<Tally, StoreError>;
}
