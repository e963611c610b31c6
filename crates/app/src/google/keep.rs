//! Keeping an account in step when nobody says anything: every few minutes somebody looks at what is due.

use std::time::Duration;

use planner_core::time::Moment;
use serde_json::Map;
use uuid::Uuid;

use super::account::{Connected, is_read};
use super::{HORIZON_AHEAD, SyncError, busy, jobs};
use crate::App;
use crate::identity::UserId;
use crate::ports::google::{CalendarRecord, ChannelRecord};
use crate::ports::{Join, NewJob};
use crate::work::later;

/// The kind of job that looks after an account.
pub const KEEP: &str = "google.keep";

/// How often it is looked after.
pub(super) const KEPT_EVERY: Duration = Duration::from_mins(10);

/// How old what is known of a calendar may grow that has no channel.
pub(super) const POLLED_EVERY: Duration = Duration::from_mins(10);

/// How old it may grow where a channel has said nothing: channels are not to be relied on.
pub(super) const DOUBTED_AFTER: Duration = Duration::from_hours(6);

/// How long one that has failed is left alone: it may have failed a moment ago.
const RETRIED_AFTER: Duration = Duration::from_mins(5);

/// How often the list of calendars is read, and series are followed further.
const LISTED_EVERY: Duration = Duration::from_hours(24);

/// The job of looking after a user's account.
pub(super) fn keeping(user: UserId, now: Moment) -> NewJob {
    NewJob {
        kind: KEEP,
        key: Some(format!("{KEEP}:{user}")),
        user: Some(user),
        payload: Map::new(),
        run_at: now,
        join: Join::Set,
    }
}

impl App {
    /// Does for an account what is due: its calendars are listed, read, followed, watched, and its busy times read.
    ///
    /// # Errors
    /// The first [`SyncError`]; the rest is done all the same, as far as it can be.
    pub async fn keep_in_step(&self, user: UserId, webhook: Option<&str>) -> Result<(), SyncError> {
        let now = self.clock.now();
        let (listed, calendars, _) = self.standing(user, now).await?;
        if calendars.is_empty() || listed.is_none_or(|listed| later(listed, LISTED_EVERY) <= now) {
            self.refresh_calendars(user).await?;
        }
        let (_, calendars, channels) = self.standing(user, now).await?;
        let mut outcome = Ok(());
        for calendar in &calendars {
            if is_to_be_followed(calendar, now) {
                outcome = outcome.and(self.follow_series(user, calendar.id).await);
            }
        }
        if let Some(address) = webhook {
            outcome = outcome.and(self.renew_channels(user, address).await);
        }
        outcome = outcome.and(self.refresh_busy(user, busy::GOOD_FOR).await);
        let mut unit = self.begin_sync(user).await?;
        for calendar in calendars.iter().filter(|calendar| is_to_be_read(calendar, &channels, now)) {
            unit.enqueue(&jobs::reading(user, calendar.id, now)).await?;
        }
        unit.enqueue(&jobs::writing(user, now)).await?;
        unit.commit().await?;
        outcome
    }

    /// When the calendars were last listed, those whose events are read, and the channels.
    async fn standing(
        &self,
        user: UserId,
        now: Moment,
    ) -> Result<(Option<Moment>, Vec<CalendarRecord>, Vec<ChannelRecord>), SyncError> {
        let mut unit = self.begin_sync(user).await?;
        let Connected { choice, .. } = self.connected(unit.as_mut(), user).await?;
        let all = unit.google_calendars().await?;
        let channels = unit.channels().await?.into_iter().filter(|channel| channel.until > now).collect();
        let listed = unit.google_account().await?.and_then(|account| account.listed_at);
        unit.commit().await?;
        let read = all.iter().filter(|calendar| is_read(calendar, &choice, &all)).cloned().collect();
        Ok((listed, read, channels))
    }
}

/// Whether a calendar has to be asked, though it has said nothing. One that has failed is, before long: a channel says nothing
/// of that.
fn is_to_be_read(calendar: &CalendarRecord, channels: &[ChannelRecord], now: Moment) -> bool {
    let is_watched = channels.iter().any(|channel| is_of(channel, calendar.id));
    let good_for = if is_watched { DOUBTED_AFTER } else { POLLED_EVERY };
    let is_old = |at: Option<Moment>, good_for| at.is_none_or(|at| later(at, good_for) <= now);
    if calendar.health.failures > 0 {
        return is_old(calendar.health.tried_at, RETRIED_AFTER);
    }
    is_old(calendar.health.succeeded_at, good_for)
}

fn is_of(channel: &ChannelRecord, calendar: Uuid) -> bool {
    channel.calendar == calendar && channel.resource.is_some()
}

/// Whether the series of a calendar have to be followed further.
fn is_to_be_followed(calendar: &CalendarRecord, now: Moment) -> bool {
    let end = later(now, HORIZON_AHEAD);
    calendar.expanded_until.is_some_and(|until| later(until, LISTED_EVERY) <= end)
}
