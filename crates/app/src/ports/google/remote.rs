use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// What an account may do with a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessRole {
    /// Sees when it is busy, and nothing else.
    FreeBusyReader,
    /// Sees its events.
    Reader,
    /// Changes its events.
    Writer,
    /// Owns it.
    Owner,
}

impl AccessRole {
    /// The name used in the database and over HTTP.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FreeBusyReader => "FREE_BUSY_READER",
            Self::Reader => "READER",
            Self::Writer => "WRITER",
            Self::Owner => "OWNER",
        }
    }

    /// The role called `name`, or `None`.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::FreeBusyReader, Self::Reader, Self::Writer, Self::Owner];
        all.into_iter().find(|role| role.as_str() == name)
    }
}

/// A calendar in the account's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteCalendar {
    /// Its name at Google; may hold any character, `#` among them.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The IANA name of its zone.
    pub time_zone: Option<String>,
    /// What the account may do with it.
    pub access: AccessRole,
    /// Whether it is the account's own first calendar.
    pub is_primary: bool,
}

/// A time as Google gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemoteTime {
    /// A whole day, wherever that is. As an end: the day after the last.
    Day(Date),
    /// A moment.
    At {
        /// Which.
        #[serde(with = "time::serde::rfc3339")]
        moment: OffsetDateTime,
        /// The IANA name of the zone that it was entered in, where one is named.
        zone: Option<String>,
    },
}

/// What sort of event it is to Google.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// An ordinary one, or of a sort that is not known here.
    #[default]
    Ordinary,
    /// Time set aside for concentration (`focusTime`).
    Focus,
    /// Absence (`outOfOffice`).
    OutOfOffice,
    /// Says where somebody works, and takes no time (`workingLocation`).
    WorkingLocation,
    /// A birthday, which takes no time.
    Birthday,
}

/// What an event says, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteFields {
    /// What it is called; empty where it has no name, or where that is not to be seen.
    pub title: String,
    /// When it begins.
    pub start: RemoteTime,
    /// When it is over.
    pub end: RemoteTime,
    /// `RRULE`, `RDATE` and `EXDATE` lines, where it is the master of a series.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recurrence: Vec<String>,
    /// Whether something else may happen meanwhile.
    #[serde(default)]
    pub transparent: bool,
    /// Whether the account has declined it.
    #[serde(default)]
    pub declined: bool,
    /// What sort it is.
    #[serde(default)]
    pub nature: Nature,
    /// The identity of the event here that it was made for, where it says so itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_for: Option<Uuid>,
}

/// Which occurrence of a series an event is, where it is an exception to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesPlace {
    /// The master's identity.
    pub master: String,
    /// When the occurrence would begin by the rule.
    pub original_start: RemoteTime,
}

/// An event as Google has it: one that stands alone, the master of a series, or an exception to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteEvent {
    /// Its identity within its calendar.
    pub id: String,
    /// Names its state; another state has another.
    pub etag: String,
    /// When it was last changed, as far as that is told.
    pub updated: Option<OffsetDateTime>,
    /// Whether it was deleted. Of an exception: whether the series leaves this occurrence out.
    pub is_cancelled: bool,
    /// Its place in a series, where it is an exception.
    pub place: Option<SeriesPlace>,
    /// What it says. A deleted one need not say anything.
    pub fields: Option<RemoteFields>,
}

impl RemoteEvent {
    /// What is synchronised as one: an event that stands alone, or a master with its exceptions. It is named by the
    /// event or the master.
    pub fn group(&self) -> &str {
        self.place.as_ref().map_or(&self.id, |place| &place.master)
    }
}
