//! Weeks of a few waking hours, and events to put into them.

use std::ops::RangeInclusive;

use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use crate::model::{Event, EventId, Kind, Mode, Priority, Problem, Settings, Task, TaskId, TaskKind};
use crate::time::{Instant, Interval, LocalDay, Moment, Zone};

/// Days on which a clock changes, or after which a day is skipped, and two on which nothing happens.
const DAYS: [(&str, (i16, i8, i8)); 13] = [
    ("UTC", (2026, 3, 2)),
    ("Asia/Kathmandu", (2025, 7, 10)),
    ("America/New_York", (2025, 3, 9)),
    ("America/New_York", (2025, 11, 2)),
    ("Europe/Berlin", (2025, 3, 30)),
    ("Europe/Berlin", (2025, 10, 26)),
    ("Australia/Lord_Howe", (2025, 4, 6)),
    ("Australia/Lord_Howe", (2025, 10, 5)),
    ("Asia/Beirut", (2025, 3, 30)),
    ("America/Havana", (2025, 11, 2)),
    ("America/St_Johns", (2010, 11, 7)),
    ("Atlantic/Azores", (2025, 10, 26)),
    ("Pacific/Apia", (2011, 12, 29)),
];

/// The waking hours of a few days, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Frame(Vec<Interval>);

impl Frame {
    /// The instant this many waking minutes after the first; past either end all minutes count.
    pub(super) fn at(&self, minute: i64) -> Instant {
        let mut left = minute;
        for day in &self.0 {
            if left < day.minutes() {
                return day.start().plus(left);
            }
            left -= day.minutes();
        }
        self.0[self.0.len() - 1].end().plus(left)
    }

    pub(super) fn minutes(&self) -> i64 {
        self.0.iter().map(|day| day.minutes()).sum()
    }

    fn of(settings: &Settings, first: LocalDay, days: usize) -> Self {
        let next = |day: &LocalDay| Some(day.next());
        let hours = |day| settings.zone.between(day, settings.day_start_minute, settings.day_end_minute);
        Self(std::iter::successors(Some(first), next).filter_map(hours).take(days).collect())
    }
}

/// A frame, and a problem over it that has no events yet.
pub(super) fn week(
    days: RangeInclusive<usize>,
    quarters: RangeInclusive<u16>,
) -> impl Strategy<Value = (Frame, Problem)> {
    let day = (prop::sample::select(&DAYS[..]), any::<bool>(), days);
    let hours = (prop_oneof![2 => 0..12_u16, 1 => 28..60_u16], quarters);
    let times = (prop_oneof![6 => -180..1_i64, 1 => 0..90_i64], 0..60_i64);
    let mode = prop_oneof![3 => Just(Mode::Demand { trigger: task_id(0) }), 2 => Just(Mode::Conflict)];
    (day, hours, times, mode, settings(), churn(), [task(0, 1..3), task(1, 0..3), task(2, 0..3)]).prop_map(
        |((place, day_before, days), (start, quarters), times, mode, mut settings, churn, tasks)| {
            let (zone, (year, month, day)) = place;
            settings.zone = Zone::named(zone).unwrap();
            settings.day_start_minute = start * 15;
            settings.day_end_minute = (start + quarters) * 15;
            settings.lookahead_days = settings.lookahead_days.max(u8::try_from(days).unwrap() - 1);
            settings.churn_cap = churn.0;
            let day = LocalDay::new(year, month, day).unwrap();
            let frame = Frame::of(&settings, if day_before { day.previous() } else { day }, days);
            let (earliest, seconds) = times;
            let notice = frame.at(earliest).plus(-i64::from(settings.lead_minutes)).moment();
            let now = Moment::from_unix_micros(notice.unix_micros() - seconds * 1_000_000);
            let tasks = tasks.map(|task| task.over(&frame, now)).to_vec();
            let (used_churn_today, override_churn_cap) = (churn.1, churn.2);
            let (events, busy) = (Vec::new(), Vec::new());
            (
                frame,
                Problem { mode, now, settings, used_churn_today, override_churn_cap, tasks, events, busy },
            )
        },
    )
}

/// Everything that has nothing to do with the frame.
fn settings() -> impl Strategy<Value = Settings> {
    let rest = prop_oneof![3 => Just(0_u16), 3 => Just(60), 3 => Just(480), 2 => 1..=600_u16];
    let focus = (1..=4_u16, 2..=4_u16);
    let energy = prop_oneof![1 => Just([100_u8; 24]), 2 => prop::array::uniform24(50..=150_u8)];
    let lead = prop_oneof![1 => Just(0_u16), 2 => Just(15), 1 => 0..=300_u16];
    let spill = prop_oneof![3 => Just(0_u8), 1 => Just(1)];
    (rest, focus, energy, lead, spill, 1..=2_u8, prop::bool::weighted(0.25), 0..=5_u8).prop_map(
        |(rest, (shortest, times), energy, lead, spill, lookahead_days, allow_delete, most)| Settings {
            rest_gap_minutes: rest,
            focus_min_minutes: 15 * shortest,
            focus_max_minutes: 15 * shortest * times,
            lookahead_days,
            lead_minutes: lead,
            relocation_spill_days: spill,
            allow_delete,
            energy,
            churn_cap_max: most,
            ..Settings::default()
        },
    )
}

/// The cap, what is used of it, and what it is raised to.
fn churn() -> impl Strategy<Value = (u8, u32, Option<u32>)> {
    let cap = prop_oneof![1 => 0..=1_u8, 3 => Just(2), 5 => Just(3), 4 => 4..=5_u8];
    let used = prop_oneof![8 => Just(0_u32), 1 => 1..=2_u32];
    (cap, used, prop::option::weighted(0.2, 0..=7_u32))
}

/// A task whose due time is told in thousandths of a frame.
#[derive(Clone, Debug)]
struct TaskSketch {
    task: Task,
    due: i64,
    off_grid: i64,
    due_changed_ago: Option<i64>,
}

fn task(index: u128, priority: std::ops::Range<i64>) -> impl Strategy<Value = TaskSketch> {
    let due = prop_oneof![4 => Just(1000_i64), 1 => 400..1200_i64];
    let effort = prop_oneof![1 => 1..=30_u32, 4 => 30..=240_u32];
    let due_changed_ago = prop::option::weighted(0.3, 0..30 * 60_i64);
    (due, off_grid(), effort, priority, due_changed_ago).prop_map(
        move |(due, off_grid, effort_minutes, priority, due_changed_ago)| {
            let task = Task {
                id: task_id(index),
                title: format!("task {index}"),
                kind: TaskKind::Exam,
                due: Instant::from_unix_minutes(0),
                priority: Priority::from_thousandths(70_000 + priority * 10_000),
                effort_minutes,
                due_changed_at: None,
            };
            TaskSketch { task, due, off_grid, due_changed_ago }
        },
    )
}

impl TaskSketch {
    fn over(self, frame: &Frame, now: Moment) -> Task {
        let minute = frame.minutes() * self.due / 1000;
        // The end of a day, and not the start of the next one.
        let due = frame.at(minute - 1).plus(1).ceil_to_grid().plus(self.off_grid);
        let due_changed_at = self.due_changed_ago.map(|minutes| now.plus_minutes(-minutes));
        Task { due, due_changed_at, ..self.task }
    }
}

/// An event without a place.
#[derive(Clone, Debug)]
pub(super) struct Sketch {
    pub(super) kind: Kind,
    pub(super) minutes: i64,
    /// Where it is, in thousandths of a frame.
    pub(super) position: i64,
    /// Minutes that it starts past a point of the grid.
    pub(super) off_grid: i64,
    /// Minutes between it and what comes before it; negative where it begins before that ends.
    pub(super) gap: i64,
    pub(super) is_movable: bool,
    pub(super) protected: bool,
    pub(super) transparent: bool,
    pub(super) task: Option<u128>,
    pub(super) accepted_ago: Option<i64>,
}

/// Up to six events.
pub(super) fn sketches(count: RangeInclusive<usize>) -> impl Strategy<Value = Vec<Sketch>> {
    vec(sketch(), count)
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let kind = prop_oneof![
        2 => Just(Kind::Class),
        1 => Just(Kind::Other),
        4 => Just(Kind::Focus),
        5 => Just(Kind::Chill),
        4 => Just(Kind::LowPriority),
    ];
    let minutes = prop_oneof![4 => (1..=8_i64).prop_map(|quarters| quarters * 15), 1 => 5..=120_i64];
    let gap =
        prop_oneof![6 => Just(0_i64), 2 => (1..=4_i64).prop_map(|quarters| quarters * 15), 1 => -30..=30_i64];
    let flags = (prop::bool::weighted(0.85), prop::bool::weighted(0.07), prop::bool::weighted(0.08));
    let task = prop_oneof![3 => Just(None), 1 => Just(Some(0)), 3 => (1..=2_u128).prop_map(Some)];
    let accepted_ago = prop::option::weighted(0.12, 0..30 * 60_i64);
    (kind, minutes, -100..1100_i64, off_grid(), gap, flags, task, accepted_ago).prop_map(
        |(kind, minutes, position, off_grid, gap, flags, task, accepted_ago)| {
            let (is_movable, protected, transparent) = flags;
            Sketch {
                kind,
                minutes,
                position,
                off_grid,
                gap,
                is_movable,
                protected,
                transparent,
                task,
                accepted_ago,
            }
        },
    )
}

impl Sketch {
    /// The event at `start`, which a problem has no other of the same number as.
    pub(super) fn at(&self, start: Instant, number: usize, now: Moment) -> Event {
        Event {
            id: EventId(Uuid::from_u128(0xE000 + number as u128)),
            title: format!("event {number}"),
            interval: Interval::starting(start, self.minutes).unwrap(),
            kind: self.kind,
            is_movable: self.is_movable,
            protected: self.protected,
            transparent: self.transparent,
            task: self.task.map(task_id),
            accepted_at: self.accepted_ago.map(|minutes| now.plus_minutes(-minutes)),
        }
    }
}

/// Up to three stretches of busy time: thousandths of a frame, and minutes.
pub(super) fn busy(count: RangeInclusive<usize>) -> impl Strategy<Value = Vec<(i64, i64)>> {
    vec(
        (-100..1100_i64, prop_oneof![2 => (1..=6_i64).prop_map(|quarters| quarters * 15), 1 => 1..=90_i64]),
        count,
    )
}

/// Minutes past a point of the grid, mostly none.
fn off_grid() -> impl Strategy<Value = i64> {
    prop_oneof![5 => Just(0), 1 => 1..15_i64]
}

pub(super) fn task_id(index: u128) -> TaskId {
    TaskId(Uuid::from_u128(0xA000 + index))
}
