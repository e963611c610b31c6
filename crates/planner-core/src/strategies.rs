//! Random planning problems, for property tests of this crate and of programs that build on it.
//!
//! The problems are small and nasty rather than typical: odd zones in the weeks in which their clocks change, events
//! off the grid and on top of each other, short days, long rests.

use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use crate::model::{Event, EventId, Kind, Mode, Priority, Problem, Settings, Task, TaskId, TaskKind};
use crate::time::{Instant, Interval, Moment, Zone};

/// Zones with every kind of clock change: by half an hour, at midnight, by a whole day, in the other hemisphere.
const ZONES: [&str; 12] = [
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "America/Santiago",
    "Africa/Cairo",
    "America/Havana",
    "Atlantic/Azores",
    "Pacific/Apia",
    "America/St_Johns",
];

/// Days shortly before such a change, and two on which nothing happens.
const DAYS: [&str; 11] = [
    "2025-03-06T00:00:00Z",
    "2025-03-27T00:00:00Z",
    "2025-10-23T00:00:00Z",
    "2025-10-30T00:00:00Z",
    "2025-09-04T00:00:00Z",
    "2025-04-03T00:00:00Z",
    "2025-04-22T00:00:00Z",
    "2011-12-27T00:00:00Z",
    "2010-03-12T00:00:00Z",
    "2025-07-10T00:00:00Z",
    "2026-01-15T00:00:00Z",
];

/// A valid problem, mostly in demand mode.
pub fn problem() -> impl Strategy<Value = Problem> {
    (settings(), moment(), prop::bool::weighted(0.85)).prop_flat_map(|(settings, now, demand)| {
        let mode = if demand { Mode::Demand { trigger: task_id(0) } } else { Mode::Conflict };
        let events = prop_oneof![vec(event(now), 0..28), crowd(now)];
        let lists = (tasks(now), events, vec(busy(now), 0..5));
        let churn = (prop_oneof![4 => Just(0_u32), 1 => 0..6_u32], prop::option::weighted(0.3, 0..8_u32));
        (lists, churn).prop_map(move |((tasks, mut events, busy), (used_churn_today, override_churn_cap))| {
            for (index, event) in events.iter_mut().enumerate() {
                event.id = EventId(Uuid::from_u128(0xE000 + index as u128));
                event.title = format!("event {index}");
            }
            let settings = settings.clone();
            Problem { mode, now, settings, used_churn_today, override_churn_cap, tasks, events, busy }
        })
    })
}

/// Valid settings, often extreme.
pub fn settings() -> impl Strategy<Value = Settings> {
    let day = (0..=600_u16, 660..=1380_u16);
    let focus = (1..=4_u16, 2..=6_u16);
    let rest =
        prop_oneof![1 => Just(0_u16), 1 => Just(60), 3 => Just(480), 1 => Just(720), 1 => 0..=1440_u16];
    let energy = prop_oneof![2 => Just([100_u8; 24]), 1 => prop::array::uniform24(50..=150_u8)];
    let reach = (1..=14_u8, prop_oneof![3 => Just(15_u16), 1 => 0..=1440_u16], 0..=3_u8);
    let caps = (0..=5_u8, 0..=5_u8, any::<bool>());
    (prop::sample::select(&ZONES[..]), day, focus, rest, energy, reach, caps).prop_map(
        |(zone, day, (shortest, times), rest_gap_minutes, energy, (lookahead_days, lead, spill), caps)| {
            Settings {
                zone: Zone::named(zone).unwrap_or_default(),
                day_start_minute: day.0,
                day_end_minute: day.1,
                rest_gap_minutes,
                focus_min_minutes: 15 * shortest,
                focus_max_minutes: 15 * shortest * times,
                lookahead_days,
                lead_minutes: lead,
                relocation_spill_days: spill,
                allow_delete: caps.2,
                energy,
                churn_cap: caps.0,
                churn_cap_max: caps.1,
            }
        },
    )
}

fn moment() -> impl Strategy<Value = Moment> {
    (prop::sample::select(&DAYS[..]), 0..2 * 86_400_i64).prop_map(|(day, seconds)| {
        let midnight: Moment = day.parse().unwrap_or(Moment::from_unix_micros(0));
        Moment::from_unix_micros(midnight.unix_micros() + seconds * 1_000_000)
    })
}

/// Minutes after now, mostly on the quarter of an hour.
fn offset(range: std::ops::Range<i64>) -> impl Strategy<Value = i64> {
    (range, prop::bool::weighted(0.8))
        .prop_map(|(minutes, round)| if round { minutes / 15 * 15 } else { minutes })
}

fn near(now: Moment, minutes: i64) -> Instant {
    now.floor().floor_to_grid().plus(minutes)
}

fn interval(
    now: Moment,
    range: std::ops::Range<i64>,
    length: std::ops::Range<i64>,
) -> impl Strategy<Value = Interval> {
    let fallback = move || Interval::starting(now.floor(), 15);
    (offset(range), offset(length)).prop_filter_map("an interval holds a minute", move |(start, minutes)| {
        Interval::starting(near(now, start), minutes).or_else(fallback)
    })
}

fn busy(now: Moment) -> impl Strategy<Value = Interval> {
    interval(now, -600..10_000, 15..400)
}

fn event(now: Moment) -> impl Strategy<Value = Event> {
    let kind = prop_oneof![
        2 => Just(Kind::Class),
        1 => Just(Kind::Work),
        1 => Just(Kind::Sleep),
        4 => Just(Kind::Focus),
        4 => Just(Kind::Chill),
        3 => Just(Kind::LowPriority),
        1 => Just(Kind::Other),
    ];
    let task = prop_oneof![5 => Just(None), 2 => Just(Some(0)), 1 => Just(Some(1)), 1 => Just(Some(2))];
    let accepted = prop::option::weighted(0.1, 0..48 * 60_i64);
    let flags = (prop::bool::weighted(0.8), prop::bool::weighted(0.1), prop::bool::weighted(0.1));
    (interval(now, -1500..12_000, 15..240), kind, flags, task, accepted).prop_map(
        move |(interval, kind, (is_movable, protected, transparent), task, accepted)| Event {
            id: EventId(Uuid::nil()),
            title: String::new(),
            interval,
            kind,
            is_movable,
            protected,
            transparent,
            task: task.map(task_id),
            accepted_at: accepted.map(|minutes| now.plus_minutes(-minutes)),
        },
    )
}

/// Events one after the other with little between them, so that something has to yield.
fn crowd(now: Moment) -> impl Strategy<Value = Vec<Event>> {
    let gap = prop_oneof![2 => Just(0), 1 => 0..3 * 60_i64];
    vec((event(now), gap, 2..20_i64), 20..60).prop_map(move |events| {
        let mut start = near(now, -120);
        let place = |(mut event, gap, quarters): (Event, i64, i64)| {
            if let Some(interval) = Interval::starting(start.plus(gap), quarters * 15) {
                event.interval = interval;
                start = interval.end();
            }
            event
        };
        events.into_iter().map(place).collect()
    })
}

/// The trigger and two others, one of which may rank before it.
fn tasks(now: Moment) -> impl Strategy<Value = Vec<Task>> {
    let task = move |index: u128| {
        let due = prop_oneof![1 => offset(-100..60), 12 => offset(60..10_000)];
        let effort = prop_oneof![1 => 0..60_u32, 4 => 60..900_u32];
        let changed = prop::option::weighted(0.2, 0..48 * 60_i64);
        (due, effort, 0..3_i64, changed).prop_map(move |(due, effort_minutes, priority, changed)| Task {
            id: task_id(index),
            title: format!("task {index}"),
            kind: TaskKind::Exam,
            due: near(now, due),
            priority: Priority::from_thousandths(70_000 + priority * 10_000),
            effort_minutes,
            due_changed_at: changed.map(|minutes| now.plus_minutes(-minutes)),
        })
    };
    (task(0), task(1), task(2)).prop_map(|(trigger, one, other)| vec![trigger, one, other])
}

fn task_id(index: u128) -> TaskId {
    TaskId(Uuid::from_u128(0xA000 + index))
}
