//! Weeks to measure on, the same in every run.

pub mod student;
pub mod tight;

use planner_core::model::{Event, EventId, Kind, Priority, Task, TaskId, TaskKind};
use planner_core::time::{Instant, Interval};
use uuid::Uuid;

/// The task that the focus in the calendar is for, of less importance than the exam. Focus that serves no task would be
/// claimed, and leave nothing to search for.
const ESSAY: TaskId = TaskId(Uuid::from_u128(2));

/// Midnight of Monday, 2 March 2026, in New York. The clocks change on the following Sunday.
const MIDNIGHT: Instant = Instant::from_unix_minutes(29_540_460);

fn exam(due: Instant, effort_minutes: i64) -> Task {
    Task {
        id: TaskId(Uuid::from_u128(1)),
        title: "Algebra".to_owned(),
        kind: TaskKind::Exam,
        due,
        priority: Priority::from_thousandths(80_000),
        effort_minutes: u32::try_from(effort_minutes).unwrap_or(0),
        due_changed_at: None,
    }
}

fn essay(due: Instant) -> Task {
    Task {
        id: ESSAY,
        title: "Essay".to_owned(),
        priority: Priority::from_thousandths(40_000),
        ..exam(due, 0)
    }
}

fn event(number: usize, title: String, interval: Interval, kind: Kind) -> Event {
    Event {
        id: EventId(Uuid::from_u128(1000 + number as u128)),
        title,
        interval,
        kind,
        is_movable: kind.may_move(),
        protected: false,
        transparent: false,
        task: (kind == Kind::Focus).then_some(ESSAY),
        accepted_at: None,
    }
}

/// A small generator of numbers that are the same on every machine (xorshift64*).
struct Random(u64);

impl Random {
    const fn seeded(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number in `0..bound`.
    fn below(&mut self, bound: i64) -> i64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        i64::try_from(mixed).unwrap_or(0) % bound
    }

    fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }
}
