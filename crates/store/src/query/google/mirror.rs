use app::identity::UserId;
use app::ports::google::RemoteEvent;
use diesel::dsl::count_star;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{
    ExpressionMethods as _, QueryDsl as _, Queryable, QueryableByName, Selectable, SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::last_of_each;
use crate::error::Error;
use crate::query::number::narrow;
use crate::schema::google_events as mirror;

#[derive(Queryable, Selectable)]
#[diesel(table_name = mirror, check_for_backend(diesel::pg::Pg))]
struct MirrorRow {
    google_id: String,
    etag: String,
    updated_at: Option<OffsetDateTime>,
    is_cancelled: bool,
    place: Option<Value>,
    fields: Option<Value>,
}

#[derive(QueryableByName)]
struct Group {
    #[diesel(sql_type = Text)]
    group_id: String,
}

/// What is kept of the groups of these names, in order of identity.
pub(crate) async fn of_groups(
    connection: &mut AsyncPgConnection,
    user: UserId,
    calendar: Uuid,
    groups: &[String],
) -> Result<Vec<RemoteEvent>, Error> {
    let rows: Vec<MirrorRow> = mirror::table
        .filter(mirror::user_id.eq(user.0))
        .filter(mirror::calendar_id.eq(calendar))
        .filter(mirror::group_id.eq_any(groups))
        .order(mirror::google_id)
        .select(MirrorRow::as_select())
        .load(connection)
        .await?;
    rows.into_iter().map(RemoteEvent::try_from).collect()
}

/// Keeps events as they were come across in this run, instead of what was kept of them. Of several states of one event
/// the last is kept.
pub(crate) async fn put(
    connection: &mut AsyncPgConnection,
    user: UserId,
    calendar: Uuid,
    events: &[RemoteEvent],
    run: i64,
) -> Result<(), Error> {
    let events = last_of_each(events, |event| &event.id);
    if events.is_empty() {
        return Ok(());
    }
    let column =
        |text: fn(&RemoteEvent) -> &str| -> Vec<&str> { events.iter().map(|event| text(event)).collect() };
    let updated: Vec<Option<OffsetDateTime>> = events.iter().map(|event| event.updated).collect();
    let cancelled: Vec<bool> = events.iter().map(|event| event.is_cancelled).collect();
    let places: Result<Vec<_>, Error> = events.iter().map(|event| written(event.place.as_ref())).collect();
    let fields: Result<Vec<_>, Error> = events.iter().map(|event| written(event.fields.as_ref())).collect();
    diesel::sql_query(
        "INSERT INTO google_events (user_id, calendar_id, google_id, group_id, etag, updated_at, is_cancelled, place,
                                    fields, run)
         SELECT $1, $2, e.*, $3 FROM unnest($4, $5, $6, $7, $8, $9, $10) AS e
         ON CONFLICT (user_id, calendar_id, google_id) DO UPDATE
            SET group_id = EXCLUDED.group_id, etag = EXCLUDED.etag, updated_at = EXCLUDED.updated_at,
                is_cancelled = EXCLUDED.is_cancelled, place = EXCLUDED.place, fields = EXCLUDED.fields, run = EXCLUDED.run",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<SqlUuid, _>(calendar)
    .bind::<BigInt, _>(run)
    .bind::<Array<Text>, _>(column(|event| &event.id))
    .bind::<Array<Text>, _>(column(RemoteEvent::group))
    .bind::<Array<Text>, _>(column(|event| &event.etag))
    .bind::<Array<Nullable<Timestamptz>>, _>(updated)
    .bind::<Array<Bool>, _>(cancelled)
    .bind::<Array<Nullable<Jsonb>>, _>(places?)
    .bind::<Array<Nullable<Jsonb>>, _>(fields?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets these events.
pub(crate) async fn delete(
    connection: &mut AsyncPgConnection,
    user: UserId,
    calendar: Uuid,
    ids: &[String],
) -> Result<(), Error> {
    diesel::delete(mirror::table)
        .filter(mirror::user_id.eq(user.0))
        .filter(mirror::calendar_id.eq(calendar))
        .filter(mirror::google_id.eq_any(ids))
        .execute(connection)
        .await?;
    Ok(())
}

/// Events that were come across last before this run, in order of identity.
pub(crate) async fn before(
    connection: &mut AsyncPgConnection,
    user: UserId,
    calendar: Uuid,
    run: i64,
    limit: u32,
) -> Result<Vec<RemoteEvent>, Error> {
    let rows: Vec<MirrorRow> = mirror::table
        .filter(mirror::user_id.eq(user.0))
        .filter(mirror::calendar_id.eq(calendar))
        .filter(mirror::run.lt(run))
        .order(mirror::google_id)
        .limit(limit.into())
        .select(MirrorRow::as_select())
        .load(connection)
        .await?;
    rows.into_iter().map(RemoteEvent::try_from).collect()
}

/// How many events are kept that are not deleted ones.
pub(crate) async fn size(
    connection: &mut AsyncPgConnection,
    user: UserId,
    calendar: Uuid,
) -> Result<u64, Error> {
    let size: i64 = mirror::table
        .filter(mirror::user_id.eq(user.0))
        .filter(mirror::calendar_id.eq(calendar))
        .filter(mirror::is_cancelled.eq(false))
        .select(count_star())
        .get_result(connection)
        .await?;
    narrow("a count", size)
}

/// The names of groups that are series, in order, those after this one.
pub(crate) async fn series(
    connection: &mut AsyncPgConnection,
    user: UserId,
    calendar: Uuid,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<String>, Error> {
    // In the words of the index: a rule is only written where there is one.
    let groups: Vec<Group> = diesel::sql_query(
        "SELECT DISTINCT group_id FROM google_events
          WHERE user_id = $1 AND calendar_id = $2 AND (place IS NOT NULL OR fields ? 'recurrence')
            AND group_id > coalesce($3, '')
          ORDER BY group_id LIMIT $4",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<SqlUuid, _>(calendar)
    .bind::<Nullable<Text>, _>(after)
    .bind::<BigInt, _>(i64::from(limit))
    .load(connection)
    .await?;
    Ok(groups.into_iter().map(|group| group.group_id).collect())
}

fn written(part: Option<&impl Serialize>) -> Result<Option<Value>, Error> {
    part.map(serde_json::to_value).transpose().map_err(|error| Error::broken(error.to_string()))
}

fn read<T: DeserializeOwned>(column: &str, part: Option<Value>) -> Result<Option<T>, Error> {
    let part = part.map(serde_json::from_value).transpose();
    part.map_err(|error| Error::broken(format!("{column} of a remote event cannot be read: {error}")))
}

impl TryFrom<MirrorRow> for RemoteEvent {
    type Error = Error;

    fn try_from(row: MirrorRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.google_id,
            etag: row.etag,
            updated: row.updated_at,
            is_cancelled: row.is_cancelled,
            place: read("place", row.place)?,
            fields: read("fields", row.fields)?,
        })
    }
}
