//! A day or a time in some zone: what DTSTART, EXDATE or RECURRENCE-ID say.

use jiff::civil::{Date, DateTime};

use crate::component::Property;
use crate::fault::Fault;
use crate::value::Written;
use crate::zone::{Place, Zones};

/// A day or a time, with the place that its file gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// What the clock shows; midnight for a day.
    pub(crate) wall: DateTime,
    /// It is a whole day.
    pub(crate) is_day: bool,
    /// Where the clock hangs; `None` for a day and for a floating time, which are wherever the reader is.
    pub(crate) place: Option<Place>,
}

impl Stamp {
    pub(crate) fn day(day: Date) -> Self {
        Self { wall: day.to_datetime(jiff::civil::Time::midnight()), is_day: true, place: None }
    }

    pub(crate) fn time(wall: DateTime, place: Option<Place>) -> Self {
        Self { wall, is_day: false, place }
    }

    /// What was written, where times without a zone are at `place`.
    pub(crate) fn of(written: Written, place: Option<&Place>) -> Self {
        match written {
            Written::Day(day) => Self::day(day),
            Written::Local(wall) => Self::time(wall, place.cloned()),
            Written::Utc(wall) => Self::time(wall, Some(Place::utc())),
        }
    }

    /// Where its clock hangs for a reader at `reader`.
    pub(crate) fn place<'a>(&'a self, reader: &'a Place) -> &'a Place {
        self.place.as_ref().unwrap_or(reader)
    }

    /// Its second since the Unix epoch for a reader at `reader`.
    pub(crate) fn second(&self, reader: &Place) -> Option<i64> {
        self.place(reader).second(self.wall)
    }

    /// The day that it is or lies on, on the clock that it was written by. A time in UTC, which no clock on a wall
    /// shows, is read on the reader's.
    pub(crate) fn date(&self, reader: &Place) -> Date {
        if self.place.as_ref().is_some_and(|place| *place == Place::utc()) {
            let wall = self.second(reader).and_then(|second| reader.wall(second));
            return wall.unwrap_or(self.wall).date();
        }
        self.wall.date()
    }
}

/// How the times of a calendar are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clocks {
    /// The calendar's zones.
    pub(crate) zones: Zones,
    /// Where floating times are, if the calendar says so.
    pub(crate) floating: Option<Place>,
}

impl Clocks {
    /// Where times of a property without a `Z` are. An unknown zone is a fault, beside which they are floating.
    pub(crate) fn place(&self, property: &Property) -> (Option<Place>, Option<Fault>) {
        match property.parameter("TZID").map(|tzid| self.zones.place(tzid)) {
            None => (self.floating.clone(), None),
            Some(Ok(place)) => (Some(place), None),
            Some(Err(fault)) => (self.floating.clone(), Some(fault)),
        }
    }
}
