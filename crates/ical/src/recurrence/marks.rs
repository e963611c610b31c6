//! Which starts of a series something else is about.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Begin;
use crate::stamp::Stamp;
use crate::zone::Place;

/// Starts of a series that something else names: exceptions, and occurrences that are told apart from the series.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    seconds: BTreeSet<i64>,
    days: BTreeSet<Date>,
}

impl Marks {
    /// What `stamps` name of a series that begins at `start`.
    ///
    /// A time names the start at that second. A day names every start on it, and in a series of days a time names its
    /// day: programs write the one where the other belongs.
    pub(crate) fn of<'a>(stamps: impl IntoIterator<Item = &'a Stamp>, start: &Stamp, reader: &Place) -> Self {
        let mut marks = Self::default();
        for stamp in stamps {
            if start.is_day || stamp.is_day {
                marks.days.insert(stamp.date(reader));
            } else if let Some(second) = stamp.second(reader) {
                marks.seconds.insert(second);
            }
        }
        marks
    }

    pub(crate) fn contains(&self, begin: &Begin) -> bool {
        self.seconds.contains(&begin.second) || self.days.contains(&begin.wall.date())
    }
}
