use super::{Instant, Interval};

/// A set of instants, kept as sorted intervals that neither overlap nor touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spans(Vec<Interval>);

impl Spans {
    /// The union of `intervals`.
    pub(crate) fn union(intervals: impl IntoIterator<Item = Interval>) -> Self {
        let mut sorted: Vec<Interval> = intervals.into_iter().collect();
        sorted.sort_unstable();
        let mut merged: Vec<Interval> = Vec::with_capacity(sorted.len());
        for next in sorted {
            match merged.last_mut() {
                Some(last) if next.start() <= last.end() => {
                    if let Some(joined) = Interval::new(last.start(), last.end().max(next.end())) {
                        *last = joined;
                    }
                }
                _ => merged.push(next),
            }
        }
        Self(merged)
    }

    /// Whether `interval` shares a minute with the set.
    pub(crate) fn overlaps(&self, interval: Interval) -> bool {
        self.first_ending_after(interval.start()).is_some_and(|span| span.overlaps(interval))
    }

    /// The intervals, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Interval> + '_ {
        self.0.iter().copied()
    }

    /// How many minutes of `interval` the set leaves free.
    pub(crate) fn minutes_free_in(&self, interval: Interval) -> i64 {
        let index = self.0.partition_point(|span| span.end() <= interval.start());
        let inside = self.0[index..].iter().take_while(|span| span.start() < interval.end());
        let taken = inside
            .map(|span| span.end().min(interval.end()).minutes_since(span.start().max(interval.start())));
        interval.minutes() - taken.sum::<i64>()
    }

    /// What the set leaves of `interval`, in order.
    pub(crate) fn leave_of(&self, interval: Interval) -> Vec<Interval> {
        let index = self.0.partition_point(|span| span.end() <= interval.start());
        let mut left = Vec::new();
        let mut from = interval.start();
        for span in self.0[index..].iter().take_while(|span| span.start() < interval.end()) {
            left.extend(Interval::new(from, span.start()));
            from = span.end();
        }
        left.extend(Interval::new(from, interval.end()));
        left
    }

    fn first_ending_after(&self, instant: Instant) -> Option<Interval> {
        let index = self.0.partition_point(|span| span.end() <= instant);
        self.0.get(index).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(start: i64, end: i64) -> Interval {
        Interval::new(Instant::from_unix_minutes(start), Instant::from_unix_minutes(end)).unwrap()
    }

    #[test]
    fn a_union_joins_what_overlaps_or_touches() {
        let spans = Spans::union([interval(20, 30), interval(0, 5), interval(5, 7), interval(25, 26)]);
        assert_eq!(spans.0, [interval(0, 7), interval(20, 30)]);
    }

    #[test]
    fn what_is_free_in_an_interval_is_what_the_set_does_not_hold() {
        let spans = Spans::union([interval(0, 5), interval(20, 30)]);
        assert_eq!(spans.minutes_free_in(interval(3, 25)), 15);
        assert_eq!(spans.minutes_free_in(interval(21, 29)), 0);
        assert_eq!(spans.minutes_free_in(interval(40, 50)), 10);
    }

    #[test]
    fn what_is_left_of_an_interval_is_around_the_set() {
        let spans = Spans::union([interval(0, 5), interval(20, 30)]);
        assert_eq!(spans.leave_of(interval(3, 40)), [interval(5, 20), interval(30, 40)]);
        assert_eq!(spans.leave_of(interval(20, 30)), []);
        assert_eq!(spans.leave_of(interval(7, 9)), [interval(7, 9)]);
    }

    #[test]
    fn overlap_means_a_shared_minute() {
        let spans = Spans::union([interval(0, 5), interval(20, 30)]);
        assert!(!spans.overlaps(interval(5, 20)));
        assert!(spans.overlaps(interval(4, 6)));
        assert!(spans.overlaps(interval(29, 50)));
        assert!(!spans.overlaps(interval(30, 50)));
    }
}
