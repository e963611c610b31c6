//! Where an instant stands on the clock face of its day.

use crate::time::{Instant, Interval, LocalDay, Zone};

/// Seconds of a clock face from midnight to midnight.
pub(super) const SECONDS_PER_CLOCK: i32 = 24 * 3600;

/// A stretch of the clock face, in seconds since 00:00; it holds at least a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stretch {
    pub(super) from: i32,
    pub(super) to: i32,
}

impl Stretch {
    /// From `from` to `to`, held on the clock face.
    pub(super) fn new(from: i32, to: i32) -> Self {
        let from = from.clamp(0, SECONDS_PER_CLOCK - 1);
        Self { from, to: to.clamp(from + 1, SECONDS_PER_CLOCK) }
    }

    pub(super) const fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }
}

/// The clock of one local day: never back in time, though the clock on the wall may go back.
///
/// An hour that occurs twice is passed at half the speed, so that both passes are there, one after the other, and all
/// other hours are where they always are. An hour that does not occur is jumped over.
pub(super) struct Clock {
    pub(super) date: LocalDay,
    /// The whole day, midnight to midnight.
    pub(super) day: Interval,
    /// Stretches of the clock face that occur twice or not at all.
    pub(super) oddities: Vec<Oddity>,
    /// Between two of these the clock goes evenly.
    knots: Vec<(Instant, i32)>,
}

/// What a change of the clock does to the clock face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Oddity {
    /// The clock jumps over this.
    Missing(Stretch),
    /// The clock goes back to the start of this when it first comes to the end.
    Twice(Stretch),
}

impl Clock {
    /// The clock of `day`; `None` for a day that the zone skipped.
    pub(super) fn of(zone: &Zone, day: LocalDay) -> Option<Self> {
        let whole = zone.whole_day(day)?;
        let face = Face { zone, day };
        let mut clock = Self {
            date: day,
            day: whole,
            oddities: Vec::new(),
            knots: vec![(whole.start(), face.at(whole.start()))],
        };
        for change in zone.offset_changes(whole) {
            clock.change(change, face.just_before(change), face.at(change));
        }
        clock.turn(whole.end(), face.just_before(whole.end()));
        let start = clock.knots.first().map_or(0, |(_, seconds)| *seconds);
        if start > 0 {
            clock.oddities.push(Oddity::Missing(Stretch::new(0, start)));
        }
        Some(clock)
    }

    /// The stretch that the part of `interval` on this day takes, if there is one.
    pub(super) fn stretch(&self, interval: Interval) -> Option<Stretch> {
        let part = Interval::new(interval.start().max(self.day.start()), interval.end().min(self.day.end()))?;
        Some(Stretch::new(self.starting_at(part.start()), self.ending_at(part.end())))
    }

    /// Where something that starts at `instant` starts.
    pub(super) fn starting_at(&self, instant: Instant) -> i32 {
        let after = self.knots.partition_point(|(at, _)| *at <= instant);
        self.between(instant, after.saturating_sub(1), after)
    }

    /// Where something that ends at `instant` ends; before a jump, where that starts after it.
    pub(super) fn ending_at(&self, instant: Instant) -> i32 {
        let after = self.knots.partition_point(|(at, _)| *at < instant);
        self.between(instant, after.saturating_sub(1), after)
    }

    fn between(&self, instant: Instant, before: usize, after: usize) -> i32 {
        let last = self.knots.len() - 1;
        let ((from, at_from), (to, at_to)) = (self.knots[before.min(last)], self.knots[after.min(last)]);
        let (passed, whole) = (instant.minutes_since(from), to.minutes_since(from));
        if whole <= 0 {
            return at_to;
        }
        let way = i64::from(at_to - at_from) * passed.clamp(0, whole) / whole;
        at_from + i32::try_from(way).unwrap_or(0)
    }

    fn change(&mut self, change: Instant, before: i32, after: i32) {
        if before == after {
            return;
        }
        if before < after {
            self.turn(change, before);
            self.turn(change, after);
            self.oddities.push(Oddity::Missing(Stretch::new(before, after)));
        } else {
            let minutes = i64::from((before - after) / 60);
            self.turn(change.plus(-minutes).max(self.day.start()), after);
            self.turn(change.plus(minutes).min(self.day.end()), before);
            self.oddities.push(Oddity::Twice(Stretch::new(after, before)));
        }
    }

    /// Another knot, never before or below the last.
    fn turn(&mut self, at: Instant, seconds: i32) {
        let (last_at, last) = self.knots.last().copied().unwrap_or((at, 0));
        self.knots.push((at.max(last_at), seconds.clamp(last, SECONDS_PER_CLOCK)));
    }
}

/// The wall clock as it is read on one day, even where it shows another.
struct Face<'z> {
    zone: &'z Zone,
    day: LocalDay,
}

impl Face<'_> {
    /// Seconds since 00:00 of the day; at its edges where the wall shows another day.
    fn at(&self, instant: Instant) -> i32 {
        let local = self.zone.local(instant);
        match local.day.cmp(&self.day) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Equal => i32::from(local.minute_of_day) * 60,
            std::cmp::Ordering::Greater => SECONDS_PER_CLOCK,
        }
    }

    /// What the clock is about to show when a change makes it show something else.
    fn just_before(&self, change: Instant) -> i32 {
        let before = change.plus(-1);
        let passed = if self.zone.local(before).day < self.day { 0 } else { 60 };
        self.at(before) + passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(zone: &str, day: (i16, i8, i8)) -> Clock {
        Clock::of(&Zone::named(zone).unwrap(), LocalDay::new(day.0, day.1, day.2).unwrap()).unwrap()
    }

    fn hours(clock: &Clock, start: &str, end: &str) -> (f64, f64) {
        let interval = Interval::new(start.parse().unwrap(), end.parse().unwrap()).unwrap();
        let stretch = clock.stretch(interval).unwrap();
        (f64::from(stretch.from) / 3600.0, f64::from(stretch.to) / 3600.0)
    }

    fn is_close((one, other): (f64, f64), expected: (f64, f64)) -> bool {
        (one - expected.0).abs() < 0.001 && (other - expected.1).abs() < 0.001
    }

    #[test]
    fn an_ordinary_day_runs_from_midnight_to_midnight() {
        let day = clock("Asia/Kathmandu", (2025, 3, 6));
        assert!(is_close(hours(&day, "2025-03-05T18:15:00Z", "2025-03-06T18:15:00Z"), (0.0, 24.0)));
        assert!(is_close(hours(&day, "2025-03-01T00:00:00Z", "2025-03-06T00:15:00Z"), (0.0, 6.0)));
        assert!(day.oddities.is_empty());
    }

    #[test]
    fn an_hour_that_does_not_occur_is_jumped_over() {
        // Berlin jumps from 02:00 to 03:00 at 01:00Z.
        let day = clock("Europe/Berlin", (2025, 3, 30));
        assert!(is_close(hours(&day, "2025-03-30T00:30:00Z", "2025-03-30T01:00:00Z"), (1.5, 2.0)));
        assert!(is_close(hours(&day, "2025-03-30T01:00:00Z", "2025-03-30T02:00:00Z"), (3.0, 4.0)));
        assert!(is_close(hours(&day, "2025-03-30T00:30:00Z", "2025-03-30T01:30:00Z"), (1.5, 3.5)));
        assert_eq!(day.oddities, [Oddity::Missing(Stretch::new(2 * 3600, 3 * 3600))]);
    }

    #[test]
    fn an_hour_that_occurs_twice_holds_both_passes_in_order() {
        // Berlin goes back from 03:00 to 02:00 at 01:00Z.
        let day = clock("Europe/Berlin", (2025, 10, 26));
        assert!(is_close(hours(&day, "2025-10-26T00:00:00Z", "2025-10-26T01:00:00Z"), (2.0, 2.5)));
        assert!(is_close(hours(&day, "2025-10-26T01:00:00Z", "2025-10-26T02:00:00Z"), (2.5, 3.0)));
        assert!(is_close(hours(&day, "2025-10-26T02:00:00Z", "2025-10-26T23:00:00Z"), (3.0, 24.0)));
        assert_eq!(day.oddities, [Oddity::Twice(Stretch::new(2 * 3600, 3 * 3600))]);
    }

    #[test]
    fn a_day_that_begins_with_a_jump_lacks_its_first_hour() {
        let day = clock("Asia/Beirut", (2025, 3, 30));
        assert!(is_close(hours(&day, "2025-03-29T22:00:00Z", "2025-03-30T21:00:00Z"), (1.0, 24.0)));
        assert_eq!(day.oddities, [Oddity::Missing(Stretch::new(0, 3600))]);
    }

    #[test]
    fn the_clock_of_a_day_never_goes_back() {
        for (zone, day) in [
            ("America/St_Johns", (2010, 11, 7)),
            ("America/St_Johns", (2010, 11, 6)),
            ("America/St_Johns", (2010, 3, 14)),
            ("Australia/Lord_Howe", (2025, 4, 6)),
            ("Africa/Cairo", (2025, 10, 30)),
            ("Asia/Beirut", (2025, 10, 25)),
            ("America/Havana", (2025, 11, 2)),
            ("America/Santiago", (2025, 4, 5)),
            ("Atlantic/Azores", (2025, 10, 26)),
        ] {
            let clock = clock(zone, day);
            let mut last = 0;
            for minute in 0..=clock.day.minutes() {
                let at = clock.day.start().plus(minute);
                assert!(
                    last <= clock.ending_at(at) && clock.ending_at(at) <= clock.starting_at(at),
                    "{zone} {at}"
                );
                last = clock.starting_at(at);
            }
            assert_eq!(last, SECONDS_PER_CLOCK, "{zone}");
        }
    }
}
