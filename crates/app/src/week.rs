//! From rows to planning problems.

use planner_core::model::{Event, EventId, Mode, Problem, Settings, Task, TaskId};
use planner_core::slack;
use planner_core::time::{Instant, Interval, MINUTES_PER_24H, Moment};

use crate::ports::{StoreError, TaskRecord, Unit, UnknownCalendar, UserSettings, WeekRows, WeekSpan};

/// Minutes that rest may ask for at most: what lies further from the window cannot matter.
const MOST_REST_MINUTES: i64 = MINUTES_PER_24H;

/// What a request asks to be planned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) lookahead_days: Option<u8>,
    pub(crate) override_churn_cap: Option<u32>,
}

/// Loads everything that may matter to a proposal for `task`, or where there is none to one that resolves conflicts, and makes
/// a problem of it.
///
/// `None` where the task has no due time. `also` are loaded wherever they are.
pub(crate) async fn load(
    unit: &mut dyn Unit,
    asked: Asked,
    task: Option<&TaskRecord>,
    settings: &UserSettings,
    used_churn_today: u32,
    also: Vec<EventId>,
    now: Moment,
) -> Result<Option<(Problem, WeekRows)>, StoreError> {
    let planning = Settings {
        lookahead_days: asked.lookahead_days.unwrap_or(settings.planning.lookahead_days),
        ..settings.planning.clone()
    };
    let lookahead = i64::from(planning.lookahead_days) * MINUTES_PER_24H;
    let spill = i64::from(planning.relocation_spill_days) * MINUTES_PER_24H;
    let task = match task {
        None => None,
        Some(task) => match due(task) {
            None => return Ok(None),
            Some(due) => Some((task, due)),
        },
    };
    let (first, last) = match task {
        Some((_, due)) => (due.plus(-lookahead).max(now.floor()), due),
        None => (now.floor(), now.ceil().plus(i64::from(planning.lead_minutes) + lookahead)),
    };
    // A due time in the past or a moment ahead leaves no stretch; the trigger's own blocks are loaded all the same.
    let from = first.plus(-MOST_REST_MINUTES);
    let to = last.plus(spill).max(from.plus(1)).plus(MOST_REST_MINUTES);
    let Some(span) = Interval::new(from, to) else { return Ok(None) };
    let rows = unit.week(&week_span(span, task.map(|(task, _)| task.id), also, now)).await?;
    let problem = Problem {
        used_churn_today,
        override_churn_cap: asked.override_churn_cap,
        ..match task {
            Some((task, due)) => problem(task, due, planning, &rows, now),
            None => conflicts(planning, &rows, now),
        }
    };
    Ok(Some((problem, rows)))
}

/// Loads everything up to the due time of `task`, as far ahead as its slack is counted, and makes a problem of it.
///
/// `None` where the task has no due time.
pub(crate) async fn load_until_due(
    unit: &mut dyn Unit,
    task: &TaskRecord,
    settings: &Settings,
    now: Moment,
) -> Result<Option<Problem>, StoreError> {
    let Some(due) = due(task) else { return Ok(None) };
    let horizon = now.floor().plus(slack::HORIZON_DAYS * MINUTES_PER_24H);
    let from = now.floor().plus(-MOST_REST_MINUTES);
    let to = due.min(horizon).max(now.floor()).plus(MOST_REST_MINUTES);
    let Some(span) = Interval::new(from, to) else { return Ok(None) };
    let rows = unit.week(&week_span(span, Some(task.id), Vec::new(), now)).await?;
    Ok(Some(problem(task, due, settings.clone(), &rows, now)))
}

/// What surrounds a stretch of time.
#[derive(Default)]
pub(crate) struct Around {
    pub(crate) events: Vec<Event>,
    /// When other calendars are busy.
    pub(crate) busy: Vec<Interval>,
    /// Those of which that is not known.
    pub(crate) unknown: Vec<UnknownCalendar>,
}

/// Every event that lies in `span` or within a rest of it, and when other calendars are busy.
pub(crate) async fn load_around(
    unit: &mut dyn Unit,
    span: Interval,
    now: Moment,
) -> Result<Around, StoreError> {
    let (from, to) = (span.start().plus(-MOST_REST_MINUTES), span.end().plus(MOST_REST_MINUTES));
    let Some(span) = Interval::new(from, to) else { return Ok(Around::default()) };
    let rows = unit.week(&week_span(span, None, Vec::new(), now)).await?;
    Ok(Around { events: events(&rows), busy: rows.busy, unknown: rows.unknown })
}

fn due(task: &TaskRecord) -> Option<Instant> {
    task.fields.due_ts.map(|due| Moment::from(due).floor())
}

fn week_span(span: Interval, trigger: Option<TaskId>, also: Vec<EventId>, now: Moment) -> WeekSpan {
    WeekSpan { span, trigger, also, accepted_after: now.plus_minutes(-MINUTES_PER_24H) }
}

fn events(rows: &WeekRows) -> Vec<Event> {
    rows.events.iter().map(|(event, _)| event.clone()).collect()
}

/// The problem of making room for `task`, on a day on which nothing was changed yet.
fn problem(task: &TaskRecord, due: Instant, settings: Settings, rows: &WeekRows, now: Moment) -> Problem {
    let mut tasks = rows.tasks.clone();
    if !tasks.iter().any(|known| known.id == task.id) {
        tasks.push(Task {
            id: task.id,
            title: task.fields.title.clone(),
            kind: task.fields.kind,
            due,
            priority: task.fields.priority,
            effort_minutes: task.fields.effort_minutes,
            due_changed_at: task.due_changed_at.map(Moment::from),
        });
    }
    Problem { mode: Mode::Demand { trigger: task.id }, tasks, ..conflicts(settings, rows, now) }
}

/// The problem of resolving conflicts, on a day on which nothing was changed yet.
fn conflicts(settings: Settings, rows: &WeekRows, now: Moment) -> Problem {
    Problem {
        mode: Mode::Conflict,
        now,
        settings,
        used_churn_today: 0,
        override_churn_cap: None,
        tasks: rows.tasks.clone(),
        events: events(rows),
        busy: rows.busy.clone(),
    }
}
