use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use planner_core::model::EventId;
use planner_core::time::{Interval, Moment};
use secrecy::SecretString;
use time::OffsetDateTime;

use super::remote::{RemoteCalendar, RemoteEvent};
use crate::identity::UserId;

/// Why Google did not do what it was asked, named by the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GoogleError {
    /// The account's consent is gone: it was revoked, or has died of age. Only its owner can give it anew.
    #[error("the account has to be connected again ({0})")]
    Disconnected(String),
    /// Our registration with Google is wrong. Only an operator can mend it.
    #[error("the program's own registration is refused ({0})")]
    Misconfigured(String),
    /// It is not allowed, by missing consent or by the calendar's owner; asking again does not help.
    #[error("it is not allowed ({0})")]
    Forbidden(String),
    /// There is no such thing.
    #[error("it is not there")]
    NotFound,
    /// Google no longer knows what changed since then: everything has to be read again.
    #[error("the position in the calendar's changes is no longer valid")]
    Outdated,
    /// Too much was asked. Asking may help after this pause, or after one that the caller chooses.
    #[error("too much was asked")]
    Throttled(Option<Duration>),
    /// The day's allowance is used up; this lasts for hours.
    #[error("the allowance is used up")]
    Exhausted,
    /// It was not to be reached, or failed; asking again may help. What was asked may have been done all the same.
    #[error("it is unavailable: {0}")]
    Unavailable(String),
    /// It does not understand us, or we do not understand it.
    #[error("it was not understood: {0}")]
    NotUnderstood(String),
}

/// Whose calendars are meant, and what proves that we may.
#[derive(Clone, Debug)]
pub struct Account {
    /// The user here.
    pub user: UserId,
    /// What new access is got with.
    pub refresh_token: SecretString,
}

/// Something that needs its owner's consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// Reading and writing events.
    Events,
    /// Seeing which calendars there are.
    CalendarList,
    /// Seeing when calendars are busy.
    BusyTimes,
    /// Keeping what is written from here in a calendar of its own.
    OwnCalendar,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Self; 4] = [Self::Events, Self::CalendarList, Self::BusyTimes, Self::OwnCalendar];

    /// The scope that it needs: the least of those that Google has for it.
    pub const fn scope(self) -> &'static str {
        match self {
            Self::Events => "https://www.googleapis.com/auth/calendar.events",
            Self::CalendarList => "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
            Self::BusyTimes => "https://www.googleapis.com/auth/calendar.freebusy",
            Self::OwnCalendar => "https://www.googleapis.com/auth/calendar.app.created",
        }
    }

    /// What it is, for people.
    pub const fn spelled(self) -> &'static str {
        match self {
            Self::Events => "reading and writing events",
            Self::CalendarList => "seeing which calendars there are",
            Self::BusyTimes => "seeing when calendars are busy",
            Self::OwnCalendar => "keeping study blocks in a calendar of their own",
        }
    }
}

/// What somebody is sent to Google with.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Comes back unchanged.
    pub state: SecretString,
    /// The secret that only whoever began can know (RFC 7636); its digest goes along.
    pub verifier: SecretString,
    /// Where Google sends them back to.
    pub redirect_uri: String,
    /// What they are asked for.
    pub scopes: BTreeSet<String>,
}

/// What somebody consented to.
#[derive(Clone, Debug)]
pub struct Granted {
    /// What new access is got with; `None` where they had consented before and were not asked again.
    pub refresh_token: Option<SecretString>,
    /// What they allowed, which may be less than they were asked for.
    pub scopes: BTreeSet<String>,
}

/// Where reading a calendar's events begins.
#[derive(Clone, Debug)]
pub enum Since {
    /// With everything that ends after this.
    Start(OffsetDateTime),
    /// With what has changed since the position that a reading ended at.
    Position(SecretString),
}

/// A part of a calendar's events.
#[derive(Clone, Debug)]
pub struct EventsPage {
    /// The events; there may be none, and yet more pages.
    pub events: Vec<RemoteEvent>,
    /// Names the page that follows, if one does.
    pub next_page: Option<String>,
    /// On the last page: the position that was reached.
    pub position: Option<SecretString>,
}

/// What an event of ours is to be like at Google.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What it is called.
    pub title: String,
    /// When it begins.
    pub start: OffsetDateTime,
    /// When it is over.
    pub end: OffsetDateTime,
    /// Whether something else may happen meanwhile.
    pub transparent: bool,
    /// The event here that it is for. It says so itself, privately.
    pub made_for: EventId,
}

/// What is changed of an event; the rest stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// What it is called from now on.
    pub title: Option<String>,
    /// When it begins and ends from now on.
    pub times: Option<(OffsetDateTime, OffsetDateTime)>,
    /// Whether something else may happen meanwhile, from now on.
    pub transparent: Option<bool>,
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteKind {
    /// A new event, under an identity of our choice.
    Insert(Wanted),
    /// A change of the event, if it is still in the state that this etag names.
    Edit(Edit, String),
    /// The end of the event, if it is still in the state that this etag names.
    Delete(String),
}

/// Something to be written to a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The calendar's name at Google.
    pub calendar: String,
    /// The event's identity in it.
    pub id: String,
    /// What is to be done.
    pub kind: WriteKind,
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It was done; how the event is now. A deleted one is [cancelled](RemoteEvent::is_cancelled), and says nothing.
    Done(Box<RemoteEvent>),
    /// The event is no longer in the state that was meant. Nothing was done.
    Changed,
    /// The identity is taken, if only by an event that was deleted. Nothing was done.
    Taken,
    /// There is no such event, or no longer.
    Gone,
    /// It was not done, or nobody knows whether it was.
    Failed(GoogleError),
}

/// When a calendar is busy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Busy {
    /// Then. Seconds are widened to whole minutes.
    Known(Vec<Interval>),
    /// Nobody knows, for this reason. It is not free for that.
    Unknown(String),
}

/// A channel to be told of changes through.
#[derive(Clone, Debug)]
pub struct NewChannel {
    /// Its identity: at most 64 characters, and used once only.
    pub id: String,
    /// The calendar's name at Google.
    pub calendar: String,
    /// Where word of changes goes to.
    pub address: String,
    /// Comes with every word, and proves that it is Google's.
    pub token: SecretString,
    /// How long it is to last.
    pub ttl: Duration,
}

/// A channel that Google has opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What the calendar is called on the channel.
    pub resource: String,
    /// Until when it lasts.
    pub until: Moment,
}

/// Google, as far as it is needed.
#[async_trait]
pub trait Google: Send + Sync {
    /// Where to send somebody who is to connect their account.
    fn sign_in_url(&self, ask: &SignIn) -> String;

    /// Turns the code that somebody came back with into consent. A code is good for one try, even if that fails.
    async fn exchange(
        &self,
        code: &SecretString,
        verifier: &SecretString,
        redirect_uri: &str,
    ) -> Result<Granted, GoogleError>;

    /// Gives consent back. Consent that is gone already is as good.
    async fn revoke(&self, account: &Account) -> Result<(), GoogleError>;

    /// Every calendar of the account's list.
    async fn calendars(&self, account: &Account) -> Result<Vec<RemoteCalendar>, GoogleError>;

    /// Makes a calendar.
    async fn create_calendar(
        &self,
        account: &Account,
        title: &str,
        time_zone: &str,
    ) -> Result<RemoteCalendar, GoogleError>;

    /// A page of a calendar's events, series as they are and not as their occurrences. [`GoogleError::Outdated`] where
    /// everything has to be read from the start.
    async fn events(
        &self,
        account: &Account,
        calendar: &str,
        since: &Since,
        page: Option<&str>,
    ) -> Result<EventsPage, GoogleError>;

    /// One event, deleted ones among them; of a series also an occurrence that is no exception.
    async fn event(
        &self,
        account: &Account,
        calendar: &str,
        id: &str,
    ) -> Result<Option<RemoteEvent>, GoogleError>;

    /// Writes, as many at once as Google takes, and tells what became of each, in their order. No two may be of one
    /// event. An error where none was even tried.
    async fn write(&self, account: &Account, writes: &[Write]) -> Result<Vec<Written>, GoogleError>;

    /// When calendars are busy, in their order.
    async fn busy(
        &self,
        account: &Account,
        calendars: &[String],
        span: Interval,
    ) -> Result<Vec<Busy>, GoogleError>;

    /// Opens a channel. [`GoogleError::Forbidden`] with `pushNotSupported…` where a calendar has none.
    async fn watch(&self, account: &Account, channel: &NewChannel) -> Result<Lease, GoogleError>;

    /// Closes a channel. One that is closed already is as good.
    async fn stop(&self, account: &Account, channel: &str, resource: &str) -> Result<(), GoogleError>;
}
