//! How long something lasts: to an end, or for a duration.

use jiff::civil::DateTime;

use crate::stamp::Stamp;
use crate::value::Duration;
use crate::zone::{Place, later};

/// How an event ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// At this time, or with the night before this day.
    At(Stamp),
    /// So much later.
    After(Length),
}

impl End {
    /// The length of what begins at `start`; `None` where its ends cannot be represented.
    pub(crate) fn length(&self, start: &Stamp, reader: &Place) -> Option<Length> {
        match self {
            Self::After(length) => Some(*length),
            Self::At(end) if start.is_day => {
                let days = start.date(reader).until(end.date(reader)).ok()?.get_days();
                // An end on the first day is one day in the files of programs that count it in.
                Some(Length { days: i64::from(if days == 0 { 1 } else { days }), seconds: 0 })
            }
            Self::At(end) => {
                let exact = end.second(reader)?.checked_sub(start.second(reader)?)?;
                let on_the_clock = end.wall.duration_since(start.wall).as_secs();
                // A start that the clock skips is read as a later time, which may be past the end.
                let is_skipped = exact <= 0 && on_the_clock > 0 && end.place(reader) == start.place(reader);
                Some(Length { days: 0, seconds: if is_skipped { on_the_clock } else { exact } })
            }
        }
    }
}

/// How long something lasts: days of the calendar, and seconds after them.
///
/// RFC 5545 gives every occurrence of a series with a DTEND the same exact length, so that is seconds alone; a DURATION
/// in days follows the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Length {
    pub(crate) days: i64,
    pub(crate) seconds: i64,
}

impl From<Duration> for Length {
    fn from(duration: Duration) -> Self {
        Self { days: duration.days, seconds: duration.seconds }
    }
}

impl Length {
    pub(crate) const ONE_DAY: Self = Self { days: 1, seconds: 0 };
    pub(crate) const NOTHING: Self = Self { days: 0, seconds: 0 };

    /// The second at which something ends that begins at `wall`, which is `second`.
    pub(crate) fn end(self, wall: DateTime, second: i64, place: &Place) -> Option<i64> {
        if self.days == 0 {
            return second.checked_add(self.seconds);
        }
        place.second(later(wall, self.days, 0)?)?.checked_add(self.seconds)
    }

    pub(crate) const fn is_negative(self) -> bool {
        self.days < 0 || self.seconds < 0
    }

    /// No less than what it lasts anywhere, in seconds.
    pub(crate) const fn most_seconds(self) -> i64 {
        // A day more than its days: no clock is put back by more.
        self.days.saturating_add(1).saturating_mul(86_400).saturating_add(self.seconds)
    }
}
