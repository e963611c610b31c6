use std::collections::BTreeMap;

use app::identity::UserId;
use app::ports::TaskFields;
use app::ports::canvas::{Imported, ItemKind, ItemRecord};
use diesel::sql_types::{Array, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods as _, QueryDsl as _, Queryable, Selectable, SelectableHelper as _};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::model::TaskId;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::Error;
use crate::query::google::last_of_each;
use crate::query::number::{narrow, priority, score};
use crate::query::tasks;
use crate::schema::canvas_items as items;

#[derive(Queryable, Selectable)]
#[diesel(table_name = items, check_for_backend(diesel::pg::Pg))]
struct ItemRow {
    task_id: Uuid,
    course_id: Option<Uuid>,
    kind: String,
    canvas_id: String,
    imported_title: String,
    imported_type: String,
    imported_due_ts: Option<OffsetDateTime>,
    imported_priority_score: f64,
    imported_effort_minutes: i32,
    imported_status: String,
}

/// The items of a course, or those of none, and their tasks, in order of task.
pub(crate) async fn of_course(
    connection: &mut AsyncPgConnection,
    user: UserId,
    course: Option<Uuid>,
) -> Result<Vec<Imported>, Error> {
    let query = items::table.filter(items::user_id.eq(user.0)).select(ItemRow::as_select()).into_boxed();
    let query = match course {
        Some(course) => query.filter(items::course_id.eq(course)),
        None => query.filter(items::course_id.is_null()),
    };
    let rows: Vec<ItemRow> = query.load(connection).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.task_id).collect();
    with_tasks(connection, user, rows, &ids).await
}

/// Those of these tasks that are there, and their items, in order of task.
pub(crate) async fn of_tasks(
    connection: &mut AsyncPgConnection,
    user: UserId,
    ids: &[Uuid],
) -> Result<Vec<Imported>, Error> {
    let rows: Vec<ItemRow> = items::table
        .filter(items::user_id.eq(user.0))
        .filter(items::task_id.eq_any(ids))
        .select(ItemRow::as_select())
        .load(connection)
        .await?;
    with_tasks(connection, user, rows, ids).await
}

async fn with_tasks(
    connection: &mut AsyncPgConnection,
    user: UserId,
    rows: Vec<ItemRow>,
    ids: &[Uuid],
) -> Result<Vec<Imported>, Error> {
    let mut imported: BTreeMap<Uuid, Imported> = BTreeMap::new();
    for row in rows {
        imported.insert(row.task_id, Imported { item: Some(row.try_into()?), task: None });
    }
    for task in tasks::some(connection, user, ids).await? {
        let one = imported.entry(task.id.0).or_insert(Imported { item: None, task: None });
        one.task = Some(task);
    }
    Ok(imported.into_values().collect())
}

/// Adds or replaces items. One that says the same already is not written to.
pub(crate) async fn put(
    connection: &mut AsyncPgConnection,
    user: UserId,
    records: &[ItemRecord],
) -> Result<(), Error> {
    let records = last_of_each(records, |item| item.task);
    if records.is_empty() {
        return Ok(());
    }
    let texts =
        |text: fn(&ItemRecord) -> &str| -> Vec<&str> { records.iter().map(|item| text(item)).collect() };
    let due: Vec<Option<OffsetDateTime>> = records.iter().map(|item| item.imported.due_ts).collect();
    let priorities: Result<Vec<f64>, Error> =
        records.iter().map(|item| score(item.imported.priority)).collect();
    let efforts: Result<Vec<i32>, Error> =
        records.iter().map(|item| narrow("effort_minutes", item.imported.effort_minutes)).collect();
    diesel::sql_query(
        "INSERT INTO canvas_items AS i (user_id, task_id, course_id, kind, canvas_id, imported_title, imported_type,
                                        imported_due_ts, imported_priority_score, imported_effort_minutes,
                                        imported_status)
         SELECT $1, n.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS n
         ON CONFLICT (user_id, task_id) DO UPDATE
            SET course_id = EXCLUDED.course_id, kind = EXCLUDED.kind, canvas_id = EXCLUDED.canvas_id,
                imported_title = EXCLUDED.imported_title, imported_type = EXCLUDED.imported_type,
                imported_due_ts = EXCLUDED.imported_due_ts,
                imported_priority_score = EXCLUDED.imported_priority_score,
                imported_effort_minutes = EXCLUDED.imported_effort_minutes,
                imported_status = EXCLUDED.imported_status
          WHERE (i.course_id, i.kind, i.canvas_id, i.imported_title, i.imported_type, i.imported_due_ts,
                 i.imported_priority_score, i.imported_effort_minutes, i.imported_status)
                IS DISTINCT FROM
                (EXCLUDED.course_id, EXCLUDED.kind, EXCLUDED.canvas_id, EXCLUDED.imported_title,
                 EXCLUDED.imported_type, EXCLUDED.imported_due_ts, EXCLUDED.imported_priority_score,
                 EXCLUDED.imported_effort_minutes, EXCLUDED.imported_status)",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<Array<SqlUuid>, _>(records.iter().map(|item| item.task.0).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(records.iter().map(|item| item.course).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(texts(|item| item.kind.as_str()))
    .bind::<Array<Text>, _>(texts(|item| &item.canvas_id))
    .bind::<Array<Text>, _>(texts(|item| &item.imported.title))
    .bind::<Array<Text>, _>(texts(|item| item.imported.kind.as_str()))
    .bind::<Array<Nullable<Timestamptz>>, _>(due)
    .bind::<Array<Double>, _>(priorities?)
    .bind::<Array<Integer>, _>(efforts?)
    .bind::<Array<Text>, _>(texts(|item| item.imported.status.as_str()))
    .execute(connection)
    .await?;
    Ok(())
}

impl TryFrom<ItemRow> for ItemRecord {
    type Error = Error;

    fn try_from(row: ItemRow) -> Result<Self, Error> {
        Ok(Self {
            task: TaskId(row.task_id),
            course: row.course_id,
            kind: ItemKind::from_name(&row.kind)
                .ok_or_else(|| Error::broken(format!("no item is a {:?}", row.kind)))?,
            canvas_id: row.canvas_id,
            imported: TaskFields {
                title: row.imported_title,
                kind: tasks::kind(&row.imported_type)?,
                due_ts: row.imported_due_ts,
                priority: priority(row.imported_priority_score)?,
                effort_minutes: narrow("imported_effort_minutes", row.imported_effort_minutes)?,
                status: tasks::status(&row.imported_status)?,
            },
        })
    }
}
