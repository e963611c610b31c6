use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use planner_core::model::{EventId, Kind};
use planner_core::time::{Interval, Moment};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::remote::{AccessRole, RemoteEvent};
use crate::ports::{EventFields, EventRecord, Origin, StoreError};

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// It may.
    Connected,
    /// Its consent is gone. Nothing is synchronised, and nothing deleted, until its owner connects it again.
    ReconnectRequired,
}

impl AccountState {
    /// The name used in the database and over HTTP.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "CONNECTED",
            Self::ReconnectRequired => "RECONNECT_REQUIRED",
        }
    }

    /// The state called `name`, or `None`.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Connected, Self::ReconnectRequired].into_iter().find(|state| state.as_str() == name)
    }
}

/// How it has gone with something that is synchronised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncHealth {
    /// When it last went well.
    pub succeeded_at: Option<Moment>,
    /// When it was last tried.
    pub tried_at: Option<Moment>,
    /// Not to be tried before then.
    pub not_before: Option<Moment>,
    /// Tries that failed since it last went well.
    pub failures: u32,
    /// Why the last try failed, where it did; holds no secret.
    pub error: Option<String>,
}

impl SyncHealth {
    /// How it goes, now that it went well.
    pub fn went_well(now: Moment) -> Self {
        Self { succeeded_at: Some(now), tried_at: Some(now), ..Self::default() }
    }

    /// How it goes, now that it failed.
    #[must_use]
    pub fn failed(&self, now: Moment, error: String) -> Self {
        let failures = self.failures.saturating_add(1);
        Self {
            succeeded_at: self.succeeded_at,
            tried_at: Some(now),
            not_before: None,
            failures,
            error: Some(error),
        }
    }
}

/// A user's account at Google. There is at most one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRecord {
    /// Whether it may be used.
    pub state: AccountState,
    /// What new access is got with, sealed; `None` where it is gone.
    pub sealed_token: Option<String>,
    /// What its owner allowed.
    pub scopes: BTreeSet<String>,
    /// When it was connected.
    pub connected_at: Moment,
    /// When its calendars were last listed.
    pub listed_at: Option<Moment>,
    /// How it has gone with its list of calendars, and with what is written to them.
    pub health: SyncHealth,
}

/// A sign-in that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRecord {
    /// The digest of the `state` that comes back.
    pub state_digest: Vec<u8>,
    /// The secret of RFC 7636, sealed.
    pub sealed_verifier: String,
    /// Where Google was told to send them back to.
    pub redirect_uri: String,
    /// Good for nothing after this.
    pub expires_at: Moment,
}

/// What events of a calendar become here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRule {
    /// Their kind, by its name.
    #[serde(with = "kind_name", rename = "type")]
    pub kind: Kind,
    /// Whether the planner may move them.
    #[serde(default)]
    pub is_movable: bool,
    /// Whether they are locked.
    #[serde(default)]
    pub protected: bool,
}

/// Fixed, and of no particular kind: what becomes of events whose calendar has no rule.
impl Default for ImportRule {
    fn default() -> Self {
        Self { kind: Kind::Other, is_movable: false, protected: false }
    }
}

mod kind_name {
    use planner_core::model::Kind;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(kind.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
        let name = String::deserialize(deserializer)?;
        Kind::from_name(&name).ok_or_else(|| D::Error::custom("no kind of event is called so"))
    }
}

/// Which calendars a user wants synchronised, and how. Calendars go by their names at Google; `primary` is the account's own
/// first one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CalendarChoice {
    /// Whether anything is.
    pub sync_enabled: bool,
    /// Those whose events are read.
    pub read_calendar_ids: Vec<String>,
    /// Those of which only is read when they are busy.
    pub busy_calendar_ids: Vec<String>,
    /// The one that new events are written to: one of the account's, or `app` for one that is made for it. `None`: they are
    /// written nowhere.
    pub write_calendar_id: Option<String>,
    /// What events become here, by calendar. Without a rule they are fixed, and of no particular kind.
    pub calendar_rules: BTreeMap<String, ImportRule>,
}

impl CalendarChoice {
    /// What events of this calendar become here, if there is a rule for it.
    pub fn rule_of(&self, calendar: &CalendarRecord) -> Option<ImportRule> {
        let rule = self.calendar_rules.get(&calendar.google_id);
        rule.or_else(|| self.calendar_rules.get("primary").filter(|_| calendar.is_primary)).copied()
    }
}

impl Default for CalendarChoice {
    fn default() -> Self {
        Self {
            sync_enabled: false,
            read_calendar_ids: vec!["primary".to_owned()],
            busy_calendar_ids: Vec::new(),
            write_calendar_id: Some("primary".to_owned()),
            calendar_rules: BTreeMap::new(),
        }
    }
}

/// A calendar of the account's list, and how far it is synchronised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarRecord {
    /// Its identity here.
    pub id: Uuid,
    /// Its name at Google.
    pub google_id: String,
    /// What it is called.
    pub title: String,
    /// The IANA name of its zone.
    pub time_zone: Option<String>,
    /// What the account may do with it.
    pub access: AccessRole,
    /// Whether it is the account's own first calendar.
    pub is_primary: bool,
    /// Whether it was made for what is written from here.
    pub is_ours: bool,
    /// The position that reading its events has reached, sealed; `None` before the first reading, and where everything has
    /// to be read again.
    pub sealed_position: Option<String>,
    /// Counts readings of everything. What a finished one has not come across is gone.
    pub run: i64,
    /// When a reading of everything came back empty though there were events. A second such reading is believed.
    pub empty_since: Option<Moment>,
    /// Occurrences of series are made up to here.
    pub expanded_until: Option<Moment>,
    /// Whether Google tells of its changes; not all calendars have channels.
    pub has_channels: bool,
    /// How it has gone with its events.
    pub health: SyncHealth,
}

/// What both sides last agreed that an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// What it is called.
    pub title: String,
    /// When it begins.
    pub start: OffsetDateTime,
    /// When it is over.
    pub end: OffsetDateTime,
    /// Whether something else may happen meanwhile.
    pub transparent: bool,
}

/// Which event here is which at Google. It outlives either of them, to tell that the other has to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRecord {
    /// The event here.
    pub event: EventId,
    /// The calendar, by its identity here.
    pub calendar: Uuid,
    /// The event at Google; of a series the occurrence.
    pub google_id: String,
    /// What it is synchronised with: its series, or itself.
    pub group: String,
    /// Whether it was made here, and not imported.
    pub is_ours: bool,
    /// What both sides last agreed on.
    pub agreed: Agreed,
    /// The event's version here when they did. At any other version there may be something to write. [`GONE`](Self::GONE)
    /// where the event was deleted here, which is not written.
    pub agreed_version: i64,
    /// What was being written when it was last heard of: kept before it is sent, and until it is known what became of it.
    /// Google may say that, or what was agreed on, and nobody but us has changed anything.
    pub pending: Option<Agreed>,
    /// Names its state at Google. An occurrence that is no exception to its series has none, nor has what was never heard
    /// to be there.
    pub etag: Option<String>,
}

impl LinkRecord {
    /// The version that no event has: there is something to write.
    pub const UNWRITTEN: i64 = 0;

    /// The version of an event that is gone here and not to be written.
    pub const GONE: i64 = -1;
}

/// A link and what it leads to, or an event that has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Linked {
    /// The event here; `None` where it is gone.
    pub event: Option<EventRecord>,
    /// The link; `None` where the event was never written to Google.
    pub link: Option<LinkRecord>,
}

/// An event as a sync leaves it.
#[derive(Clone, Debug, PartialEq)]
pub struct Synced {
    /// Its identity, new or not.
    pub id: EventId,
    /// What it says.
    pub fields: EventFields,
    /// Where it came from; kept as it is where the event is there already.
    pub origin: Origin,
}

/// When a calendar is busy, as it was last read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusyRecord {
    /// The calendar, by its identity here.
    pub calendar: Uuid,
    /// The stretch that was asked about.
    pub span: Interval,
    /// When in it; `None` where Google would not say.
    pub busy: Option<Vec<Interval>>,
    /// When that was read.
    pub read_at: Moment,
}

/// A channel that Google tells of a calendar's changes through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelRecord {
    /// Its identity, at Google as well.
    pub id: String,
    /// The calendar, by its identity here.
    pub calendar: Uuid,
    /// The digest of the token that comes with every word.
    pub token_digest: Vec<u8>,
    /// What the calendar is called on it; `None` until Google has said so.
    pub resource: Option<String>,
    /// Until when it lasts; until Google has said so, what was asked for.
    pub until: Moment,
    /// When something was last heard through it.
    pub heard_at: Option<Moment>,
}

/// What a unit of work keeps of a user's account at Google.
#[async_trait]
pub trait GoogleRecords {
    /// The account, if one was connected.
    async fn google_account(&mut self) -> Result<Option<AccountRecord>, StoreError>;

    /// Adds or replaces the account.
    async fn put_google_account(&mut self, account: &AccountRecord) -> Result<(), StoreError>;

    /// Forgets the account and everything that is kept for it: token, sign-ins, calendars, mirror, links, channels, busy
    /// times. The user's choice of calendars goes back to the default. Events stay.
    async fn forget_google(&mut self) -> Result<(), StoreError>;

    /// Which calendars the user wants synchronised; the default where nothing else was chosen. Others may write to what is
    /// stored: where it cannot be read, the error names the member, and [`put_calendar_choice`](Self::put_calendar_choice)
    /// mends it.
    async fn calendar_choice(&mut self) -> Result<CalendarChoice, StoreError>;

    /// Replaces the choice. What others keep beside it stays.
    async fn put_calendar_choice(&mut self, choice: &CalendarChoice) -> Result<(), StoreError>;

    /// Remembers a sign-in, and forgets those that have expired at `now`. Of many the oldest are given up.
    async fn put_sign_in(&mut self, sign_in: &SignInRecord, now: Moment) -> Result<(), StoreError>;

    /// The sign-in of this digest, which is forgotten.
    async fn take_sign_in(&mut self, state_digest: &[u8]) -> Result<Option<SignInRecord>, StoreError>;

    /// Every calendar, in order of identity.
    async fn google_calendars(&mut self) -> Result<Vec<CalendarRecord>, StoreError>;

    /// One calendar.
    async fn google_calendar(&mut self, id: Uuid) -> Result<Option<CalendarRecord>, StoreError>;

    /// Adds or replaces a calendar.
    async fn put_google_calendar(&mut self, calendar: &CalendarRecord) -> Result<(), StoreError>;

    /// Forgets a calendar with its mirror, links, channels and busy times. Events stay.
    async fn delete_google_calendar(&mut self, id: Uuid) -> Result<(), StoreError>;

    /// What is kept of the groups of these names, in order of identity.
    async fn mirror(&mut self, calendar: Uuid, groups: &[String]) -> Result<Vec<RemoteEvent>, StoreError>;

    /// Keeps events as they were come across in this run, instead of what was kept of them. Of several states of one event
    /// the last is kept.
    async fn put_mirror(
        &mut self,
        calendar: Uuid,
        events: &[RemoteEvent],
        run: i64,
    ) -> Result<(), StoreError>;

    /// Forgets these events.
    async fn delete_mirror(&mut self, calendar: Uuid, ids: &[String]) -> Result<(), StoreError>;

    /// Events that were come across last before this run, in order of identity, the first so many.
    async fn mirror_before(
        &mut self,
        calendar: Uuid,
        run: i64,
        limit: u32,
    ) -> Result<Vec<RemoteEvent>, StoreError>;

    /// How many events are kept that are not deleted ones.
    async fn mirror_size(&mut self, calendar: Uuid) -> Result<u64, StoreError>;

    /// The names of groups that are series (a master with a rule, or exceptions, or both), in order, those after this one,
    /// the first so many.
    async fn mirror_series(
        &mut self,
        calendar: Uuid,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>, StoreError>;

    /// The links of these groups, with what they lead to, in order of event.
    async fn linked(&mut self, calendar: Uuid, groups: &[String]) -> Result<Vec<Linked>, StoreError>;

    /// The links of these events, and these events without links, in order of event. What is neither there nor linked is
    /// left out.
    async fn linked_events(&mut self, events: &[EventId]) -> Result<Vec<Linked>, StoreError>;

    /// Every link of a calendar, in order of event, those after this one, the first so many.
    async fn links(
        &mut self,
        calendar: Uuid,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<Linked>, StoreError>;

    /// Adds or replaces links. They may change places, but no two lead to one event at Google: that is an error.
    async fn put_links(&mut self, links: &[LinkRecord]) -> Result<(), StoreError>;

    /// Forgets the links of these events.
    async fn delete_links(&mut self, events: &[EventId]) -> Result<(), StoreError>;

    /// What there may be something to write of: links whose event has another version than was agreed on, or is gone without that being agreed; and,
    /// where `unlinked_after` is given, events that have no link and end after it, unless they came from a system other than Google. In order
    /// of event, those after `after`, the first so many.
    async fn unwritten(
        &mut self,
        unlinked_after: Option<OffsetDateTime>,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<Linked>, StoreError>;

    /// Adds or replaces events; the version that each has then, in their order. One that says the same already keeps its
    /// version. For a unit of work of [`Actor::Sync`](crate::ports::Actor::Sync).
    async fn put_events(&mut self, events: &[Synced]) -> Result<Vec<i64>, StoreError>;

    /// Removes events.
    async fn delete_events(&mut self, events: &[EventId]) -> Result<(), StoreError>;

    /// Keeps when a calendar is busy, instead of what was kept.
    async fn put_busy(&mut self, busy: &BusyRecord) -> Result<(), StoreError>;

    /// When calendars are busy, in order of calendar.
    async fn busy(&mut self) -> Result<Vec<BusyRecord>, StoreError>;

    /// Adds or replaces a channel.
    async fn put_channel(&mut self, channel: &ChannelRecord) -> Result<(), StoreError>;

    /// One channel.
    async fn channel(&mut self, id: &str) -> Result<Option<ChannelRecord>, StoreError>;

    /// Every channel, in order of identity.
    async fn channels(&mut self) -> Result<Vec<ChannelRecord>, StoreError>;

    /// Forgets a channel.
    async fn delete_channel(&mut self, id: &str) -> Result<(), StoreError>;
}
