use app::identity::UserId;
use app::ports::google::{AccessRole, CalendarRecord, SyncHealth};
use diesel::{
    AsChangeset, ExpressionMethods as _, Insertable, OptionalExtension as _, QueryDsl as _, Queryable,
    Selectable, SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::time::Moment;
use time::OffsetDateTime;
use uuid::Uuid;

use super::column;
use crate::error::Error;
use crate::query::number::narrow;
use crate::schema::google_calendars as calendars;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = calendars, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
struct CalendarRow {
    id: Uuid,
    google_id: String,
    title: String,
    time_zone: Option<String>,
    access: String,
    is_primary: bool,
    is_ours: bool,
    sealed_position: Option<String>,
    run: i64,
    empty_since: Option<OffsetDateTime>,
    expanded_until: Option<OffsetDateTime>,
    has_channels: bool,
    succeeded_at: Option<OffsetDateTime>,
    tried_at: Option<OffsetDateTime>,
    not_before: Option<OffsetDateTime>,
    failures: i32,
    last_error: Option<String>,
}

/// Every calendar, in order of identity.
pub(crate) async fn all(
    connection: &mut AsyncPgConnection,
    user: UserId,
) -> Result<Vec<CalendarRecord>, Error> {
    let rows: Vec<CalendarRow> = calendars::table
        .filter(calendars::user_id.eq(user.0))
        .order(calendars::id)
        .select(CalendarRow::as_select())
        .load(connection)
        .await?;
    rows.into_iter().map(CalendarRecord::try_from).collect()
}

/// One calendar.
pub(crate) async fn one(
    connection: &mut AsyncPgConnection,
    user: UserId,
    id: Uuid,
) -> Result<Option<CalendarRecord>, Error> {
    let row: Option<CalendarRow> = calendars::table
        .find((user.0, id))
        .select(CalendarRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    row.map(CalendarRecord::try_from).transpose()
}

/// Adds or replaces a calendar.
pub(crate) async fn put(
    connection: &mut AsyncPgConnection,
    user: UserId,
    calendar: &CalendarRecord,
) -> Result<(), Error> {
    let row = CalendarRow::try_from(calendar)?;
    diesel::insert_into(calendars::table)
        .values((calendars::user_id.eq(user.0), &row))
        .on_conflict((calendars::user_id, calendars::id))
        .do_update()
        .set(&row)
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets a calendar, and with it what else is kept of it.
pub(crate) async fn delete(connection: &mut AsyncPgConnection, user: UserId, id: Uuid) -> Result<(), Error> {
    diesel::delete(calendars::table.find((user.0, id))).execute(connection).await?;
    Ok(())
}

impl TryFrom<CalendarRow> for CalendarRecord {
    type Error = Error;

    fn try_from(row: CalendarRow) -> Result<Self, Error> {
        let access = AccessRole::from_name(&row.access)
            .ok_or_else(|| Error::broken(format!("nobody has the access {:?}", row.access)))?;
        Ok(Self {
            id: row.id,
            google_id: row.google_id,
            title: row.title,
            time_zone: row.time_zone,
            access,
            is_primary: row.is_primary,
            is_ours: row.is_ours,
            sealed_position: row.sealed_position,
            run: row.run,
            empty_since: row.empty_since.map(Moment::from),
            expanded_until: row.expanded_until.map(Moment::from),
            has_channels: row.has_channels,
            health: SyncHealth {
                succeeded_at: row.succeeded_at.map(Moment::from),
                tried_at: row.tried_at.map(Moment::from),
                not_before: row.not_before.map(Moment::from),
                failures: narrow("failures", row.failures)?,
                error: row.last_error,
            },
        })
    }
}

impl TryFrom<&CalendarRecord> for CalendarRow {
    type Error = Error;

    fn try_from(calendar: &CalendarRecord) -> Result<Self, Error> {
        Ok(Self {
            id: calendar.id,
            google_id: calendar.google_id.clone(),
            title: calendar.title.clone(),
            time_zone: calendar.time_zone.clone(),
            access: calendar.access.as_str().to_owned(),
            is_primary: calendar.is_primary,
            is_ours: calendar.is_ours,
            sealed_position: calendar.sealed_position.clone(),
            run: calendar.run,
            empty_since: column(calendar.empty_since),
            expanded_until: column(calendar.expanded_until),
            has_channels: calendar.has_channels,
            succeeded_at: column(calendar.health.succeeded_at),
            tried_at: column(calendar.health.tried_at),
            not_before: column(calendar.health.not_before),
            failures: narrow("failures", calendar.health.failures)?,
            last_error: calendar.health.error.clone(),
        })
    }
}
