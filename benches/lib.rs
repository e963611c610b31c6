//! Weeks to measure on: dense as a busy student's, the same in every run.

use planner_core::model::{Event, EventId, Kind, Mode, Priority, Problem, Settings, Task, TaskId, TaskKind};
use planner_core::time::{Instant, Interval, Zone};
use uuid::Uuid;

/// Days that the events are spread over.
pub const DAYS: i64 = 14;

/// The task that all focus in the calendar is for, of less importance than the exam.
const ESSAY: TaskId = TaskId(Uuid::from_u128(2));

/// A problem with `events` events in fourteen days and an exam on the twelfth, for which six hours are to be found.
///
/// Days run from 07:00 to 23:00 in a zone with daylight saving time. What cannot be moved comes in the hours in which
/// lectures and shifts are, what can be moved in between; nights are asleep. `seed` varies the week.
pub fn problem(events: usize, seed: u64) -> Problem {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    // Midnight of Monday, 2 March 2026, in New York. The clocks change on the following Sunday.
    let midnight = Instant::from_unix_minutes(29_540_460);
    let exam = Task {
        id: TaskId(Uuid::from_u128(1)),
        title: "Algebra".to_owned(),
        kind: TaskKind::Exam,
        due: midnight.plus(11 * 1440 + 10 * 60),
        priority: Priority::from_thousandths(80_000),
        effort_minutes: 360,
        due_changed_at: None,
    };
    let essay = Task {
        id: ESSAY,
        title: "Essay".to_owned(),
        priority: Priority::from_thousandths(40_000),
        due: midnight.plus(14 * 1440),
        ..exam.clone()
    };
    Problem {
        mode: Mode::Demand { trigger: exam.id },
        now: midnight.plus(8 * 60 + 7).moment(),
        settings: Settings {
            zone: Zone::named("America/New_York").unwrap_or_default(),
            lookahead_days: 14,
            ..Settings::default()
        },
        used_churn_today: 0,
        override_churn_cap: None,
        tasks: vec![exam, essay],
        events: (0..events).map(|index| event(index, events, midnight, &mut random)).collect(),
        busy: Vec::new(),
    }
}

/// Events follow one another through the days, in slots as long as the number of events leaves.
fn event(index: usize, events: usize, midnight: Instant, random: &mut Random) -> Event {
    let per_day = events.div_ceil(usize::try_from(DAYS).unwrap_or(1));
    let day = i64::try_from(index / per_day).unwrap_or(0);
    let slot = i64::try_from(index % per_day).unwrap_or(0);
    let slot_minutes = (24 * 60 / i64::try_from(per_day).unwrap_or(1)).max(5);
    let offset = slot * slot_minutes;
    let kind = match (offset / 60, random.below(10)) {
        (0..7 | 23, _) => Kind::Sleep,
        (_, 0..4) => Kind::Class,
        (_, 4) => Kind::Work,
        (_, 5..7) => Kind::Chill,
        (_, 7) => Kind::LowPriority,
        (_, 8) => Kind::Other,
        _ => Kind::Focus,
    };
    let length = (slot_minutes * (4 + random.below(5)) / 10).max(5);
    let start = midnight.plus(day * 1440 + offset);
    Event {
        id: EventId(Uuid::from_u128(1000 + index as u128)),
        title: format!("event {index}"),
        interval: Interval::starting(start, length).unwrap_or_else(|| unreachable!("it lasts five minutes")),
        kind,
        is_movable: kind.may_move() && random.below(10) > 0,
        protected: false,
        transparent: false,
        // Focus that serves no task would be claimed, and leave nothing to search for.
        task: (kind == Kind::Focus).then_some(ESSAY),
        accepted_at: None,
    }
}

/// A small generator of numbers that are the same on every machine (xorshift64*).
struct Random(u64);

impl Random {
    /// A number in `0..bound`.
    fn below(&mut self, bound: i64) -> i64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        i64::try_from(mixed).unwrap_or(0) % bound
    }
}
