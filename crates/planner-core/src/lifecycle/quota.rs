use crate::time::Moment;

/// How often something may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How often within the window.
    pub times: u32,
    /// How long the window is, in minutes. It slides: what holds for one stretch of this length holds for every other.
    pub window_minutes: i64,
}

/// How often something was done of late, and how often it still may be.
///
/// It keeps the moments themselves. A bucket that fills up again would be smaller, but lets nearly twice as much
/// through within some windows: all that is in it, and what drips in meanwhile.
///
/// ```
/// use planner_core::lifecycle::{Limit, Quota};
/// use planner_core::time::Moment;
///
/// let limit = Limit { times: 2, window_minutes: 1 };
/// let at = |seconds: i64| Moment::from_unix_micros(seconds * 1_000_000);
/// let mut quota = Quota::new(limit, Vec::new(), at(0));
/// quota.take(at(0)).unwrap();
/// quota.take(at(30)).unwrap();
/// assert_eq!(quota.take(at(59)), Err(at(60)));
/// quota.take(at(60)).unwrap();
/// assert_eq!(quota.take(at(61)), Err(at(90)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    limit: Limit,
    /// When it was done, oldest first; no more than the limit allows.
    taken: Vec<Moment>,
}

impl Quota {
    /// What is left of `limit` at `now` where it was done at these moments.
    pub fn new(limit: Limit, taken: Vec<Moment>, now: Moment) -> Self {
        let mut quota = Self { limit, taken };
        quota.forget(now);
        quota
    }

    /// Does it once more at `now`.
    ///
    /// # Errors
    /// Where it may not be done now: the moment from which on it may.
    pub fn take(&mut self, now: Moment) -> Result<(), Moment> {
        self.forget(now);
        if self.remaining() == 0 {
            return Err(self.resets_at().unwrap_or(now));
        }
        // Clocks of several machines differ a little; the order has to hold all the same.
        let place = self.taken.partition_point(|moment| *moment <= now);
        self.taken.insert(place, now);
        Ok(())
    }

    /// How often it may.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// How often it still may.
    pub fn remaining(&self) -> u32 {
        self.limit.times.saturating_sub(u32::try_from(self.taken.len()).unwrap_or(u32::MAX))
    }

    /// When it may once more than now; `None` where nothing is used up.
    pub fn resets_at(&self) -> Option<Moment> {
        // Where the limit was lowered there are more than it allows, and the first to leave frees nothing.
        let first = self.taken.len().saturating_sub(self.limit.times as usize);
        self.taken.get(first).map(|moment| self.leaves_at(*moment))
    }

    /// The moments that count, oldest first.
    pub fn taken(&self) -> &[Moment] {
        &self.taken
    }

    fn leaves_at(&self, moment: Moment) -> Moment {
        moment.plus_minutes(self.limit.window_minutes)
    }

    fn forget(&mut self, now: Moment) {
        let window = self.limit.window_minutes;
        self.taken.retain(|moment| now < moment.plus_minutes(window));
        self.taken.sort_unstable();
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Moment {
        Moment::from_unix_micros(seconds * 1_000_000)
    }

    proptest! {
        #[test]
        fn no_window_holds_more_than_the_limit_and_none_that_is_free_is_refused(
            times in 1..12_u32, pauses in vec(0..40_i64, 1..200),
        ) {
            let limit = Limit { times, window_minutes: 1 };
            let mut quota = Quota::new(limit, Vec::new(), at(0));
            let (mut now, mut done) = (0, Vec::new());
            for pause in pauses {
                now += pause;
                let within = done.iter().filter(|moment| **moment > now - 60).count();
                let before = quota.clone();
                match quota.take(at(now)) {
                    Ok(()) => {
                        prop_assert!(within < times as usize);
                        done.push(now);
                    }
                    Err(retry_at) => {
                        prop_assert!(within >= times as usize);
                        // Never too early, and never later than needed.
                        prop_assert!(before.clone().take(Moment::from_unix_micros(retry_at.unix_micros() - 1)).is_err());
                        prop_assert!(before.clone().take(retry_at).is_ok());
                    }
                }
                prop_assert!(quota.taken().len() <= times as usize);
                // What is kept is all that is needed.
                prop_assert_eq!(&Quota::new(limit, quota.taken().to_vec(), at(now)), &quota);
            }
        }
    }

    #[test]
    fn what_is_left_is_told() {
        let limit = Limit { times: 3, window_minutes: 1 };
        let mut quota = Quota::new(limit, Vec::new(), at(0));
        assert_eq!((quota.remaining(), quota.resets_at()), (3, None));
        quota.take(at(5)).unwrap();
        quota.take(at(9)).unwrap();
        assert_eq!((quota.remaining(), quota.resets_at()), (1, Some(at(65))));
        let later = Quota::new(limit, quota.taken().to_vec(), at(65));
        assert_eq!((later.remaining(), later.resets_at()), (2, Some(at(69))));
        // Lowered, it frees nothing before enough have left.
        let lowered = Quota::new(Limit { times: 1, ..limit }, quota.taken().to_vec(), at(10));
        assert_eq!((lowered.remaining(), lowered.resets_at()), (0, Some(at(69))));
    }
}
