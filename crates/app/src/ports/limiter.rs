use async_trait::async_trait;
use planner_core::lifecycle::{Limit, Quota};
use planner_core::time::Moment;

use super::{StoreError, Unit};

/// Holds users to what they may do within a time, however many processes they ask.
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// Takes one of what the unit's user may do under this name, if one is left; else `Err` has the moment from which
    /// on it is. What is left is told either way.
    ///
    /// Nobody else takes that one, and it may come back where the unit is not committed.
    async fn take(
        &self,
        unit: &mut dyn Unit,
        name: &str,
        limit: Limit,
        now: Moment,
    ) -> Result<(Quota, Result<(), Moment>), StoreError>;
}

/// Keeps it with the user's other data, so that the lock of a unit of work makes it exact.
#[derive(Clone, Copy, Debug, Default)]
pub struct StoredLimits;

#[async_trait]
impl RateLimiter for StoredLimits {
    async fn take(
        &self,
        unit: &mut dyn Unit,
        name: &str,
        limit: Limit,
        now: Moment,
    ) -> Result<(Quota, Result<(), Moment>), StoreError> {
        let mut quota = Quota::new(limit, unit.taken(name).await?, now);
        let took = quota.take(now);
        if took.is_ok() {
            unit.put_taken(name, quota.taken(), now).await?;
        }
        Ok((quota, took))
    }
}
