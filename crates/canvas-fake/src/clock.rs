//! What time it is, said from outside: so an hour passes in a test at a word.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// What tells the fake the time. A closure does too.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still until it is told to move. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// A clock that stands at `moment`.
    pub fn new(moment: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(moment.as_microsecond())))
    }

    /// A clock that stands at a moment such as `2026-03-02T08:00:00Z`.
    ///
    /// # Panics
    /// If that is no moment.
    pub fn at(text: &str) -> Self {
        Self::new(text.parse().unwrap_or_else(|_| panic!("{text} is no moment")))
    }

    /// Puts the clock to `moment`, which may be an earlier one.
    pub fn set(&self, moment: Timestamp) {
        self.0.store(moment.as_microsecond(), Ordering::SeqCst);
    }

    /// Puts the clock forward, or back where negative.
    pub fn advance(&self, by: SignedDuration) {
        self.set(self.now() + by);
    }

    /// Puts the clock forward by whole seconds, or back where negative.
    pub fn advance_seconds(&self, seconds: i64) {
        self.advance(SignedDuration::from_secs(seconds));
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}
