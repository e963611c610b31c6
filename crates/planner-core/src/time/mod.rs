//! Time as the planner sees it: whole minutes, half-open intervals, and the civil days of a zone.
//!
//! There is no `now()` here. Whoever needs the moment or the zone passes it.

mod civil;
mod interval;
mod spans;

use std::fmt;

pub use civil::{LocalDay, LocalTime, UnknownZone, Zone};
pub use interval::Interval;
pub(crate) use spans::Spans;

/// Minutes between two neighbouring points of the planning grid.
///
/// The grid is aligned to UTC; every civil offset in use is a multiple of 15 minutes, so it is aligned to the
/// user's wall clock as well.
pub const GRID_MINUTES: i64 = 15;

/// Minutes in 24 hours. Not "a day": a local day may last 23 or 25 hours.
pub const MINUTES_PER_24H: i64 = 24 * 60;

/// A point in time in whole minutes since the Unix epoch, UTC.
///
/// Everything that is planned starts and ends at an instant. What merely *happened*, down to the microsecond, is a
/// [`Moment`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// 0001-01-01T00:00Z, the earliest instant a problem may name.
    pub const MIN: Self = Self(-1_035_593_280);
    /// 9998-12-31T23:59Z, the latest instant a problem may name.
    pub const MAX: Self = Self(4_222_846_079);

    /// The instant `minutes` after the Unix epoch (before it where negative).
    pub const fn from_unix_minutes(minutes: i64) -> Self {
        Self(minutes)
    }

    /// Minutes since the Unix epoch.
    pub const fn unix_minutes(self) -> i64 {
        self.0
    }

    /// The instant `minutes` later, or earlier where negative. Saturates at the ends of the number range.
    #[must_use]
    pub const fn plus(self, minutes: i64) -> Self {
        Self(self.0.saturating_add(minutes))
    }

    /// Minutes from `earlier` to this instant; negative where `earlier` is in fact later.
    pub const fn minutes_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whether the instant is a point of the planning grid.
    pub const fn is_on_grid(self) -> bool {
        self.0.rem_euclid(GRID_MINUTES) == 0
    }

    /// The first grid point at or after this instant.
    #[must_use]
    pub const fn ceil_to_grid(self) -> Self {
        Self(ceil_to_grid(self.0))
    }

    /// The last grid point at or before this instant.
    #[must_use]
    pub const fn floor_to_grid(self) -> Self {
        Self(self.0.div_euclid(GRID_MINUTES) * GRID_MINUTES)
    }

    /// The same point as a [`Moment`].
    pub const fn moment(self) -> Moment {
        Moment(self.0.saturating_mul(Moment::MICROS_PER_MINUTE))
    }
}

/// A number of minutes as people say it: `1 h 30 min`.
pub fn spell_minutes(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// Rounds a number of minutes up to a multiple of the grid.
pub(crate) const fn ceil_to_grid(minutes: i64) -> i64 {
    -(-minutes).div_euclid(GRID_MINUTES) * GRID_MINUTES
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// RFC 3339 in UTC, such as `2025-03-06T12:15:00Z`.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        civil::fmt_rfc3339(self.moment(), f)
    }
}

/// A point in time in microseconds since the Unix epoch, UTC: when something happened.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    const MICROS_PER_MINUTE: i64 = 60_000_000;

    /// The moment `micros` microseconds after the Unix epoch.
    pub const fn from_unix_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    pub const fn unix_micros(self) -> i64 {
        self.0
    }

    /// The moment `minutes` later, or earlier where negative.
    #[must_use]
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0.saturating_add(minutes.saturating_mul(Self::MICROS_PER_MINUTE)))
    }

    /// Microseconds from `earlier` to this moment; negative where `earlier` is in fact later.
    pub const fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The last whole minute at or before this moment.
    pub const fn floor(self) -> Instant {
        Instant(self.0.div_euclid(Self::MICROS_PER_MINUTE))
    }

    /// The first whole minute at or after this moment.
    pub const fn ceil(self) -> Instant {
        Instant(-(-self.0).div_euclid(Self::MICROS_PER_MINUTE))
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// RFC 3339 in UTC, with as many decimals of a second as are needed.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        civil::fmt_rfc3339(*self, f)
    }
}

/// A text that is no RFC 3339 instant in UTC.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseTimeError {
    /// Not a date and time such as `2025-03-06T12:15:00Z`.
    #[error("not an RFC 3339 instant in UTC such as 2025-03-06T12:15:00Z")]
    Malformed,
    /// Seconds where only whole minutes are allowed.
    #[error("not a whole minute")]
    NotAWholeMinute,
}

impl std::str::FromStr for Moment {
    type Err = ParseTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        civil::parse_rfc3339(text).ok_or(ParseTimeError::Malformed)
    }
}

impl std::str::FromStr for Instant {
    type Err = ParseTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let moment: Moment = text.parse()?;
        let instant = moment.floor();
        if instant.moment() == moment { Ok(instant) } else { Err(ParseTimeError::NotAWholeMinute) }
    }
}

#[cfg(feature = "time")]
mod offset_date_time {
    use super::{Instant, Moment};
    use time::OffsetDateTime;

    impl From<OffsetDateTime> for Moment {
        /// Drops what is finer than a microsecond.
        fn from(value: OffsetDateTime) -> Self {
            let micros = value.unix_timestamp_nanos().div_euclid(1000);
            Self(i64::try_from(micros).unwrap_or(if micros < 0 { i64::MIN } else { i64::MAX }))
        }
    }

    impl From<Moment> for OffsetDateTime {
        /// Saturates at the years 0001 and 9999.
        fn from(value: Moment) -> Self {
            let clamped = value.0.clamp(Instant::MIN.moment().0, Instant::MAX.moment().0);
            Self::from_unix_timestamp_nanos(i128::from(clamped) * 1000).unwrap_or(Self::UNIX_EPOCH)
        }
    }

    impl From<Instant> for OffsetDateTime {
        fn from(value: Instant) -> Self {
            value.moment().into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_the_years_1_and_9998() {
        assert_eq!(Instant::MIN.to_string(), "0001-01-01T00:00:00Z");
        assert_eq!(Instant::MAX.to_string(), "9998-12-31T23:59:00Z");
    }

    #[test]
    fn text_round_trips_and_refuses_what_is_not_utc() {
        for text in ["2025-03-06T12:15:00Z", "1969-12-31T23:59:00Z"] {
            assert_eq!(text.parse::<Instant>().unwrap().to_string(), text);
        }
        let moment = "2025-03-06T12:15:30.25Z";
        assert_eq!(moment.parse::<Moment>().unwrap().to_string(), moment);
        assert_eq!(moment.parse::<Instant>(), Err(ParseTimeError::NotAWholeMinute));
        for wrong in [
            "",
            "2025-03-06",
            "2025-03-06T12:15:00",
            "2025-03-06T12:15:00+01:00",
            "2025-03-06T12:99:00Z",
            "x",
        ] {
            assert_eq!(wrong.parse::<Moment>(), Err(ParseTimeError::Malformed), "{wrong}");
        }
    }

    #[test]
    fn rounding_to_the_grid_holds_before_the_epoch_too() {
        let at = |minutes| Instant::from_unix_minutes(minutes);
        assert_eq!(at(-1).ceil_to_grid(), at(0));
        assert_eq!(at(-16).ceil_to_grid(), at(-15));
        assert_eq!(at(-1).floor_to_grid(), at(-15));
        assert_eq!(at(16).ceil_to_grid(), at(30));
        assert_eq!(at(30).ceil_to_grid(), at(30));
        assert_eq!(Moment::from_unix_micros(1).ceil(), at(1));
        assert_eq!(Moment::from_unix_micros(-1).floor(), at(-1));
    }
}
