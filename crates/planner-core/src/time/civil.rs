//! Civil time: the one place that knows the IANA database.
//!
//! The database is compiled in, so that the same input gives the same answer on every machine.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan, Unit};

use super::{Instant, Interval, Moment};

/// A name that the IANA time zone database does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown IANA time zone")]
pub struct UnknownZone;

/// A zone of the IANA time zone database.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// A calendar day in some zone.
///
/// Not a moment: it has no hour, and it may last 23 or 25 hours.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDay(Date);

/// What the clock and the calendar on the wall say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalTime {
    /// The calendar day.
    pub day: LocalDay,
    /// Minutes since 00:00 on the clock face, 0..=1439.
    pub minute_of_day: u16,
}

/// Which of two instants a wall time that occurs twice stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fold {
    First,
    Second,
}

impl Zone {
    /// Coordinated universal time.
    pub const fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The zone called `name`, such as `Europe/Berlin`.
    ///
    /// # Errors
    /// [`UnknownZone`] where the database has no zone of this name.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        TimeZone::get(name).map(Self).map_err(|_| UnknownZone)
    }

    /// The zone's name in the database.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The wall clock's reading at `instant`, and the calendar's.
    pub fn local(&self, instant: Instant) -> LocalTime {
        let wall = self.0.to_datetime(timestamp(instant.moment()));
        let minute_of_day = i32::from(wall.hour()) * 60 + i32::from(wall.minute());
        LocalTime { day: LocalDay(wall.date()), minute_of_day: u16::try_from(minute_of_day).unwrap_or(0) }
    }

    /// The calendar day that `moment` falls on for someone living here.
    pub fn day_of(&self, moment: Moment) -> LocalDay {
        LocalDay(self.0.to_datetime(timestamp(moment)).date())
    }

    /// The stretch between two wall times of one day, in minutes since 00:00; `None` where nothing lies between.
    ///
    /// A wall time that occurs twice counts at its second occurrence as a start and at its first as an end, one that
    /// does not occur counts at the instant of the jump. So what is inside is inside on any reading of the clock.
    pub fn between(&self, day: LocalDay, start_minute: u16, end_minute: u16) -> Option<Interval> {
        let start = self.resolve(day, start_minute, Fold::Second);
        let end = self.resolve(day, end_minute, Fold::First);
        Interval::new(start, end)
    }

    /// The whole of a local day, midnight to midnight; `None` for a day that a zone skipped.
    pub fn whole_day(&self, day: LocalDay) -> Option<Interval> {
        let start = self.resolve(day, 0, Fold::First);
        let end = self.resolve(day.next(), 0, Fold::First);
        Interval::new(start, end)
    }

    /// The first instant of the local day after the one that `moment` falls on.
    pub fn next_midnight(&self, moment: Moment) -> Instant {
        self.resolve(self.day_of(moment).next(), 0, Fold::First)
    }

    /// The instants inside `span` at which the offset to UTC changes, in order.
    pub fn offset_changes(&self, span: Interval) -> Vec<Instant> {
        let end = timestamp(span.end().moment());
        self.0
            .following(timestamp(span.start().moment()))
            .map(|transition| transition.timestamp())
            .take_while(|at| *at < end)
            .map(|at| moment(at).floor())
            .collect()
    }

    /// An interval as people write it: `Thu 6 Mar 14:30–16:00`, with both days where it ends on another.
    pub fn spell(&self, interval: Interval) -> String {
        let (start, end) = (self.local(interval.start()), self.local(interval.end()));
        if start.day == end.day {
            format!("{start}–{:02}:{:02}", end.minute_of_day / 60, end.minute_of_day % 60)
        } else {
            format!("{start} – {end}")
        }
    }

    fn resolve(&self, day: LocalDay, minute_of_day: u16, fold: Fold) -> Instant {
        let wall = wall(day, minute_of_day);
        let at = |offset: jiff::tz::Offset| offset.to_timestamp(wall).unwrap_or(Timestamp::MAX);
        let resolved = match self.0.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => at(offset),
            AmbiguousOffset::Fold { before, after } => at(if fold == Fold::First { before } else { after }),
            // Read with the later offset the wall time lies before the jump, so the jump is the next change.
            AmbiguousOffset::Gap { before, after } => self
                .0
                .following(at(after))
                .find(|transition| transition.offset() == after)
                .map_or_else(|| at(before), |transition| transition.timestamp()),
        };
        moment(resolved).floor()
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl LocalDay {
    /// The day of this year, month (1..=12) and day of the month, or `None` where the calendar has none such.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day).ok().map(Self)
    }

    /// The year, the month (1..=12) and the day of the month.
    pub fn year_month_day(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// The following day; the last day of the year 9999 follows itself.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.tomorrow().unwrap_or(self.0))
    }

    /// The preceding day; the first representable day precedes itself.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0.yesterday().unwrap_or(self.0))
    }

    /// Its weekday in three letters, `Mon` to `Sun`.
    pub fn weekday(self) -> &'static str {
        const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        NAMES[usize::try_from(self.0.weekday().to_monday_zero_offset()).unwrap_or(0)]
    }
}

/// ISO 8601, such as `2025-03-06`.
impl fmt::Display for LocalDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for LocalDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl LocalTime {
    /// The hour on the clock face, 0..=23.
    pub const fn hour(self) -> u8 {
        (self.minute_of_day / 60 % 24) as u8
    }
}

/// As people write it, such as `Thu 6 Mar 14:30`.
impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (_, month, day) = self.day.year_month_day();
        let month = MONTHS[usize::try_from(month - 1).unwrap_or(0)];
        let (hour, minute) = (self.minute_of_day / 60, self.minute_of_day % 60);
        write!(f, "{} {day} {month} {hour:02}:{minute:02}", self.day.weekday())
    }
}

fn wall(day: LocalDay, minute_of_day: u16) -> DateTime {
    day.0
        .to_datetime(Time::midnight())
        .checked_add(i64::from(minute_of_day).minutes())
        .unwrap_or(DateTime::MAX)
}

fn timestamp(moment: Moment) -> Timestamp {
    let clamped = moment.0.clamp(Instant::MIN.moment().0, Instant::MAX.moment().0);
    Timestamp::from_microsecond(clamped).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn moment(timestamp: Timestamp) -> Moment {
    Moment(timestamp.as_microsecond())
}

pub(super) fn fmt_rfc3339(moment: Moment, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{}", timestamp(moment))
}

pub(super) fn parse_rfc3339(text: &str) -> Option<Moment> {
    // The parser below also takes other ISO 8601 forms; one spelling is enough for a file format.
    let shape = |(position, byte): (usize, u8)| match position {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        13 | 16 => byte == b':',
        19 => byte == b'.' || byte == b'Z',
        _ => byte.is_ascii_digit() || (position > 20 && byte == b'Z'),
    };
    let well_formed = text.len() >= 20 && text.ends_with('Z') && text.bytes().enumerate().all(shape);
    if !well_formed || &text[17..19] == "60" {
        return None;
    }
    let parsed: Timestamp = text.parse().ok()?;
    let parsed = parsed.round(Unit::Microsecond).ok()?;
    let parsed = moment(parsed);
    (Instant::MIN.moment() <= parsed && parsed < Instant::MAX.plus(1).moment()).then_some(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn hours(zone: &str, day: (i16, i8, i8), start: u16, end: u16) -> Option<(String, String)> {
        let day = LocalDay::new(day.0, day.1, day.2).unwrap();
        let hours = Zone::named(zone).unwrap().between(day, start, end)?;
        Some((hours.start().to_string(), hours.end().to_string()))
    }

    fn utc(start: &str, end: &str) -> (String, String) {
        (start.to_owned(), end.to_owned())
    }

    #[test]
    fn waking_hours_keep_to_the_wall_clock_when_the_offset_changes() {
        let new_york = |day| hours("America/New_York", day, 420, 1380);
        assert_eq!(new_york((2025, 3, 8)), Some(utc("2025-03-08T12:00:00Z", "2025-03-09T04:00:00Z")));
        assert_eq!(new_york((2025, 3, 9)), Some(utc("2025-03-09T11:00:00Z", "2025-03-10T03:00:00Z")));
    }

    #[test]
    fn a_wall_time_that_does_not_occur_counts_at_the_jump() {
        // Beirut jumped from 00:00 to 01:00 on 2025-03-30.
        assert_eq!(
            hours("Asia/Beirut", (2025, 3, 30), 30, 600),
            Some(utc("2025-03-29T22:00:00Z", "2025-03-30T07:00:00Z"))
        );
        // New York skips 02:00 to 03:00.
        assert_eq!(
            hours("America/New_York", (2025, 3, 9), 0, 150),
            Some(utc("2025-03-09T05:00:00Z", "2025-03-09T07:00:00Z"))
        );
    }

    #[test]
    fn a_wall_time_that_occurs_twice_ends_early_and_starts_late() {
        // New York repeats 01:00 to 02:00 on 2025-11-02, first at UTC-4.
        assert_eq!(
            hours("America/New_York", (2025, 11, 2), 0, 90),
            Some(utc("2025-11-02T04:00:00Z", "2025-11-02T05:30:00Z"))
        );
        assert_eq!(
            hours("America/New_York", (2025, 11, 2), 90, 600),
            Some(utc("2025-11-02T06:30:00Z", "2025-11-02T15:00:00Z"))
        );
    }

    #[test]
    fn a_skipped_day_holds_nothing() {
        // Samoa went from 29 to 31 December 2011.
        assert_eq!(hours("Pacific/Apia", (2011, 12, 30), 420, 1380), None);
        let zone = Zone::named("Pacific/Apia").unwrap();
        assert_eq!(zone.whole_day(LocalDay::new(2011, 12, 30).unwrap()), None);
        assert_eq!(zone.whole_day(LocalDay::new(2011, 12, 29).unwrap()).unwrap().minutes(), 24 * 60);
    }

    #[test]
    fn a_local_day_may_last_23_or_25_hours() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let length = |y, m, d| zone.whole_day(LocalDay::new(y, m, d).unwrap()).unwrap().minutes();
        assert_eq!((length(2025, 3, 30), length(2025, 10, 26), length(2025, 7, 1)), (1380, 1500, 1440));
        assert_eq!(
            zone.next_midnight("2025-10-26T12:00:07Z".parse().unwrap()),
            instant("2025-10-26T23:00:00Z")
        );
    }

    #[test]
    fn offset_changes_are_those_strictly_inside() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let span = Interval::new(instant("2025-01-01T00:00:00Z"), instant("2026-01-01T00:00:00Z")).unwrap();
        assert_eq!(
            zone.offset_changes(span),
            [instant("2025-03-30T01:00:00Z"), instant("2025-10-26T01:00:00Z")]
        );
    }

    #[test]
    fn people_read_a_weekday_and_a_date() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        assert_eq!(zone.local(instant("2025-03-06T13:30:00Z")).to_string(), "Thu 6 Mar 14:30");
        assert_eq!(zone.local(instant("2025-03-06T23:30:00Z")).hour(), 0);
        assert_eq!(Zone::named("Mars/Olympus"), Err(UnknownZone));
    }
}
