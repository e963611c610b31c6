use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use app::ports::Clock;
use planner_core::time::Moment;

/// A clock that stands still until it is told to move. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// A clock that stands at `moment`.
    pub fn new(moment: Moment) -> Self {
        Self(Arc::new(AtomicI64::new(moment.unix_micros())))
    }

    /// A clock that stands at a moment such as `2026-03-02T08:00:00Z`.
    ///
    /// # Panics
    /// If that is no moment.
    pub fn at(text: &str) -> Self {
        let moment = text.parse().unwrap_or_else(|_| panic!("{text} is no moment in UTC"));
        Self::new(moment)
    }

    /// Puts the clock to `moment`, which may be an earlier one.
    pub fn set(&self, moment: Moment) {
        self.0.store(moment.unix_micros(), Ordering::SeqCst);
    }

    /// Puts the clock forward, or back where negative.
    pub fn advance_minutes(&self, minutes: i64) {
        self.set(self.now().plus_minutes(minutes));
    }
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::from_unix_micros(self.0.load(Ordering::SeqCst))
    }
}
