//! `/api/v1/tasks`: what there is to get done.

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};
use app::ports::{Position, TaskFields, TaskRecord, TaskStatus};
use planner_core::model::{Priority, TaskId, TaskKind};
use serde::{Deserialize, Serialize};
use serde_json::{Number, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::cursor::{self, ListView};
use super::failure::problem;
use super::named;
use crate::auth::Identity;
use crate::extract::{IfMatch, Json, Path, Query, UseCases};
use crate::openapi::{Operation, operation};
use crate::problem::Problem;
use crate::server::{Endpoint, resource};
use crate::value::{Given, Instant, Line, Timestamp, not_null, whole, whole_not_null};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        resource("/api/v1/tasks")
            .get(list)
            .told(
                operation("listTasks", "Tasks, by creation")
                    .query::<TaskQuery>()
                    .answers::<ListView<TaskView>>(200, "A page of tasks.")
                    .leads_to("listTasks", &[("query.cursor", "$response.body#/next_cursor")]),
            )
            .post(create)
            .told(of_one(operation("createTask", "Adds a task").takes::<TaskBody>(), 201)),
        resource("/api/v1/tasks/{id}")
            .get(read)
            .told(of_one(operation("readTask", "One task"), 200))
            .put(replace)
            .told(
                of_one(operation("replaceTask", "Replaces a task").takes::<TaskBody>(), 200)
                    .about("Replaces all of a task: what is left out is as in a new one.")
                    .must_match(),
            )
            .patch(edit)
            .told(
                of_one(operation("editTask", "Changes a task").takes::<TaskPatch>(), 200)
                    .about("Changes what is given of a task; null empties `due_ts`.")
                    .may_match(),
            )
            .delete(remove)
            .told(
                operation("deleteTask", "Removes a task")
                    .about("Removes a task. Events that served it stay, and serve none.")
                    .answers_nothing("It is gone.")
                    .may_match(),
            ),
    ]
}

/// What is answered with a task, and what can be done with it then.
fn of_one(operation: Operation, status: u16) -> Operation {
    let (id, etag) = (("path.id", "$response.body#/id"), ("header.If-Match", "$response.header.ETag"));
    operation
        .answers::<TaskView>(status, "The task.")
        .with_etag()
        .leads_to_body("createProposal", &json!({"trigger_item_id": "$response.body#/id"}))
        .leads_to("readSlack", &[id])
        .leads_to("readTask", &[id])
        .leads_to("replaceTask", &[id, etag])
        .leads_to("editTask", &[id, etag])
        .leads_to("deleteTask", &[id, etag])
}

/// A task as it is shown. Its fields bear the names of the table's columns.
#[derive(Serialize, ToSchema)]
#[schema(as = Task, examples(json!({
    "id": "019588a4-5c00-7000-8000-0000000000a1", "title": "Algebra", "type": "EXAM",
    "due_ts": "2026-03-05T12:00:00Z", "priority_score": 82.5, "effort_minutes": 240, "status": "OPEN",
    "source": "canvascal", "source_id": null, "due_changed_at": null, "version": 1,
    "created_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:00:00Z",
})))]
struct TaskView {
    id: Uuid,
    title: String,
    #[serde(rename = "type")]
    #[schema(schema_with = named::task_kinds)]
    kind: &'static str,
    #[schema(required)]
    due_ts: Option<Timestamp>,
    #[schema(schema_with = named::priorities)]
    priority_score: Number,
    effort_minutes: u32,
    #[schema(schema_with = named::task_statuses)]
    status: &'static str,
    source: String,
    #[schema(required)]
    source_id: Option<String>,
    /// When `due_ts` was last set to something else.
    #[schema(required)]
    due_changed_at: Option<Timestamp>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<TaskRecord> for TaskView {
    fn from(record: TaskRecord) -> Self {
        let fields = record.fields;
        Self {
            id: record.id.0,
            title: fields.title,
            kind: fields.kind.as_str(),
            due_ts: fields.due_ts.map(Timestamp),
            priority_score: named::priority_as_number(fields.priority),
            effort_minutes: fields.effort_minutes,
            status: fields.status.as_str(),
            source: record.origin.source,
            source_id: record.origin.source_id,
            due_changed_at: record.due_changed_at.map(Timestamp),
            version: record.version,
            created_at: Timestamp(record.created_at),
            updated_at: Timestamp(record.updated_at),
        }
    }
}

/// A whole task.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({
    "title": "Algebra", "type": "EXAM", "due_ts": "2026-03-05T12:00:00Z", "priority_score": 82.5,
    "effort_minutes": 240,
})))]
struct TaskBody {
    title: Line<500>,
    #[serde(rename = "type", deserialize_with = "named::task_kind")]
    #[schema(schema_with = named::task_kinds)]
    kind: TaskKind,
    #[serde(default)]
    due_ts: Option<Instant>,
    #[serde(deserialize_with = "named::priority")]
    #[schema(schema_with = named::priorities)]
    priority_score: Priority,
    #[serde(deserialize_with = "whole")]
    #[schema(maximum = 525_600)]
    effort_minutes: u32,
    #[serde(default, deserialize_with = "named::task_status")]
    #[schema(schema_with = named::task_statuses)]
    status: TaskStatus,
}

impl From<TaskBody> for TaskFields {
    fn from(body: TaskBody) -> Self {
        Self {
            title: body.title.into_inner(),
            kind: body.kind,
            due_ts: body.due_ts.map(Instant::get),
            priority: body.priority_score,
            effort_minutes: body.effort_minutes,
            status: body.status,
        }
    }
}

/// What to change of a task; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"effort_minutes": 300, "due_ts": null})))]
struct TaskPatch {
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    title: Option<Line<500>>,
    #[serde(default, rename = "type", deserialize_with = "named::optional_task_kind")]
    #[schema(schema_with = named::task_kinds)]
    kind: Option<TaskKind>,
    #[serde(default)]
    #[schema(value_type = Option<Instant>)]
    due_ts: Given<Instant>,
    #[serde(default, deserialize_with = "named::optional_priority")]
    #[schema(schema_with = named::priorities)]
    priority_score: Option<Priority>,
    #[serde(default, deserialize_with = "whole_not_null")]
    #[schema(maximum = 525_600, nullable = false)]
    effort_minutes: Option<u32>,
    #[serde(default, deserialize_with = "named::optional_task_status")]
    #[schema(schema_with = named::task_statuses)]
    status: Option<TaskStatus>,
}

impl TaskPatch {
    fn over(self, fields: TaskFields) -> TaskFields {
        TaskFields {
            title: self.title.map_or(fields.title, Line::into_inner),
            kind: self.kind.unwrap_or(fields.kind),
            due_ts: match self.due_ts {
                Given::LeftOut => fields.due_ts,
                Given::As(due) => due.map(Instant::get),
            },
            priority: self.priority_score.unwrap_or(fields.priority),
            effort_minutes: self.effort_minutes.unwrap_or(fields.effort_minutes),
            status: self.status.unwrap_or(fields.status),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct TaskQuery {
    #[param(minimum = 1, maximum = 200, default = 50, nullable = false)]
    limit: Option<u16>,
    #[param(schema_with = cursor::schema)]
    cursor: Option<String>,
}

async fn list(
    me: Identity,
    UseCases(app): UseCases,
    Query(query): Query<TaskQuery>,
) -> Result<Json<ListView<TaskView>>, Problem> {
    let page = cursor::page(query.limit, query.cursor.as_deref())?;
    let listed = app.list_tasks(&me.user(), page).await;
    let (tasks, more) = listed.map_err(|failure| problem(failure, app.now()))?;
    Ok(Json(ListView::new(tasks, more, |task| Position { at: task.created_at, id: task.id.0 })))
}

async fn create(
    me: Identity,
    UseCases(app): UseCases,
    Json(body): Json<TaskBody>,
) -> Result<HttpResponse, Problem> {
    let created =
        app.create_task(&me.user(), body.into()).await.map_err(|failure| problem(failure, app.now()))?;
    let location = format!("/api/v1/tasks/{}", created.id.0);
    Ok(show(created, HttpResponse::Created().insert_header((header::LOCATION, location))))
}

async fn read(me: Identity, UseCases(app): UseCases, Path(id): Path<Uuid>) -> Result<HttpResponse, Problem> {
    let task = app.task(&me.user(), TaskId(id)).await.map_err(|failure| problem(failure, app.now()))?;
    Ok(show(task, &mut HttpResponse::Ok()))
}

async fn replace(
    me: Identity,
    UseCases(app): UseCases,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    Json(body): Json<TaskBody>,
) -> Result<HttpResponse, Problem> {
    let if_match = if_match.said()?;
    let meant = |task: &TaskRecord| if_match.means(&tag(task));
    let edited = app.edit_task(&me.user(), TaskId(id), meant, |_| body.into()).await;
    Ok(show(edited.map_err(|failure| problem(failure, app.now()))?, &mut HttpResponse::Ok()))
}

async fn edit(
    me: Identity,
    UseCases(app): UseCases,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    Json(patch): Json<TaskPatch>,
) -> Result<HttpResponse, Problem> {
    let meant = |task: &TaskRecord| if_match.means(&tag(task));
    let edited = app.edit_task(&me.user(), TaskId(id), meant, |fields| patch.over(fields)).await;
    Ok(show(edited.map_err(|failure| problem(failure, app.now()))?, &mut HttpResponse::Ok()))
}

async fn remove(
    me: Identity,
    UseCases(app): UseCases,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
) -> Result<HttpResponse, Problem> {
    let meant = |task: &TaskRecord| if_match.means(&tag(task));
    let removed = app.delete_task(&me.user(), TaskId(id), meant).await;
    removed.map_err(|failure| problem(failure, app.now()))?;
    Ok(HttpResponse::NoContent().finish())
}

/// The entity tag of a task as it is.
fn tag(task: &TaskRecord) -> String {
    format!("\"{}\"", task.version)
}

fn show(task: TaskRecord, answer: &mut HttpResponseBuilder) -> HttpResponse {
    answer.insert_header((header::ETAG, tag(&task))).json(TaskView::from(task))
}
