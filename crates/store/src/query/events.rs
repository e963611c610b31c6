use app::identity::UserId;
use app::ports::{EventFields, EventPage, EventRecord, Origin};
use diesel::{
    AsChangeset, BoolExpressionMethods as _, ExpressionMethods as _, Insertable, OptionalExtension as _,
    QueryDsl as _, Queryable, Selectable, SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::model::{EventId, Kind, TaskId};
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::error::Error;
use crate::schema::calendar_events;

/// Every event is shorter than this, a check of the table says so. What touches a span starts no earlier before it.
pub(crate) const LONGEST: Duration = Duration::days(62);

#[derive(Queryable, Selectable)]
#[diesel(table_name = calendar_events, check_for_backend(diesel::pg::Pg))]
struct EventRow {
    id: Uuid,
    title: String,
    start_ts: OffsetDateTime,
    end_ts: OffsetDateTime,
    kind: String,
    is_movable: bool,
    protected: bool,
    transparent: bool,
    task_id: Option<Uuid>,
    source: String,
    source_id: Option<String>,
    metadata: Value,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    version: i64,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = calendar_events, treat_none_as_null = true)]
struct Said<'a> {
    title: &'a str,
    start_ts: OffsetDateTime,
    end_ts: OffsetDateTime,
    kind: &'static str,
    is_movable: bool,
    protected: bool,
    transparent: bool,
    task_id: Option<Uuid>,
    metadata: Value,
}

/// One event.
pub(crate) async fn one(
    connection: &mut AsyncPgConnection,
    user: UserId,
    id: EventId,
) -> Result<Option<EventRecord>, Error> {
    let row: Option<EventRow> = calendar_events::table
        .find((user.0, id.0))
        .select(EventRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    row.map(EventRecord::try_from).transpose()
}

/// Those of these events that are there.
pub(crate) async fn some(
    connection: &mut AsyncPgConnection,
    user: UserId,
    ids: &[Uuid],
) -> Result<Vec<EventRecord>, Error> {
    let rows: Vec<EventRow> = calendar_events::table
        .filter(calendar_events::user_id.eq(user.0))
        .filter(calendar_events::id.eq_any(ids))
        .select(EventRow::as_select())
        .load(connection)
        .await?;
    rows.into_iter().map(EventRecord::try_from).collect()
}

/// A page of events in order of start and id.
pub(crate) async fn page(
    connection: &mut AsyncPgConnection,
    user: UserId,
    page: &EventPage,
) -> Result<Vec<EventRecord>, Error> {
    let mut query = calendar_events::table
        .filter(calendar_events::user_id.eq(user.0))
        .select(EventRow::as_select())
        .order((calendar_events::start_ts, calendar_events::id))
        .limit(page.page.limit.into())
        .into_boxed();
    if let Some(from) = page.from {
        query = query.filter(calendar_events::end_ts.gt(from));
        if let Some(earliest) = from.checked_sub(LONGEST) {
            query = query.filter(calendar_events::start_ts.gt(earliest));
        }
    }
    if let Some(to) = page.to {
        query = query.filter(calendar_events::start_ts.lt(to));
    }
    if let Some(after) = page.page.after {
        // The first condition says nothing new, but an index can begin there.
        query = query
            .filter(calendar_events::start_ts.ge(after.at))
            .filter(calendar_events::start_ts.gt(after.at).or(calendar_events::id.gt(after.id)));
    }
    let rows: Vec<EventRow> = query.load(connection).await?;
    rows.into_iter().map(EventRecord::try_from).collect()
}

/// Adds an event.
pub(crate) async fn insert(
    connection: &mut AsyncPgConnection,
    user: UserId,
    id: EventId,
    fields: &EventFields,
    origin: &Origin,
) -> Result<EventRecord, Error> {
    let row: EventRow = diesel::insert_into(calendar_events::table)
        .values((
            calendar_events::user_id.eq(user.0),
            calendar_events::id.eq(id.0),
            Said::from(fields),
            calendar_events::source.eq(&origin.source),
            calendar_events::source_id.eq(&origin.source_id),
        ))
        .returning(EventRow::as_returning())
        .get_result(connection)
        .await?;
    row.try_into()
}

/// Replaces what the user says of an event; `None` where there is none.
pub(crate) async fn update(
    connection: &mut AsyncPgConnection,
    user: UserId,
    id: EventId,
    fields: &EventFields,
) -> Result<Option<EventRecord>, Error> {
    let row: Option<EventRow> = diesel::update(calendar_events::table.find((user.0, id.0)))
        .set(Said::from(fields))
        .returning(EventRow::as_returning())
        .get_result(connection)
        .await
        .optional()?;
    row.map(EventRecord::try_from).transpose()
}

/// Removes an event; whether there was one.
pub(crate) async fn delete(
    connection: &mut AsyncPgConnection,
    user: UserId,
    id: EventId,
) -> Result<bool, Error> {
    let deleted = diesel::delete(calendar_events::table.find((user.0, id.0))).execute(connection).await?;
    Ok(deleted > 0)
}

/// The kind that a row names.
pub(crate) fn kind(name: &str) -> Result<Kind, Error> {
    Kind::from_name(name).ok_or_else(|| Error::broken(format!("no event is a {name:?}")))
}

impl<'a> From<&'a EventFields> for Said<'a> {
    fn from(fields: &'a EventFields) -> Self {
        Self {
            title: &fields.title,
            start_ts: fields.start_ts,
            end_ts: fields.end_ts,
            kind: fields.kind.as_str(),
            is_movable: fields.is_movable,
            protected: fields.protected,
            transparent: fields.transparent,
            task_id: fields.task_id.map(|task| task.0),
            metadata: Value::Object(fields.metadata.clone()),
        }
    }
}

impl TryFrom<EventRow> for EventRecord {
    type Error = Error;

    fn try_from(row: EventRow) -> Result<Self, Error> {
        let Value::Object(metadata) = row.metadata else {
            return Err(Error::broken("an event's metadata is no object"));
        };
        Ok(Self {
            id: EventId(row.id),
            fields: EventFields {
                title: row.title,
                start_ts: row.start_ts,
                end_ts: row.end_ts,
                kind: kind(&row.kind)?,
                is_movable: row.is_movable,
                protected: row.protected,
                transparent: row.transparent,
                task_id: row.task_id.map(TaskId),
                metadata,
            },
            origin: Origin { source: row.source, source_id: row.source_id },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
