//! How much is asked of Google in a minute, of each user's and of all, kept below what it allows.
//!
//! The limit is exact: no minute, wherever it begins, holds more. Whoever cannot be served at once gets the next time
//! that is free, and nobody else gets that one.

use std::collections::VecDeque;
use std::time::Duration;

use app::identity::UserId;
use outbound::later;
use planner_core::time::Moment;

const MINUTE: Duration = Duration::from_mins(1);

/// What was asked in the last minute, and what will be next.
#[derive(Debug)]
pub(crate) struct Pace {
    per_user: u32,
    in_all: u32,
    /// In order of time.
    taken: VecDeque<Taken>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Taken {
    at: Moment,
    user: UserId,
    units: u32,
}

impl Pace {
    pub(crate) fn new(per_user: u32, in_all: u32) -> Self {
        Self { per_user, in_all, taken: VecDeque::new() }
    }

    /// Takes so many units at the first moment at which they are free, and tells how long that is from now. `Err` has
    /// the same where it is longer than `longest`; nothing is taken then.
    pub(crate) fn take(
        &mut self,
        user: UserId,
        units: u32,
        now: Moment,
        longest: Duration,
    ) -> Result<Duration, Duration> {
        self.forget_before(now);
        let of_user =
            earliest(now, self.per_user, units, self.taken.iter().filter(|taken| taken.user == user));
        let at = earliest(of_user, self.in_all, units, self.taken.iter());
        let wait = until(now, at);
        if wait > longest {
            return Err(wait);
        }
        let place = self.taken.partition_point(|taken| taken.at <= at);
        self.taken.insert(place, Taken { at, user, units });
        Ok(wait)
    }

    /// What is over for a minute no longer counts. Neither does what is far ahead: the clock was set back.
    fn forget_before(&mut self, now: Moment) {
        while self.taken.front().is_some_and(|taken| later(taken.at, MINUTE) <= now) {
            self.taken.pop_front();
        }
        if self.taken.front().is_some_and(|taken| taken.at > later(now, 2 * MINUTE)) {
            self.taken.clear();
        }
    }
}

/// The first moment at or after `from` at which so many units more keep the limit. Everything counts that is less than
/// a minute earlier, or later than that moment: what was promised to others stays theirs.
fn earliest<'a>(
    from: Moment,
    limit: u32,
    units: u32,
    taken: impl Iterator<Item = &'a Taken> + Clone,
) -> Moment {
    let taken = taken.skip_while(|taken| later(taken.at, MINUTE) <= from);
    let mut counted: u32 = taken.clone().map(|taken| taken.units).sum();
    let mut at = from;
    for taken in taken {
        // What is more than the limit is let through alone: it would wait for ever.
        if counted.saturating_add(units) <= limit || counted == 0 {
            break;
        }
        counted -= taken.units;
        at = later(taken.at, MINUTE);
    }
    at
}

/// How long it is from `now` to `moment`; nothing where that has passed.
pub(crate) fn until(now: Moment, moment: Moment) -> Duration {
    Duration::from_micros(u64::try_from(moment.micros_since(now)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const LONG: Duration = Duration::from_hours(1);

    fn user(number: u128) -> UserId {
        UserId(Uuid::from_u128(number))
    }

    fn second(number: i64) -> Moment {
        Moment::from_unix_micros(number * 1_000_000)
    }

    #[test]
    fn a_full_minute_makes_the_next_wait_until_it_is_over() {
        let mut pace = Pace::new(600, 10_000);
        for number in 0..12 {
            assert_eq!(pace.take(user(1), 50, second(number), LONG), Ok(Duration::ZERO));
        }
        assert_eq!(pace.take(user(1), 1, second(12), LONG), Ok(Duration::from_secs(48)));
        assert_eq!(pace.take(user(2), 50, second(12), LONG), Ok(Duration::ZERO), "others have their own");
        assert_eq!(pace.take(user(1), 49, second(13), LONG), Ok(Duration::from_secs(47)));
        assert_eq!(pace.take(user(1), 50, second(14), LONG), Ok(Duration::from_secs(47)));
    }

    #[test]
    fn whoever_would_wait_for_too_long_takes_nothing() {
        let mut pace = Pace::new(10, 10);
        assert_eq!(pace.take(user(1), 10, second(0), LONG), Ok(Duration::ZERO));
        assert_eq!(pace.take(user(2), 1, second(1), Duration::from_secs(9)), Err(Duration::from_secs(59)));
        assert_eq!(pace.take(user(3), 10, second(60), LONG), Ok(Duration::ZERO));
    }

    #[test]
    fn a_clock_that_is_set_back_stops_nobody() {
        let mut pace = Pace::new(10, 10);
        assert_eq!(pace.take(user(1), 10, second(100_000), LONG), Ok(Duration::ZERO));
        assert_eq!(pace.take(user(1), 10, second(0), LONG), Ok(Duration::ZERO));
    }

    proptest! {
        #[test]
        fn no_minute_holds_more_than_its_limit(
            asks in prop::collection::vec((0..3_u128, 1..=5_u32, 0..20_i64, 0..100_u64), 1..120),
        ) {
            let (per_user, in_all) = (10, 20);
            let mut pace = Pace::new(per_user, in_all);
            let mut now = second(0);
            let mut done: Vec<Taken> = Vec::new();
            for (who, units, passed, longest) in asks {
                now = later(now, Duration::from_secs(passed.unsigned_abs()));
                if let Ok(wait) = pace.take(user(who), units, now, Duration::from_secs(longest)) {
                    prop_assert!(wait <= Duration::from_secs(longest));
                    done.push(Taken { at: later(now, wait), user: user(who), units });
                }
            }
            for first in &done {
                let minute = done.iter().filter(|taken| taken.at >= first.at && taken.at < later(first.at, MINUTE));
                let minute: Vec<&Taken> = minute.collect();
                prop_assert!(minute.iter().map(|taken| taken.units).sum::<u32>() <= in_all);
                let own = minute.iter().filter(|taken| taken.user == first.user).map(|taken| taken.units);
                prop_assert!(own.sum::<u32>() <= per_user);
            }
        }
    }
}
