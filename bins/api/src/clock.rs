//! The one place that asks the machine what time it is, so that tests can answer instead.

pub use app::ports::Clock;
use planner_core::time::Moment;
use time::OffsetDateTime;

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        OffsetDateTime::now_utc().into()
    }
}
