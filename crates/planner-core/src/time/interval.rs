use std::fmt;

use super::Instant;

/// A half-open stretch of time `[start, end)` of at least one minute.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    start: Instant,
    end: Instant,
}

impl Interval {
    /// The interval from `start` to `end`, or `None` where it would hold no minute.
    pub fn new(start: Instant, end: Instant) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// The interval of `minutes` that begins at `start`, or `None` where it would hold no minute.
    pub fn starting(start: Instant, minutes: i64) -> Option<Self> {
        Self::new(start, start.plus(minutes))
    }

    /// The first instant inside.
    pub const fn start(self) -> Instant {
        self.start
    }

    /// The first instant after it.
    pub const fn end(self) -> Instant {
        self.end
    }

    /// Its length in minutes, at least 1.
    pub const fn minutes(self) -> i64 {
        self.end.minutes_since(self.start)
    }

    /// Whether the two share a minute.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `inner` lies wholly inside.
    pub fn contains(self, inner: Self) -> bool {
        self.start <= inner.start && inner.end <= self.end
    }

    /// The minutes that lie between the two; 0 where they touch, `None` where they overlap.
    pub fn gap_minutes(self, other: Self) -> Option<i64> {
        if self.overlaps(other) {
            return None;
        }
        Some(self.start.minutes_since(other.end).max(other.start.minutes_since(self.end)))
    }
}

impl fmt::Debug for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {})", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(start: i64, end: i64) -> Interval {
        Interval::new(Instant::from_unix_minutes(start), Instant::from_unix_minutes(end)).unwrap()
    }

    #[test]
    fn an_interval_holds_at_least_a_minute() {
        let at = Instant::from_unix_minutes(5);
        assert_eq!(Interval::new(at, at), None);
        assert_eq!(Interval::starting(at, -3), None);
    }

    #[test]
    fn neighbours_touch_without_overlap() {
        assert!(!interval(0, 10).overlaps(interval(10, 20)));
        assert_eq!(interval(0, 10).gap_minutes(interval(10, 20)), Some(0));
        assert_eq!(interval(15, 20).gap_minutes(interval(0, 10)), Some(5));
        assert_eq!(interval(0, 10).gap_minutes(interval(9, 20)), None);
    }
}
