//! Channels: Google tells of changes through them, so that nobody has to ask.

use std::time::Duration;

use planner_core::time::Moment;
use secrecy::SecretString;
use uuid::Uuid;

use super::account::{Connected, is_read};
use super::{SyncError, jobs};
use crate::App;
use crate::identity::UserId;
use crate::ports::google::{CalendarRecord, ChannelRecord, GoogleError, NewChannel};
use crate::work::later;

/// How long a channel is asked to last; Google may say less.
const TTL: Duration = Duration::from_hours(7 * 24);

/// A channel that ends sooner gets a successor.
const RENEWED_BEFORE: Duration = Duration::from_hours(48);

/// Changes come in bunches. They become one reading.
const DEBOUNCE: Duration = Duration::from_secs(30);

/// That something was heard is not noted more often.
const NOTED_EVERY: Duration = Duration::from_mins(1);

/// Word that came through a channel.
#[derive(Clone, Debug)]
pub struct Notification {
    /// The channel's identity.
    pub channel: String,
    /// The token that proves it.
    pub token: SecretString,
    /// What the calendar is called on the channel.
    pub resource: String,
    /// Whether it only says that the channel is open.
    pub is_greeting: bool,
}

/// What became of word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hearing {
    /// It was believed.
    Believed,
    /// It names no channel that is known, or does not prove that it is Google's.
    Rejected,
}

impl App {
    /// Hears that a calendar has changed: it is read a little later, once for all that is heard meanwhile.
    ///
    /// # Errors
    /// [`SyncError::Store`] where the store fails.
    pub async fn hear(&self, word: &Notification) -> Result<Hearing, SyncError> {
        let (Some(user), Ok(side)) = (owner(&word.channel), self.side()) else {
            return Ok(Hearing::Rejected);
        };
        let mut unit = match self.begin_sync(user).await {
            Ok(unit) => unit,
            // Nobody is called so.
            Err(SyncError::NotConnected) => return Ok(Hearing::Rejected),
            Err(error) => return Err(error),
        };
        let channel = unit.channel(&word.channel).await?;
        let Some(channel) =
            channel.filter(|channel| side.vault.is_digest(&channel.token_digest, &word.token))
        else {
            return Ok(Hearing::Rejected);
        };
        // Google may greet before it has told us what it calls the calendar.
        if channel.resource.as_ref().is_some_and(|resource| *resource != word.resource) {
            return Ok(Hearing::Rejected);
        }
        let now = self.clock.now();
        if channel.heard_at.is_none_or(|heard| later(heard, NOTED_EVERY) <= now) {
            unit.put_channel(&ChannelRecord { heard_at: Some(now), ..channel.clone() }).await?;
        }
        if !word.is_greeting {
            unit.enqueue(&jobs::reading(user, channel.calendar, later(now, DEBOUNCE))).await?;
        }
        unit.commit().await?;
        Ok(Hearing::Believed)
    }

    /// Opens channels where there are none or they end soon, and closes those that have successors or are for nothing.
    /// `address` is where word goes to.
    ///
    /// # Errors
    /// [`SyncError`]. What was done stays done.
    pub async fn renew_channels(&self, user: UserId, address: &str) -> Result<(), SyncError> {
        let mut unit = self.begin_sync(user).await?;
        let connected = self.connected(unit.as_mut(), user).await?;
        let (all, channels) = (unit.google_calendars().await?, unit.channels().await?);
        unit.commit().await?;
        let now = self.clock.now();
        let mut needless: Vec<&ChannelRecord> = Vec::new();
        for calendar in &all {
            let mut open: Vec<&ChannelRecord> =
                channels.iter().filter(|one| one.calendar == calendar.id).collect();
            open.sort_by_key(|channel| (channel.resource.is_some(), channel.until));
            if !is_read(calendar, &connected.choice, &all) || !calendar.has_channels {
                needless.append(&mut open);
                continue;
            }
            let lasting =
                open.pop().filter(|last| last.resource.is_some() && last.until > later(now, RENEWED_BEFORE));
            match lasting {
                Some(_) => needless.append(&mut open),
                None if self.open_channel(user, &connected, calendar, address, now).await? => {
                    needless.extend(channels.iter().filter(|one| one.calendar == calendar.id));
                }
                None => {}
            }
        }
        for channel in needless {
            self.close_channel(user, &connected, channel).await?;
        }
        Ok(())
    }

    /// Opens a channel; whether the calendar has any.
    async fn open_channel(
        &self,
        user: UserId,
        connected: &Connected,
        calendar: &CalendarRecord,
        address: &str,
        now: Moment,
    ) -> Result<bool, SyncError> {
        let side = self.side()?;
        let new = NewChannel {
            id: channel_id(user, self.ids.id()),
            calendar: calendar.google_id.clone(),
            address: address.to_owned(),
            token: self.ids.secret(),
            ttl: TTL,
        };
        let record = ChannelRecord {
            id: new.id.clone(),
            calendar: calendar.id,
            token_digest: side.vault.digest(&new.token),
            resource: None,
            until: later(now, TTL),
            heard_at: None,
        };
        // Kept before it is asked for: Google may greet before it answers.
        let mut unit = self.begin_sync(user).await?;
        unit.put_channel(&record).await?;
        unit.commit().await?;
        let opened = side.service.watch(&connected.account, &new).await;
        let mut unit = self.begin_sync(user).await?;
        let opened = match opened {
            Ok(lease) => {
                let heard_at = unit.channel(&new.id).await?.and_then(|channel| channel.heard_at);
                let record =
                    ChannelRecord { resource: Some(lease.resource), until: lease.until, heard_at, ..record };
                unit.put_channel(&record).await?;
                Ok(true)
            }
            Err(error) => {
                // An answer that got lost leaves an open channel behind. Nobody knows it, and it ends by itself.
                unit.delete_channel(&new.id).await?;
                match error {
                    GoogleError::Forbidden(why) if why.starts_with("pushNotSupported") => {
                        if let Some(present) = unit.google_calendar(calendar.id).await? {
                            unit.put_google_calendar(&CalendarRecord { has_channels: false, ..present })
                                .await?;
                        }
                        Ok(false)
                    }
                    error => Err(error.into()),
                }
            }
        };
        unit.commit().await?;
        opened
    }

    async fn close_channel(
        &self,
        user: UserId,
        connected: &Connected,
        channel: &ChannelRecord,
    ) -> Result<(), SyncError> {
        if let Some(resource) = &channel.resource {
            self.side()?.service.stop(&connected.account, &channel.id, resource).await?;
        }
        let mut unit = self.begin_sync(user).await?;
        unit.delete_channel(&channel.id).await?;
        unit.commit().await?;
        Ok(())
    }
}

/// The identity of a channel: it tells whose it is, so that nobody has to look among everybody's.
fn channel_id(user: UserId, fresh: Uuid) -> String {
    format!("{}{}", user.0.simple(), fresh.simple())
}

/// Whose channel it would be.
fn owner(channel: &str) -> Option<UserId> {
    let user = channel.get(..32).filter(|_| channel.len() == 64)?;
    Uuid::try_parse(user).ok().map(UserId)
}
