//! What a calendar is read into: occurrences, and the due times of to-dos.

use std::fmt;

use planner_core::time::{Instant, Interval};

/// One event at one time: something that happens once, or one occurrence of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The event's UID. Its occurrences share it.
    pub uid: String,
    /// Which occurrence of the series it is; `None` where it is no series.
    pub recurrence_id: Option<RecurrenceId>,
    /// What it is called, on one line; empty where it has no title.
    pub title: String,
    /// When it is, in whole minutes: seconds are rounded outward.
    pub interval: Interval,
    /// It is about whole days and not about times.
    pub all_day: bool,
    /// Its TRANSP says that it takes no time away.
    pub transparent: bool,
    /// Whether it takes place.
    pub status: Status,
    /// The owner of the calendar has declined it. Known only where the calendar's name is its owner's address.
    pub declined: bool,
    /// Its categories, as written.
    pub categories: Vec<String>,
    /// Where it is, on one line.
    pub location: Option<String>,
    /// What Outlook shows the time as.
    pub busy: Option<Busy>,
}

/// Whether an event takes place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It does, as far as anybody knows.
    #[default]
    Confirmed,
    /// It may.
    Tentative,
    /// It does not.
    Cancelled,
}

/// What the time of an event is shown as in Outlook (`X-MICROSOFT-CDO-BUSYSTATUS`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Busy {
    /// Free.
    Free,
    /// Tentative.
    Tentative,
    /// Busy.
    Busy,
    /// Away.
    OutOfOffice,
    /// Working elsewhere.
    WorkingElsewhere,
}

impl Busy {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_uppercase().as_str() {
            "FREE" => Self::Free,
            "TENTATIVE" => Self::Tentative,
            "BUSY" => Self::Busy,
            "OOF" => Self::OutOfOffice,
            "WORKINGELSEWHERE" => Self::WorkingElsewhere,
            _ => return None,
        })
    }
}

/// Names an occurrence of a series by the time at which the series has it, wherever it was moved to.
///
/// It is text such as `20260329T081500Z`, in UTC; `20260329` for a day, and without the `Z` for a floating time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecurrenceId(pub(crate) String);

impl RecurrenceId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecurrenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The due time of a to-do that is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The to-do's UID.
    pub uid: String,
    /// What it is called, on one line.
    pub title: String,
    /// When it is due; the end of the day where only a day is given.
    pub due: Instant,
    /// Only a day is given.
    pub all_day: bool,
}
