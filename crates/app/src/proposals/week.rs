use planner_core::model::{EventId, Mode, Problem, Settings, Task, TaskId};
use planner_core::time::{Interval, MINUTES_PER_24H, Moment};

use crate::ports::{StoreError, TaskRecord, Unit, UserSettings, WeekRows, WeekSpan};

/// Minutes that rest may ask for at most: what lies further from the window cannot matter.
const MOST_REST_MINUTES: i64 = MINUTES_PER_24H;

/// What a request asks to be planned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) trigger: TaskId,
    pub(super) lookahead_days: Option<u8>,
    pub(super) override_churn_cap: Option<u32>,
}

/// Loads everything that may matter to a proposal for `task`, and makes a problem of it.
///
/// `None` where the task has no due time. `also` are loaded wherever they are.
pub(super) async fn load(
    unit: &mut dyn Unit,
    asked: Asked,
    task: &TaskRecord,
    settings: &UserSettings,
    used_churn_today: u32,
    also: Vec<EventId>,
    now: Moment,
) -> Result<Option<(Problem, WeekRows)>, StoreError> {
    let Some(due) = task.fields.due_ts.map(|due| Moment::from(due).floor()) else { return Ok(None) };
    let planning = Settings {
        lookahead_days: asked.lookahead_days.unwrap_or(settings.planning.lookahead_days),
        ..settings.planning.clone()
    };
    let lookahead = i64::from(planning.lookahead_days) * MINUTES_PER_24H;
    let spill = i64::from(planning.relocation_spill_days) * MINUTES_PER_24H;
    // A due time in the past or a moment ahead leaves no stretch; the trigger's own blocks are loaded all the same.
    let from = due.plus(-lookahead).max(now.floor()).plus(-MOST_REST_MINUTES);
    let to = due.plus(spill).max(from.plus(1)).plus(MOST_REST_MINUTES);
    let Some(span) = Interval::new(from, to) else { return Ok(None) };
    let rows = unit
        .week(&WeekSpan {
            span,
            trigger: asked.trigger,
            also,
            accepted_after: now.plus_minutes(-MINUTES_PER_24H),
        })
        .await?;
    let mut tasks = rows.tasks.clone();
    if !tasks.iter().any(|known| known.id == asked.trigger) {
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
    let problem = Problem {
        mode: Mode::Demand { trigger: asked.trigger },
        now,
        settings: planning,
        used_churn_today,
        override_churn_cap: asked.override_churn_cap,
        tasks,
        events: rows.events.iter().map(|(event, _)| event.clone()).collect(),
        busy: Vec::new(),
    };
    Ok(Some((problem, rows)))
}
