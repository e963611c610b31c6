//! What `canvascal demo` shows: a student with a full calendar and an exam about to appear.

pub mod canvas;
mod fortnight;
pub mod google;

use app::identity::User;
use app::ports::{EventFields, EventPage, Page, TaskFields, TaskStatus};
use app::{App, Failure};
use planner_core::model::{Priority, TaskId};
use planner_core::time::{LocalDay, Zone};
use serde_json::Map;

/// When the exam that is about to appear is due, as the API takes it.
pub fn exam_due(app: &App) -> Option<String> {
    let zone = Zone::named(fortnight::ZONE).ok()?;
    fortnight::due(&fortnight::EXAM, zone.day_of(app.now()), &zone).map(|due| due.to_string())
}

/// Writes the fortnight from today on, unless the student has events ahead already; whether it did.
///
/// # Errors
/// Where the store fails.
pub async fn seed(app: &App, student: &User) -> Result<bool, Failure<std::convert::Infallible>> {
    let now = app.now();
    let upcoming = EventPage { from: Some(now.into()), to: None, page: Page { after: None, limit: 1 } };
    if !app.list_events(student, upcoming).await?.0.is_empty() {
        return Ok(false);
    }
    let zone = Zone::named(fortnight::ZONE)
        .map_err(|error| Failure::Contradiction(format!("{}: {error}", fortnight::ZONE)))?;
    let today = zone.day_of(now);
    let planning = fortnight::settings(zone.clone());
    app.edit_settings(student, |_| true, |settings| app::ports::UserSettings { planning, ..settings })
        .await?;
    let tasks = seed_tasks(app, student, today, &zone).await?;
    for event in fortnight::events(today, &zone, tasks) {
        let fields = EventFields {
            title: event.title.to_owned(),
            start_ts: event.start.into(),
            end_ts: event.end.into(),
            kind: event.kind,
            is_movable: event.is_movable,
            protected: event.protected,
            transparent: false,
            task_id: event.task,
            metadata: Map::new(),
        };
        app.create_event(student, fields).await?;
    }
    Ok(true)
}

async fn seed_tasks(
    app: &App,
    student: &User,
    today: LocalDay,
    zone: &Zone,
) -> Result<[TaskId; 2], Failure<std::convert::Infallible>> {
    let mut made = Vec::with_capacity(fortnight::TASKS.len());
    for task in &fortnight::TASKS {
        let fields = TaskFields {
            title: task.title.to_owned(),
            kind: task.kind,
            due_ts: fortnight::due(task, today, zone).map(Into::into),
            priority: Priority::from_thousandths(task.priority * 1000),
            effort_minutes: task.effort_minutes,
            status: TaskStatus::Open,
        };
        made.push(app.create_task(student, fields).await?.id);
    }
    made.try_into().map_err(|_| Failure::Contradiction("the student has two tasks".to_owned()))
}
