//! Where a wall clock hangs: zones by the names that calendar programs give them.

mod own;
mod windows;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use planner_core::time::Zone;

use self::own::OwnZone;
use crate::component::Component;
use crate::fault::{Fault, Warnings, clipped};
use crate::recurrence::Budget;

/// A wall clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// One of the IANA database.
    Named(TimeZone),
    /// One that only the file knows.
    Own(Arc<OwnZone>),
}

impl Place {
    /// Coordinated universal time.
    pub(crate) const fn utc() -> Self {
        Self::Named(TimeZone::UTC)
    }

    /// The place where `zone` holds.
    pub(crate) fn of(zone: &Zone) -> Self {
        Self::Named(TimeZone::get(zone.name()).unwrap_or(TimeZone::UTC))
    }

    /// The place that a name in a calendar stands for, where the name alone tells it.
    ///
    /// That is a name of the IANA database, the name that Windows has for a zone, or an IANA name with the prefix of
    /// a program: `/mozilla.org/20050126_1/Europe/Berlin`.
    pub(crate) fn called(tzid: &str) -> Option<Self> {
        let tzid = tzid.trim().trim_matches('"');
        let iana = |name: &str| if name.is_empty() { None } else { TimeZone::get(name).ok() };
        let zone = iana(tzid)
            .or_else(|| windows::iana_name(tzid).and_then(iana))
            .or_else(|| ends_of_path(tzid).into_iter().find_map(iana))?;
        Some(Self::Named(zone))
    }

    /// The second since the Unix epoch at which the wall clock shows `wall`; `None` outside of the years it knows.
    ///
    /// Of a time that the clock shows twice the first counts; one that it skips counts by the offset before the gap.
    /// RFC 5545 asks for this in section 3.3.5.
    pub(crate) fn second(&self, wall: DateTime) -> Option<i64> {
        match self {
            Self::Named(zone) => {
                zone.to_ambiguous_timestamp(wall).compatible().ok().map(Timestamp::as_second)
            }
            Self::Own(zone) => zone.second(wall),
        }
    }

    /// What the wall clock shows at a second since the Unix epoch.
    pub(crate) fn wall(&self, second: i64) -> Option<DateTime> {
        match self {
            Self::Named(zone) => Some(zone.to_datetime(Timestamp::from_second(second).ok()?)),
            Self::Own(zone) => zone.wall(second),
        }
    }

    /// The zone of the IANA database, if it is one.
    pub(crate) fn zone(&self) -> Option<Zone> {
        match self {
            Self::Named(zone) => zone.iana_name().and_then(|name| Zone::named(name).ok()),
            Self::Own(_) => None,
        }
    }
}

/// The zones of one calendar.
#[derive(Clone, Debug, Default)]
pub(crate) struct Zones {
    /// Those that the calendar defines and whose name alone does not tell where they are.
    defined: BTreeMap<String, Place>,
}

impl Zones {
    /// Reads the zones that a calendar defines.
    pub(crate) fn of(calendar: &Component, budget: &mut Budget, warnings: &mut Warnings) -> Self {
        let mut defined = BTreeMap::new();
        for component in calendar.children.iter().filter(|child| child.name == "VTIMEZONE") {
            let Some(tzid) = component.value("TZID") else {
                warnings.add(component.line, None, Fault::Missing("TZID"));
                continue;
            };
            if Place::called(tzid).is_some() {
                continue;
            }
            let by_location = component.value("X-LIC-LOCATION").and_then(Place::called);
            let place = by_location.or_else(|| {
                OwnZone::read(component, budget, warnings).map(|zone| Place::Own(Arc::new(zone)))
            });
            if let Some(place) = place {
                defined.insert(key(tzid), place);
            }
        }
        Self { defined }
    }

    /// The place that a TZID stands for.
    pub(crate) fn place(&self, tzid: &str) -> Result<Place, Fault> {
        let place = Place::called(tzid).or_else(|| self.defined.get(&key(tzid)).cloned());
        place.ok_or_else(|| Fault::UnknownZone(clipped(tzid.trim())))
    }
}

/// A TZID in the form in which it is looked up.
fn key(tzid: &str) -> String {
    tzid.trim().trim_matches('"').to_lowercase()
}

/// What a path ends in, three, two and one name long: a zone such as `America/Argentina/Ushuaia` has up to three.
fn ends_of_path(path: &str) -> Vec<&str> {
    let slashes: Vec<usize> = path.match_indices('/').map(|(index, _)| index).collect();
    let after = |count: usize| slashes.len().checked_sub(count).map(|index| &path[slashes[index] + 1..]);
    // A name that is no path has been looked up as it is; `UTC` at the end of a path is a zone as well.
    [3, 2, 1].into_iter().filter_map(after).collect()
}

/// What a clock shows that runs `offset` seconds ahead of UTC, at a second since the Unix epoch.
fn shifted(second: i64, offset: i32) -> Option<DateTime> {
    let at = Timestamp::from_second(second.checked_add(i64::from(offset))?).ok()?;
    Some(TimeZone::UTC.to_datetime(at))
}

/// The wall time so many days and seconds later, or earlier where negative.
pub(crate) fn later(wall: DateTime, days: i64, seconds: i64) -> Option<DateTime> {
    let days = Span::new().try_days(days).ok()?;
    wall.checked_add(days).ok()?.checked_add(SignedDuration::from_secs(seconds)).ok()
}

#[cfg(test)]
mod tests;
