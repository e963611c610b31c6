use app::identity::UserId;
use app::ports::{Origin, Page, TaskFields, TaskRecord, TaskStatus};
use diesel::{
    AsChangeset, BoolExpressionMethods as _, ExpressionMethods as _, Insertable, OptionalExtension as _,
    QueryDsl as _, Queryable, Selectable, SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::model::{Task, TaskId, TaskKind};
use planner_core::time::Moment;
use time::OffsetDateTime;
use uuid::Uuid;

use super::number::{narrow, priority, score};
use crate::error::Error;
use crate::schema::tasks;

#[derive(Queryable, Selectable)]
#[diesel(table_name = tasks, check_for_backend(diesel::pg::Pg))]
struct TaskRow {
    id: Uuid,
    title: String,
    kind: String,
    due_ts: Option<OffsetDateTime>,
    priority_score: f64,
    effort_minutes: i32,
    status: String,
    source: String,
    source_id: Option<String>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    version: i64,
    due_changed_at: Option<OffsetDateTime>,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = tasks, treat_none_as_null = true)]
struct Said<'a> {
    title: &'a str,
    kind: &'static str,
    due_ts: Option<OffsetDateTime>,
    priority_score: f64,
    effort_minutes: i32,
    status: &'static str,
}

/// One task.
pub(crate) async fn one(
    connection: &mut AsyncPgConnection,
    user: UserId,
    id: TaskId,
) -> Result<Option<TaskRecord>, Error> {
    let row: Option<TaskRow> = tasks::table
        .find((user.0, id.0))
        .select(TaskRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    row.map(TaskRecord::try_from).transpose()
}

/// A page of tasks in order of creation and id.
pub(crate) async fn page(
    connection: &mut AsyncPgConnection,
    user: UserId,
    page: &Page,
) -> Result<Vec<TaskRecord>, Error> {
    let mut query = tasks::table
        .filter(tasks::user_id.eq(user.0))
        .select(TaskRow::as_select())
        .order((tasks::created_at, tasks::id))
        .limit(page.limit.into())
        .into_boxed();
    if let Some(after) = page.after {
        // The first condition says nothing new, but an index can begin there.
        query = query
            .filter(tasks::created_at.ge(after.at))
            .filter(tasks::created_at.gt(after.at).or(tasks::id.gt(after.id)));
    }
    let rows: Vec<TaskRow> = query.load(connection).await?;
    rows.into_iter().map(TaskRecord::try_from).collect()
}

/// Adds a task.
pub(crate) async fn insert(
    connection: &mut AsyncPgConnection,
    user: UserId,
    id: TaskId,
    fields: &TaskFields,
    origin: &Origin,
) -> Result<TaskRecord, Error> {
    let row: TaskRow = diesel::insert_into(tasks::table)
        .values((
            tasks::user_id.eq(user.0),
            tasks::id.eq(id.0),
            Said::try_from(fields)?,
            tasks::source.eq(&origin.source),
            tasks::source_id.eq(&origin.source_id),
        ))
        .returning(TaskRow::as_returning())
        .get_result(connection)
        .await?;
    row.try_into()
}

/// Replaces what the user says of a task; `None` where there is none.
pub(crate) async fn update(
    connection: &mut AsyncPgConnection,
    user: UserId,
    id: TaskId,
    fields: &TaskFields,
) -> Result<Option<TaskRecord>, Error> {
    let row: Option<TaskRow> = diesel::update(tasks::table.find((user.0, id.0)))
        .set(Said::try_from(fields)?)
        .returning(TaskRow::as_returning())
        .get_result(connection)
        .await
        .optional()?;
    row.map(TaskRecord::try_from).transpose()
}

/// Removes a task; whether there was one.
pub(crate) async fn delete(
    connection: &mut AsyncPgConnection,
    user: UserId,
    id: TaskId,
) -> Result<bool, Error> {
    let deleted = diesel::delete(tasks::table.find((user.0, id.0))).execute(connection).await?;
    Ok(deleted > 0)
}

/// Those of these tasks that are there, in order of their ids.
pub(super) async fn some(
    connection: &mut AsyncPgConnection,
    user: UserId,
    ids: &[Uuid],
) -> Result<Vec<TaskRecord>, Error> {
    let rows: Vec<TaskRow> = tasks::table
        .filter(tasks::user_id.eq(user.0))
        .filter(tasks::id.eq_any(ids))
        .select(TaskRow::as_select())
        .order(tasks::id)
        .load(connection)
        .await?;
    rows.into_iter().map(TaskRecord::try_from).collect()
}

/// Those of these tasks that have a due time, in order of their ids.
pub(crate) async fn due(
    connection: &mut AsyncPgConnection,
    user: UserId,
    ids: &[Uuid],
) -> Result<Vec<Task>, Error> {
    let rows: Vec<TaskRow> = tasks::table
        .filter(tasks::user_id.eq(user.0))
        .filter(tasks::id.eq_any(ids))
        .filter(tasks::due_ts.is_not_null())
        .select(TaskRow::as_select())
        .order(tasks::id)
        .load(connection)
        .await?;
    rows.iter().filter_map(TaskRow::for_planning).collect()
}

impl TaskRow {
    fn for_planning(&self) -> Option<Result<Task, Error>> {
        let due = Moment::from(self.due_ts?).floor();
        let task = || {
            Ok(Task {
                id: TaskId(self.id),
                title: self.title.clone(),
                kind: kind(&self.kind)?,
                due,
                priority: priority(self.priority_score)?,
                effort_minutes: narrow("effort_minutes", self.effort_minutes)?,
                due_changed_at: self.due_changed_at.map(Moment::from),
            })
        };
        Some(task())
    }
}

pub(super) fn kind(name: &str) -> Result<TaskKind, Error> {
    TaskKind::from_name(name).ok_or_else(|| Error::broken(format!("no task is a {name:?}")))
}

pub(super) fn status(name: &str) -> Result<TaskStatus, Error> {
    TaskStatus::from_name(name).ok_or_else(|| Error::broken(format!("no task is {name:?}")))
}

impl<'a> TryFrom<&'a TaskFields> for Said<'a> {
    type Error = Error;

    fn try_from(fields: &'a TaskFields) -> Result<Self, Error> {
        Ok(Self {
            title: &fields.title,
            kind: fields.kind.as_str(),
            due_ts: fields.due_ts,
            priority_score: score(fields.priority)?,
            effort_minutes: narrow("effort_minutes", fields.effort_minutes)?,
            status: fields.status.as_str(),
        })
    }
}

impl TryFrom<TaskRow> for TaskRecord {
    type Error = Error;

    fn try_from(row: TaskRow) -> Result<Self, Error> {
        Ok(Self {
            id: TaskId(row.id),
            fields: TaskFields {
                kind: kind(&row.kind)?,
                title: row.title,
                due_ts: row.due_ts,
                priority: priority(row.priority_score)?,
                effort_minutes: narrow("effort_minutes", row.effort_minutes)?,
                status: status(&row.status)?,
            },
            origin: Origin { source: row.source, source_id: row.source_id },
            due_changed_at: row.due_changed_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
