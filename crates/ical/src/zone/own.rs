//! Zones that only their file knows: a VTIMEZONE says when its clock changes, and to which offset.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::{Place, shifted};
use crate::component::Component;
use crate::fault::{Fault, Warnings};
use crate::recurrence::{Budget, Recurrence};
use crate::stamp::{Clocks, Stamp};
use crate::value::{self, Written};

/// The changes of a clock, as far as calendars are planned: to the year 2100.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OwnZone {
    /// Earliest first; at least one.
    changes: Vec<Change>,
}

/// A clock that is put forward or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    /// Seconds since the Unix epoch.
    second: i64,
    /// Seconds that the clock runs ahead of UTC before, and after.
    before: i32,
    after: i32,
}

/// 2100-01-01T00:00Z.
const HORIZON: i64 = 4_102_444_800;

impl OwnZone {
    /// Reads a VTIMEZONE; `None`, with a warning, where it says nothing usable.
    pub(super) fn read(component: &Component, budget: &mut Budget, warnings: &mut Warnings) -> Option<Self> {
        let mut changes = Vec::new();
        for observance in &component.children {
            match changes_of(observance, budget) {
                Ok(of_one) => changes.extend(of_one),
                Err(fault) => warnings.add(observance.line, component.value("TZID"), fault),
            }
        }
        changes.sort_unstable();
        // What the clock showed before a change is what it was last put to, whatever the change itself says.
        for index in 1..changes.len() {
            changes[index].before = changes[index - 1].after;
        }
        if changes.is_empty() { None } else { Some(Self { changes }) }
    }

    pub(super) fn second(&self, wall: DateTime) -> Option<i64> {
        let as_utc = Place::utc().second(wall)?;
        // A wall time counts by the offset before a change until both clocks have passed it: that is the first of two
        // equal times, and the offset before the gap for one that is skipped.
        let has_passed =
            |change: &Change| as_utc >= change.second + i64::from(change.before.max(change.after));
        Some(as_utc - i64::from(self.offset_after(self.changes.partition_point(has_passed))))
    }

    pub(super) fn wall(&self, second: i64) -> Option<DateTime> {
        shifted(second, self.offset_after(self.changes.partition_point(|change| change.second <= second)))
    }

    /// The offset after so many changes.
    fn offset_after(&self, passed: usize) -> i32 {
        match passed.checked_sub(1) {
            Some(last) => self.changes[last].after,
            None => self.changes.first().map_or(0, |change| change.before),
        }
    }
}

/// The changes that a STANDARD or DAYLIGHT part describes.
fn changes_of(observance: &Component, budget: &mut Budget) -> Result<Vec<Change>, Fault> {
    let offset = |name: &'static str| {
        let value = observance.value(name).ok_or(Fault::Missing(name))?;
        value::offset(value).ok_or_else(|| Fault::bad(name, value))
    };
    let (before, after) = (offset("TZOFFSETFROM")?, offset("TZOFFSETTO")?);
    let start = observance.value("DTSTART").ok_or(Fault::Missing("DTSTART"))?;
    let written = Written::parse(start).ok_or_else(|| Fault::bad("DTSTART", start))?;
    // It is given on the clock that is about to change.
    let clock = Offset::from_seconds(before).map_err(|_| Fault::OutOfBounds)?;
    let clock = Place::Named(TimeZone::fixed(clock));
    let clocks = Clocks { floating: Some(clock.clone()), ..Clocks::default() };
    let mut recurrence = Recurrence::single(Stamp { is_day: false, ..Stamp::of(written, Some(&clock)) });
    for property in observance.all("RRULE").chain(observance.all("RDATE")) {
        recurrence.take(property, &clocks)?;
    }
    let (begins, is_complete) = recurrence.begins(&clock, (i64::MIN, HORIZON), budget);
    if !is_complete {
        return Err(Fault::Uncountable);
    }
    Ok(begins.into_keys().map(|second| Change { second, before, after }).collect())
}
