//! A believable fortnight of a student.

use planner_core::model::{Kind, Settings, TaskId, TaskKind};
use planner_core::time::{Instant, Interval, LocalDay, Zone};

/// Where the student lives.
pub(super) const ZONE: &str = "America/New_York";

/// The student's waking hours on the wall clock, in minutes since 00:00: later up and earlier to bed than most.
const WAKING: (u16, u16) = (8 * 60, 22 * 60);

/// The exam that is about to appear: when it is due, and what it asks for.
pub(super) const EXAM: DemoTask = DemoTask {
    title: "Linear algebra exam",
    kind: TaskKind::Exam,
    priority: 90,
    effort_minutes: 180,
    due_in_days: 4,
    due_minute: 18 * 60,
};

/// Days that the calendar covers.
const DAYS: usize = 14;

/// A task of the student.
#[derive(Clone, Copy, Debug)]
pub(super) struct DemoTask {
    /// What it is called.
    pub(super) title: &'static str,
    /// What it is.
    pub(super) kind: TaskKind,
    /// How much it matters, 0..=100.
    pub(super) priority: i64,
    /// Minutes of study that it asks for.
    pub(super) effort_minutes: u32,
    /// Days from today to the day on which it is due.
    pub(super) due_in_days: usize,
    /// The wall time at which it is due, in minutes since 00:00.
    pub(super) due_minute: u16,
}

/// The two tasks that the student has already.
pub(super) const TASKS: [DemoTask; 2] = [
    DemoTask {
        title: "Statistics problem set",
        kind: TaskKind::Assignment,
        priority: 60,
        effort_minutes: 180,
        due_in_days: 9,
        due_minute: 12 * 60,
    },
    DemoTask {
        title: "History essay",
        kind: TaskKind::Assignment,
        priority: 55,
        effort_minutes: 300,
        due_in_days: 12,
        due_minute: 18 * 60,
    },
];

/// How the student plans.
pub(super) fn settings(zone: Zone) -> Settings {
    let (day_start_minute, day_end_minute) = WAKING;
    Settings { zone, day_start_minute, day_end_minute, ..Settings::default() }
}

/// An event of the student.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DemoEvent {
    /// What it is called.
    pub(super) title: &'static str,
    /// What it is.
    pub(super) kind: Kind,
    /// When it begins.
    pub(super) start: Instant,
    /// When it is over.
    pub(super) end: Instant,
    /// Whether the planner may move it.
    pub(super) is_movable: bool,
    /// Whether it is locked.
    pub(super) protected: bool,
    /// The task that it serves.
    pub(super) task: Option<TaskId>,
}

/// Something that happens every week.
struct Weekly {
    days: &'static [&'static str],
    title: &'static str,
    kind: Kind,
    from: u16,
    to: u16,
    /// A day that is left out.
    not_on: &'static str,
    /// Which of [`TASKS`] it serves.
    task: Option<usize>,
}

const fn at(hour: u16, minute: u16) -> u16 {
    hour * 60 + minute
}

const EVERY_DAY: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

const fn weekly(
    days: &'static [&'static str],
    title: &'static str,
    kind: Kind,
    from: u16,
    to: u16,
) -> Weekly {
    Weekly { days, title, kind, from, to, not_on: "", task: None }
}

impl Weekly {
    const fn except(self, day: &'static str) -> Self {
        Self { not_on: day, ..self }
    }

    const fn serving(self, task: usize) -> Self {
        Self { task: Some(task), ..self }
    }

    fn happens_on(&self, day: LocalDay) -> bool {
        self.days.contains(&day.weekday()) && self.not_on != day.weekday()
    }
}

/// Full enough that no two hours are free in a row: to make room, something has to move.
const WEEK: &[Weekly] = &[
    weekly(&EVERY_DAY, "Lunch", Kind::Other, at(12, 30), at(13, 30)).except("Sun"),
    weekly(&EVERY_DAY, "Dinner", Kind::Other, at(18, 30), at(19, 30)),
    weekly(&["Mon", "Wed"], "Linear algebra lecture", Kind::Class, at(9, 0), at(10, 30)),
    weekly(&["Mon", "Wed"], "Statistics seminar", Kind::Class, at(11, 0), at(12, 30)),
    weekly(&["Mon"], "Writing workshop", Kind::Class, at(13, 30), at(15, 30)),
    weekly(&["Tue", "Thu"], "History of science", Kind::Class, at(9, 0), at(11, 30)),
    weekly(&["Tue"], "Statistics lab", Kind::Class, at(13, 30), at(15, 0)),
    weekly(&["Wed"], "Language course", Kind::Class, at(16, 0), at(17, 0)),
    weekly(&["Thu"], "Chemistry lab", Kind::Class, at(13, 30), at(16, 30)),
    weekly(&["Fri"], "Linear algebra exercises", Kind::Class, at(10, 0), at(12, 30)),
    weekly(&["Fri"], "Office hours", Kind::Class, at(16, 0), at(16, 30)),
    weekly(&["Tue"], "Café shift", Kind::Work, at(15, 0), at(18, 30)),
    weekly(&["Thu"], "Café shift", Kind::Work, at(19, 30), at(22, 0)),
    weekly(&["Sat"], "Library desk", Kind::Work, at(8, 0), at(12, 30)),
    weekly(&["Mon"], "Gym", Kind::Chill, at(16, 30), at(17, 30)),
    weekly(&["Wed"], "Gym", Kind::Chill, at(17, 30), at(18, 30)),
    weekly(&["Fri"], "Gym", Kind::Chill, at(17, 0), at(18, 0)),
    weekly(&["Thu"], "Swimming", Kind::Chill, at(17, 0), at(18, 0)),
    weekly(&["Mon"], "Choir", Kind::Chill, at(19, 30), at(22, 0)),
    weekly(&["Wed"], "Film club", Kind::Chill, at(19, 30), at(22, 0)),
    weekly(&["Fri"], "Friends' dinner", Kind::Chill, at(19, 30), at(22, 0)),
    weekly(&["Sat"], "Climbing", Kind::Chill, at(16, 0), at(17, 30)),
    weekly(&["Sat"], "Board games", Kind::Chill, at(19, 30), at(22, 0)),
    weekly(&["Sun"], "Band practice", Kind::Chill, at(15, 0), at(17, 30)),
    weekly(&["Tue"], "Podcast editing", Kind::LowPriority, at(20, 0), at(21, 0)),
    weekly(&["Wed"], "Groceries", Kind::LowPriority, at(14, 0), at(15, 0)),
    weekly(&["Fri"], "Club newsletter", Kind::LowPriority, at(14, 0), at(15, 0)),
    weekly(&["Sat"], "Tidy the flat", Kind::LowPriority, at(14, 0), at(15, 0)),
    weekly(&["Sun"], "Laundry", Kind::LowPriority, at(9, 0), at(10, 0)),
    weekly(&["Sun"], "Family lunch", Kind::Dnd, at(11, 0), at(14, 0)),
    weekly(&["Fri"], "Essay reading", Kind::Focus, at(8, 0), at(9, 30)).serving(1),
    weekly(&["Sun"], "Statistics problem set", Kind::Focus, at(20, 0), at(21, 30)).serving(0),
];

/// The calendar of the fourteen days from `today` on, earliest first. `tasks` are those made of [`TASKS`].
pub(super) fn events(today: LocalDay, zone: &Zone, tasks: [TaskId; 2]) -> Vec<DemoEvent> {
    let days = std::iter::successors(Some(today), |day| Some(day.next())).take(DAYS);
    let mut events: Vec<DemoEvent> = days.flat_map(|day| on_day(day, zone, tasks)).collect();
    events.sort_by_key(|event| (event.start, event.end));
    events
}

/// When a task is due, counted from `today`.
pub(super) fn due(task: &DemoTask, today: LocalDay, zone: &Zone) -> Option<Instant> {
    let mut days = std::iter::successors(Some(today), |day| Some(day.next()));
    let day = days.nth(task.due_in_days)?;
    zone.between(day, task.due_minute, task.due_minute + 1).map(Interval::start)
}

fn on_day(day: LocalDay, zone: &Zone, tasks: [TaskId; 2]) -> Vec<DemoEvent> {
    let today = WEEK.iter().filter(|weekly| weekly.happens_on(day));
    let mut events: Vec<DemoEvent> = today
        .filter_map(|weekly| {
            let interval = zone.between(day, weekly.from, weekly.to)?;
            Some(DemoEvent {
                title: weekly.title,
                kind: weekly.kind,
                start: interval.start(),
                end: interval.end(),
                is_movable: weekly.kind.may_move(),
                protected: weekly.kind == Kind::Dnd,
                task: weekly.task.map(|index| tasks[index]),
            })
        })
        .collect();
    events.extend(sleep(day, zone));
    events
}

/// The night that begins on `day`.
fn sleep(day: LocalDay, zone: &Zone) -> Option<DemoEvent> {
    let start = zone.between(day, at(23, 30), at(23, 31))?.start();
    let end = zone.between(day.next(), at(6, 59), at(7, 0))?.end();
    Some(DemoEvent {
        title: "Sleep",
        kind: Kind::Sleep,
        start,
        end,
        is_movable: false,
        protected: true,
        task: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use planner_core::model::{Action, Answer, Event, EventId, Mode, Priority, Problem, Task};
    use planner_core::time::Moment;
    use uuid::Uuid;

    const IDS: [TaskId; 2] = [TaskId(Uuid::from_u128(1)), TaskId(Uuid::from_u128(2))];
    const EXAM_ID: TaskId = TaskId(Uuid::from_u128(3));

    fn fortnight(from: Moment) -> Vec<DemoEvent> {
        let zone = Zone::named(ZONE).unwrap();
        events(zone.day_of(from), &zone, IDS)
    }

    #[test]
    fn a_fortnight_holds_every_kind_of_event_that_a_student_has() {
        let events = fortnight("2025-03-06T12:00:00Z".parse().unwrap());
        for kind in
            [Kind::Class, Kind::Work, Kind::Sleep, Kind::Chill, Kind::LowPriority, Kind::Focus, Kind::Dnd]
        {
            assert!(events.iter().any(|event| event.kind == kind), "{kind}");
        }
    }

    #[test]
    fn nothing_overlaps_even_when_the_clocks_change() {
        for start in ["2025-03-06T12:00:00Z", "2025-10-30T12:00:00Z", "2025-07-01T12:00:00Z"] {
            for pair in fortnight(start.parse().unwrap()).windows(2) {
                assert!(pair[0].end <= pair[1].start, "{pair:?}");
            }
        }
    }

    #[test]
    fn on_whatever_day_it_begins_the_exam_makes_something_move_and_finds_its_time() {
        for day in 0..7 {
            let now: Moment = "2025-07-07T15:30:00Z".parse().unwrap();
            let problem = exam_problem(now.plus_minutes(day * 1440));
            let Answer::Planned(plan) = planner_core::plan(&problem).unwrap() else { panic!("day {day}") };
            let moves = plan.changes.iter().filter(|change| matches!(change.action, Action::Move { .. }));
            assert!(moves.count() > 0, "day {day}: {:#?}", plan.changes);
            assert_eq!(plan.objective.unmet_minutes, 0, "day {day}: {:#?}", plan.changes);
        }
    }

    fn exam_problem(now: Moment) -> Problem {
        let zone = Zone::named(ZONE).unwrap();
        let today = zone.day_of(now);
        let task = |id: TaskId, task: &DemoTask| Task {
            id,
            title: task.title.to_owned(),
            kind: task.kind,
            due: due(task, today, &zone).unwrap(),
            priority: Priority::from_thousandths(task.priority * 1000),
            effort_minutes: task.effort_minutes,
            due_changed_at: None,
        };
        let event = |(index, event): (usize, DemoEvent)| Event {
            id: EventId(Uuid::from_u128(100 + index as u128)),
            title: event.title.to_owned(),
            interval: Interval::new(event.start, event.end).unwrap(),
            kind: event.kind,
            is_movable: event.is_movable,
            protected: event.protected,
            transparent: false,
            task: event.task,
            accepted_at: None,
        };
        Problem {
            mode: Mode::Demand { trigger: EXAM_ID },
            now,
            settings: settings(zone.clone()),
            used_churn_today: 0,
            override_churn_cap: None,
            tasks: vec![task(IDS[0], &TASKS[0]), task(IDS[1], &TASKS[1]), task(EXAM_ID, &EXAM)],
            events: fortnight(now).into_iter().enumerate().map(event).collect(),
            busy: Vec::new(),
        }
    }
}
