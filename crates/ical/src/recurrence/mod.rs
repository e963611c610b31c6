//! Recurrence: which starts a series has, from its first start and its RRULE, RDATE and EXDATE lines.
//!
//! ```
//! use ical::recurrence::{Recurrence, Start};
//! use jiff::civil::date;
//! use planner_core::time::{Interval, Zone};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let berlin = Zone::named("Europe/Berlin")?;
//! let start = Start::Time(date(2026, 3, 23).at(9, 0, 0, 0));
//! let lines = ["RRULE:FREQ=WEEKLY;BYDAY=MO,TH", "EXDATE;TZID=Europe/Berlin:20260326T090000"];
//! let lectures = Recurrence::parse(start, &berlin, lines)?;
//!
//! let april = Interval::new("2026-03-23T00:00:00Z".parse()?, "2026-04-01T00:00:00Z".parse()?);
//! let starts = lectures.starts(april.ok_or("empty")?);
//! let told: Vec<String> = starts.list.iter().map(|start| start.at.to_string()).collect();
//! // The clock changes on 29 March, the lecture's wall time does not.
//! assert_eq!(told, ["2026-03-23T08:00:00Z", "2026-03-30T07:00:00Z"]);
//! # Ok(())
//! # }
//! ```

mod budget;
mod marks;
mod rule;

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use planner_core::time::{Interval, LocalDay, Moment, Zone};

pub(crate) use self::budget::Budget;
pub(crate) use self::marks::Marks;
use self::rule::Rule;
use crate::component::Property;
use crate::fault::Fault;
use crate::span::{End, Length};
use crate::stamp::{Clocks, Stamp};
use crate::value::{self, PeriodEnd, Written};
use crate::zone::Place;

/// The first start of a series, as its owner's wall clock and calendar show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// A whole day.
    Day(Date),
    /// A time of a day.
    Time(DateTime),
}

impl Start {
    /// What the wall clock of `zone` shows at `moment`.
    ///
    /// ```
    /// use ical::recurrence::Start;
    /// use planner_core::time::{Instant, Zone};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let lecture: Instant = "2026-03-23T08:00:00Z".parse()?;
    /// let start = Start::at(lecture.moment(), &Zone::named("Europe/Berlin")?);
    /// assert_eq!(start, Some(Start::Time(jiff::civil::date(2026, 3, 23).at(9, 0, 0, 0))));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `None` outside of the years that a calendar knows.
    pub fn at(moment: Moment, zone: &Zone) -> Option<Self> {
        Place::of(zone).wall(moment.unix_micros().div_euclid(1_000_000)).map(Self::Time)
    }

    /// A whole day.
    pub fn day(day: LocalDay) -> Option<Self> {
        let (year, month, day) = day.year_month_day();
        Date::new(year, month, day).ok().map(Self::Day)
    }
}

/// One start of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesStart {
    /// What the wall clock shows; midnight where the series is one of whole days.
    pub wall: DateTime,
    /// When that is. A time that the clock skips is read by the offset before the gap, one that it shows twice is
    /// the first (RFC 5545, section 3.3.5).
    pub at: Moment,
    /// The end that an RDATE gives this one start, if one does.
    pub end: Option<Moment>,
}

/// The starts of a series in a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Starts {
    /// In the order of time.
    pub list: Vec<SeriesStart>,
    /// Whether all are there: a series may repeat too often, or have begun too long ago, to be counted.
    pub is_complete: bool,
}

/// A line that does not say how something repeats.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {fault}")]
pub struct RecurrenceError {
    /// The line, shortened.
    pub line: String,
    /// What is wrong with it.
    pub fault: Fault,
}

/// How something repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence {
    pub(crate) start: Stamp,
    rules: Vec<Rule>,
    extra: Vec<Extra>,
    excluded: Vec<Stamp>,
}

/// What an RDATE adds.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Extra {
    start: Stamp,
    end: Option<End>,
}

/// A start of a series while it is expanded.
#[derive(Clone, Debug)]
pub(crate) struct Begin {
    pub(crate) wall: DateTime,
    pub(crate) second: i64,
    /// The length that an RDATE gives it.
    pub(crate) length: Option<Length>,
}

impl Recurrence {
    /// Reads the lines that say how a series repeats which starts at `start` in `zone`: `RRULE:…`, `RDATE…`, `EXDATE…`.
    ///
    /// Times in them without a zone are in `zone`.
    ///
    /// # Errors
    /// [`RecurrenceError`] for the first line that cannot be followed.
    pub fn parse<'a>(
        start: Start,
        zone: &Zone,
        lines: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, RecurrenceError> {
        let place = Place::of(zone);
        let mut recurrence = Self::single(match start {
            Start::Day(day) => Stamp { place: Some(place.clone()), ..Stamp::day(day) },
            Start::Time(wall) => Stamp::time(wall, Some(place.clone())),
        });
        let clocks = Clocks { floating: Some(place), ..Clocks::default() };
        for line in lines {
            let wrong = |fault| RecurrenceError { line: crate::fault::clipped(line), fault };
            let property = Property::parse(0, line)
                .ok_or_else(|| wrong(Fault::Malformed(crate::fault::clipped(line))))?;
            recurrence.take(&property, &clocks).map_err(wrong)?;
        }
        Ok(recurrence)
    }

    /// The starts that lie in `range`.
    pub fn starts(&self, range: Interval) -> Starts {
        let seconds = |instant: planner_core::time::Instant| instant.unix_minutes().saturating_mul(60);
        let range = (seconds(range.start()), seconds(range.end()));
        let mut budget = Budget::new();
        let reader = self.start.place.clone().unwrap_or_else(Place::utc);
        let (begins, is_complete) = self.begins(&reader, range, &mut budget);
        let moment = |second: i64| Moment::from_unix_micros(second.saturating_mul(1_000_000));
        let start = |begin: Begin| {
            let end = begin
                .length
                .and_then(|length| length.end(begin.wall, begin.second, self.start.place(&reader)));
            SeriesStart { wall: begin.wall, at: moment(begin.second), end: end.map(moment) }
        };
        Starts { list: begins.into_values().map(start).collect(), is_complete }
    }

    /// Something that happens once.
    pub(crate) const fn single(start: Stamp) -> Self {
        Self { start, rules: Vec::new(), extra: Vec::new(), excluded: Vec::new() }
    }

    /// Whether there is more than the one start.
    pub(crate) fn repeats(&self) -> bool {
        !self.rules.is_empty() || !self.extra.is_empty()
    }

    /// Whether a rule makes it a series.
    pub(crate) fn has_rules(&self) -> bool {
        !self.rules.is_empty()
    }

    /// Takes one property in, as far as it is understood.
    pub(crate) fn take(&mut self, property: &Property, clocks: &Clocks) -> Result<(), Fault> {
        let fault = match property.name.as_str() {
            "RRULE" => match Rule::parse(&property.value, &self.start) {
                Ok(rule) => {
                    self.rules.push(rule);
                    None
                }
                Err(reason) => Some(Fault::BadRule(reason)),
            },
            "RDATE" => self.take_each("RDATE", property, clocks, Self::add),
            "EXDATE" => self.take_each("EXDATE", property, clocks, Self::exclude),
            _ => Some(Fault::ExRule),
        };
        fault.map_or(Ok(()), Err)
    }

    /// Takes each value of a list in; of those that are not understood the first is told.
    fn take_each(
        &mut self,
        name: &'static str,
        property: &Property,
        clocks: &Clocks,
        take: impl Fn(&mut Self, &str, Option<&Place>) -> Option<()>,
    ) -> Option<Fault> {
        let (place, mut fault) = clocks.place(property);
        for value in property.value.split(',').map(str::trim).filter(|value| !value.is_empty()) {
            if take(self, value, place.as_ref()).is_none() {
                fault.get_or_insert_with(|| Fault::bad(name, value));
            }
        }
        fault
    }

    fn add(&mut self, value: &str, place: Option<&Place>) -> Option<()> {
        let (start, end) = match value::period(value) {
            Some((start, end)) => (start, Some(end)),
            None => (Written::parse(value)?, None),
        };
        let mut start = Stamp::of(start, place);
        if start.is_day && !self.start.is_day {
            // A day beside times: the series' time on that day.
            start =
                Stamp::time(start.wall.date().to_datetime(self.start.wall.time()), self.start.place.clone());
        }
        let end = end.map(|end| match end {
            PeriodEnd::At(end) => End::At(Stamp::of(end, place)),
            PeriodEnd::After(duration) => End::After(duration.into()),
        });
        self.extra.push(Extra { start, end });
        Some(())
    }

    fn exclude(&mut self, value: &str, place: Option<&Place>) -> Option<()> {
        self.excluded.push(Stamp::of(Written::parse(value)?, place));
        Some(())
    }

    /// The starts in the seconds `from..to` by their seconds, and whether all are there.
    pub(crate) fn begins(
        &self,
        reader: &Place,
        (from, to): (i64, i64),
        budget: &mut Budget,
    ) -> (BTreeMap<i64, Begin>, bool) {
        budget.next_series();
        let mut begins = BTreeMap::new();
        let mut is_complete = true;
        let place = self.start.place(reader);
        let mut add = |wall: DateTime, second: Option<i64>, length: Option<Length>| {
            if let Some(second) = second.filter(|second| (from..to).contains(second)) {
                begins.insert(second, Begin { wall, second, length });
            }
        };
        for rule in &self.rules {
            let walls = rule.walls(&self.start, reader, (from, to), budget);
            is_complete &= walls.is_ok();
            walls
                .unwrap_or_else(|found| found)
                .into_iter()
                .for_each(|wall| add(wall, place.second(wall), None));
        }
        if self.rules.is_empty() {
            add(self.start.wall, place.second(self.start.wall), None);
        }
        for extra in &self.extra {
            let second = extra.start.second(reader);
            let wall = second.and_then(|second| place.wall(second)).unwrap_or(extra.start.wall);
            let length = extra.end.as_ref().and_then(|end| end.length(&extra.start, reader));
            add(wall, second, length);
        }
        if !self.excluded.is_empty() {
            let excluded = Marks::of(&self.excluded, &self.start, reader);
            begins.retain(|_, begin| !excluded.contains(begin));
        }
        (begins, is_complete)
    }

    /// The longest that an RDATE lasts, in seconds.
    pub(crate) fn longest_extra(&self, reader: &Place) -> i64 {
        let lengths = self.extra.iter().filter_map(|extra| extra.end.as_ref()?.length(&extra.start, reader));
        lengths.map(Length::most_seconds).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
