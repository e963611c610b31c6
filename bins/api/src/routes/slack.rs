//! `/api/v1/tasks/{id}/slack`: how much room is left for a task.

use planner_core::model::TaskId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::failure::problem;
use crate::auth::Identity;
use crate::extract::{Json, Path, UseCases};
use crate::openapi::operation;
use crate::problem::{Problem, ProblemType};
use crate::server::{Endpoint, resource};
use crate::value::Timestamp;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let told = operation("readSlack", "The room that is left for a task")
        .answers::<TaskSlackView>(200, "The room that is left before it is due.")
        .refuses([ProblemType::TriggerNotDue]);
    vec![resource("/api/v1/tasks/{id}/slack").get(read).told(told)]
}

/// The room that is left before the task is due.
#[derive(Serialize, ToSchema)]
#[schema(as = TaskSlack, examples(json!({
    "task_id": "019588a4-5c00-7000-8000-0000000000a1", "needed_minutes": 240, "available_minutes": 600,
    "slack_minutes": 360, "counted_until": "2026-03-05T12:00:00Z", "due_ts": "2026-03-05T12:00:00Z",
})))]
struct TaskSlackView {
    task_id: Uuid,
    needed_minutes: u32,
    available_minutes: u32,
    /// What is available less what is needed.
    slack_minutes: i64,
    counted_until: Timestamp,
    due_ts: Timestamp,
}

async fn read(
    me: Identity,
    UseCases(app): UseCases,
    Path(id): Path<Uuid>,
) -> Result<Json<TaskSlackView>, Problem> {
    let read = app.task_slack(&me.user(), TaskId(id)).await.map_err(|failure| problem(failure, app.now()))?;
    Ok(Json(TaskSlackView {
        task_id: id,
        needed_minutes: read.slack.needed_minutes,
        available_minutes: read.slack.available_minutes,
        slack_minutes: read.slack.minutes(),
        counted_until: Timestamp(read.slack.counted_until.into()),
        due_ts: Timestamp(read.due.into()),
    }))
}
