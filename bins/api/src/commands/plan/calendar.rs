//! From calendars to a planning problem. Pure: the files are read, and the moment is known.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use ical::{Busy, Calendar, Occurrence, Status};
use planner_core::model::{Event, EventId, Mode, Priority, Problem, Task, TaskId, TaskKind};
use planner_core::time::{Instant, Interval, MINUTES_PER_24H};
use uuid::Uuid;

use super::flags::Request;
use super::kinds;

/// A calendar and the file that it was read from.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) calendar: Calendar,
}

/// The problem of making room in these calendars; what could not be read of them is noted.
pub(super) fn problem(request: &Request, sources: &[Source], notes: &mut Vec<String>) -> Problem {
    let task = task(request);
    let mut events = BTreeMap::new();
    if let Some(stretch) = stretch_that_matters(request) {
        for (number, source) in sources.iter().enumerate() {
            let read = source.calendar.occurrences(stretch, &request.settings.zone);
            notes.extend(read.warnings.iter().map(|warning| format!("{}: {warning}", source.name)));
            for occurrence in read.list.iter().filter(|occurrence| takes_place(occurrence)) {
                add(&mut events, event(occurrence, request), number);
            }
        }
    }
    Problem {
        mode: Mode::Demand { trigger: task.id },
        now: request.now,
        settings: request.settings.clone(),
        used_churn_today: 0,
        override_churn_cap: None,
        tasks: vec![task],
        events: events.into_values().collect(),
        busy: Vec::new(),
    }
}

/// Names what has no name of its own, so that the same calendar always makes the same problem.
const NAMESPACE: Uuid = Uuid::from_u128(0x5b0e_93f6_1d0a_4c8e_a7f2_6c1b_84d3_e905);

fn task(request: &Request) -> Task {
    let name = format!("exam\n{}\n{}", request.exam, request.due);
    Task {
        id: TaskId(Uuid::new_v5(&NAMESPACE, name.as_bytes())),
        title: request.exam.clone(),
        kind: TaskKind::Exam,
        due: request.due,
        // It is the only task, so any would do: this is what sets off a proposal in the app.
        priority: Priority::from_thousandths(80_000),
        effort_minutes: request.effort_minutes,
        due_changed_at: None,
    }
}

/// The window with a rest on both sides: what lies farther off decides nothing.
fn stretch_that_matters(request: &Request) -> Option<Interval> {
    let settings = &request.settings;
    let (rest, days) = (i64::from(settings.rest_gap_minutes), |days: u8| i64::from(days) * MINUTES_PER_24H);
    let start = request.due.plus(-days(settings.lookahead_days)).max(request.now.floor());
    let end = request.due.plus(days(settings.relocation_spill_days));
    Interval::new(start.plus(-rest).max(Instant::MIN), end.plus(rest).min(Instant::MAX))
}

/// A tentative event may take place, so its time is kept.
fn takes_place(occurrence: &Occurrence) -> bool {
    occurrence.status != Status::Cancelled && !occurrence.declined
}

fn event(occurrence: &Occurrence, request: &Request) -> Event {
    let kind = kinds::kind(occurrence, &request.flexible);
    let name = match &occurrence.recurrence_id {
        Some(id) => format!("{}\n{id}", occurrence.uid),
        None => occurrence.uid.clone(),
    };
    Event {
        id: EventId(Uuid::new_v5(&NAMESPACE, name.as_bytes())),
        title: occurrence.title.clone(),
        interval: occurrence.interval,
        kind,
        is_movable: kind.may_move() && !occurrence.all_day,
        protected: false,
        transparent: is_transparent(occurrence),
        task: None,
        accepted_at: None,
    }
}

/// Whether something else may happen meanwhile.
///
/// A whole day in a calendar is mostly a remark on it: a holiday, a birthday, a deadline. Google and Apple call them
/// opaque all the same, so one takes the day only where it is said to be busy or away.
fn is_transparent(occurrence: &Occurrence) -> bool {
    if occurrence.all_day {
        return !matches!(occurrence.busy, Some(Busy::Busy | Busy::OutOfOffice));
    }
    occurrence.transparent || occurrence.busy == Some(Busy::Free)
}

/// Adds an event. One that is in two calendars at the same time is there once; where the times differ, both are.
fn add(events: &mut BTreeMap<EventId, Event>, mut event: Event, calendar: usize) {
    match events.entry(event.id) {
        Entry::Vacant(place) => {
            place.insert(event);
        }
        Entry::Occupied(there) if there.get().interval == event.interval => {}
        Entry::Occupied(_) => {
            let name = format!("{}\n{calendar}\n{:?}", event.id, event.interval);
            event.id = EventId(Uuid::new_v5(&NAMESPACE, name.as_bytes()));
            events.insert(event.id, event);
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
