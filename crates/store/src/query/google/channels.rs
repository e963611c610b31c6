use app::identity::UserId;
use app::ports::google::ChannelRecord;
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
use crate::schema::google_channels as channels;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = channels, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
struct ChannelRow {
    id: String,
    calendar_id: Uuid,
    token_digest: Vec<u8>,
    resource: Option<String>,
    until: OffsetDateTime,
    heard_at: Option<OffsetDateTime>,
}

/// Every channel, in order of identity.
pub(crate) async fn all(
    connection: &mut AsyncPgConnection,
    user: UserId,
) -> Result<Vec<ChannelRecord>, Error> {
    let rows: Vec<ChannelRow> = channels::table
        .filter(channels::user_id.eq(user.0))
        .order(channels::id)
        .select(ChannelRow::as_select())
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(ChannelRecord::from).collect())
}

/// One channel.
pub(crate) async fn one(
    connection: &mut AsyncPgConnection,
    user: UserId,
    id: &str,
) -> Result<Option<ChannelRecord>, Error> {
    let row: Option<ChannelRow> = channels::table
        .find((user.0, id))
        .select(ChannelRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(ChannelRecord::from))
}

/// Adds or replaces a channel.
pub(crate) async fn put(
    connection: &mut AsyncPgConnection,
    user: UserId,
    channel: &ChannelRecord,
) -> Result<(), Error> {
    let row = ChannelRow::from(channel);
    diesel::insert_into(channels::table)
        .values((channels::user_id.eq(user.0), &row))
        .on_conflict((channels::user_id, channels::id))
        .do_update()
        .set(&row)
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets a channel.
pub(crate) async fn delete(connection: &mut AsyncPgConnection, user: UserId, id: &str) -> Result<(), Error> {
    diesel::delete(channels::table.find((user.0, id))).execute(connection).await?;
    Ok(())
}

impl From<ChannelRow> for ChannelRecord {
    fn from(row: ChannelRow) -> Self {
        Self {
            id: row.id,
            calendar: row.calendar_id,
            token_digest: row.token_digest,
            resource: row.resource,
            until: row.until.into(),
            heard_at: row.heard_at.map(Moment::from),
        }
    }
}

impl From<&ChannelRecord> for ChannelRow {
    fn from(channel: &ChannelRecord) -> Self {
        Self {
            id: channel.id.clone(),
            calendar_id: channel.calendar,
            token_digest: channel.token_digest.clone(),
            resource: channel.resource.clone(),
            until: channel.until.into(),
            heard_at: column(channel.heard_at),
        }
    }
}
