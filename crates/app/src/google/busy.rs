//! When other calendars are busy: read ahead, and kept with their age.

use std::time::Duration;

use planner_core::time::{Interval, Moment};

use super::account::{Connected, named};
use super::{Side, SyncError};
use crate::App;
use crate::identity::UserId;
use crate::ports::google::{Busy, BusyRecord, CalendarRecord};
use crate::ports::{StoreError, Unit, UnknownCalendar};
use crate::work::later;

/// How far ahead busy times are read: as far as a week may be planned, and the room that its changes may spill into.
const AHEAD: Duration = Duration::from_hours(60 * 24);

/// Busy times that are older are read again, if only in the background.
pub(super) const GOOD_FOR: Duration = Duration::from_mins(10);

impl App {
    /// Reads when the calendars are busy that the user wants that read of, where what is known is older than `good_for`.
    ///
    /// # Errors
    /// [`SyncError`]. What is known stays, and grows older.
    pub async fn refresh_busy(&self, user: UserId, good_for: Duration) -> Result<(), SyncError> {
        let mut unit = self.begin_sync(user).await?;
        let Connected { account, choice } = self.connected(unit.as_mut(), user).await?;
        let (all, known) = (unit.google_calendars().await?, unit.busy().await?);
        unit.commit().await?;
        let now = self.clock.now();
        let is_stale = |calendar: &&CalendarRecord| {
            let known = known.iter().find(|known| known.calendar == calendar.id);
            known.is_none_or(|known| later(known.read_at, good_for) <= now)
        };
        let chosen = choice.busy_calendar_ids.iter().filter_map(|name| named(name, &all));
        let mut stale: Vec<&CalendarRecord> = chosen.filter(is_stale).collect();
        stale.sort_by_key(|calendar| calendar.id);
        stale.dedup_by_key(|calendar| calendar.id);
        if stale.is_empty() {
            return Ok(());
        }
        let Side { service, .. } = self.side()?;
        let ids: Vec<String> = stale.iter().map(|calendar| calendar.google_id.clone()).collect();
        let Some(span) = span(now) else { return Ok(()) };
        let read = service.busy(&account, &ids, span).await?;
        let mut unit = self.begin_sync(user).await?;
        for (calendar, busy) in stale.into_iter().zip(read) {
            let busy = match busy {
                Busy::Known(intervals) => Some(intervals),
                Busy::Unknown(why) => {
                    tracing::info!(%user, calendar = %calendar.id, "nobody knows when a calendar is busy: {why}");
                    None
                }
            };
            unit.put_busy(&BusyRecord { calendar: calendar.id, span, busy, read_at: now }).await?;
        }
        unit.commit().await?;
        Ok(())
    }
}

/// How fresh is what is known of other calendars.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Freshness {
    /// When the oldest of it was read; `None` where nothing is known.
    pub(crate) as_of: Option<Moment>,
    /// Calendars whose events are wanted, and were never read.
    pub(crate) unread: Vec<UnknownCalendar>,
}

/// How fresh is what is known of the calendars that the user wants heeded.
pub(crate) async fn freshness(unit: &mut dyn Unit) -> Result<Freshness, StoreError> {
    let (overview, busy) = (super::calendars::overview(unit).await?, unit.busy().await?);
    if overview.account.is_none() || !overview.choice.sync_enabled {
        return Ok(Freshness::default());
    }
    let (read, unread): (Vec<_>, Vec<_>) = overview
        .calendars
        .iter()
        .filter(|calendar| overview.is_read(calendar))
        .partition(|calendar| calendar.health.succeeded_at.is_some());
    let read = read.into_iter().filter_map(|calendar| calendar.health.succeeded_at);
    let chosen = overview.choice.busy_calendar_ids.iter().filter_map(|name| named(name, &overview.calendars));
    let asked = chosen.filter_map(|chosen| busy.iter().find(|known| known.calendar == chosen.id));
    let unread =
        unread.into_iter().map(|calendar| UnknownCalendar { title: calendar.title.clone(), since: None });
    Ok(Freshness { as_of: read.chain(asked.map(|known| known.read_at)).min(), unread: unread.collect() })
}

/// From the day before on, since rest counts what was.
fn span(now: Moment) -> Option<Interval> {
    Interval::new(now.plus_minutes(-24 * 60).floor(), later(now, AHEAD).floor())
}
