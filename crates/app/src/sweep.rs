//! Clearing away: what is past its time is closed, given up, or removed.
//!
//! It may be done at any time, again and again, by several processes at once. The audit and the ledger stay.

use planner_core::lifecycle::Status;
use planner_core::time::Moment;

use crate::App;
use crate::ports::{Access, Actor, Due, Leftover, StoreError};

/// Rows taken at once: what is locked is soon free again.
const BATCH: u16 = 500;

const MINUTES_A_DAY: i64 = 24 * 60;

/// An undo that was asked for in time may still be under way, by a clock that is a little behind.
const UNDO_GRACE_MINUTES: i64 = 5;

/// For how many days leftovers are kept.
const KEPT_DAYS: [(Leftover, i64); 8] = [
    // They say themselves until when they are of use.
    (Leftover::IdempotencyKeys, 0),
    (Leftover::LiveEvents, 7),
    (Leftover::DeadJobs, 30),
    (Leftover::RateLimits, 1),
    (Leftover::ApplyAttempts, 90),
    (Leftover::SignIns, 0),
    // Word that was sent through one before may come late.
    (Leftover::Channels, 7),
    (Leftover::CanvasSignIns, 0),
];

/// What was swept, in rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Open proposals that have expired.
    pub expired_proposals: u64,
    /// Open proposals that could not be closed, each with a line in the log.
    pub failed_proposals: u64,
    /// Snapshots that nothing will be restored from.
    pub released_snapshots: u64,
    /// Answers to requests that may no longer be sent again.
    pub idempotency_keys: u64,
    /// Live events that nobody will ask for.
    pub live_events: u64,
    /// Jobs that were given up long ago.
    pub dead_jobs: u64,
    /// Users' limits that limit nothing any more.
    pub rate_limits: u64,
    /// Attempts to apply proposals.
    pub apply_attempts: u64,
    /// Sign-ins that nobody finished in time, to Google or to Canvas.
    pub sign_ins: u64,
    /// Channels that have ended.
    pub channels: u64,
}

impl App {
    /// Clears away what is past its time at `now`.
    ///
    /// # Errors
    /// [`StoreError`] where the store fails; what was swept until then stays swept.
    pub async fn sweep(&self, now: Moment) -> Result<Swept, StoreError> {
        let mut swept = Swept::default();
        self.expire_overdue(now, &mut swept).await?;
        let spent = now.plus_minutes(-UNDO_GRACE_MINUTES);
        loop {
            let released = self.store.release_spent_snapshots(spent, now, BATCH).await?;
            swept.released_snapshots += released;
            if released < u64::from(BATCH) {
                break;
            }
        }
        for (what, days) in KEPT_DAYS {
            *swept.count_of(what) += self.discard(what, now.plus_minutes(-days * MINUTES_A_DAY)).await?;
        }
        Ok(swept)
    }

    async fn expire_overdue(&self, now: Moment, swept: &mut Swept) -> Result<(), StoreError> {
        let mut last: Option<Due> = None;
        loop {
            let overdue = self.store.overdue(now, last.take(), BATCH).await?;
            for due in &overdue {
                match self.expire_if_open(due, now).await {
                    Ok(expired) => swept.expired_proposals += u64::from(expired),
                    Err(error @ StoreError::Unavailable(_)) => return Err(error),
                    // One broken row must not keep everybody else's from being swept.
                    Err(error) => {
                        tracing::error!(user_id = %due.user.id, proposal_id = %due.proposal, "not expired: {error}");
                        swept.failed_proposals += 1;
                    }
                }
            }
            if overdue.len() < usize::from(BATCH) {
                return Ok(());
            }
            last = overdue.into_iter().last();
        }
    }

    /// Somebody may have decided, or swept, since the proposal was found: it is looked at again under the user's lock.
    async fn expire_if_open(&self, due: &Due, now: Moment) -> Result<bool, StoreError> {
        let mut unit = self.begin(&due.user, Access::Write(Actor::Planner)).await?;
        let record = unit.proposal(due.proposal).await?;
        let is_overdue = |status, expires_at| status == Status::Proposed && expires_at <= now;
        let Some(record) =
            record.filter(|record| is_overdue(record.proposal.status, record.proposal.expires_at))
        else {
            return Ok(false);
        };
        self.expire(unit.as_mut(), &record, now).await?;
        unit.commit().await?;
        Ok(true)
    }

    async fn discard(&self, what: Leftover, before: Moment) -> Result<u64, StoreError> {
        let mut all = 0;
        loop {
            let discarded = self.store.discard(what, before, BATCH).await?;
            all += discarded;
            if discarded < u64::from(BATCH) {
                return Ok(all);
            }
        }
    }
}

impl Swept {
    fn count_of(&mut self, what: Leftover) -> &mut u64 {
        match what {
            Leftover::IdempotencyKeys => &mut self.idempotency_keys,
            Leftover::LiveEvents => &mut self.live_events,
            Leftover::DeadJobs => &mut self.dead_jobs,
            Leftover::RateLimits => &mut self.rate_limits,
            Leftover::ApplyAttempts => &mut self.apply_attempts,
            Leftover::SignIns | Leftover::CanvasSignIns => &mut self.sign_ins,
            Leftover::Channels => &mut self.channels,
        }
    }
}
