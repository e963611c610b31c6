//! Events as a sync leaves them.

use std::collections::BTreeMap;

use app::identity::UserId;
use app::ports::google::Synced;
use diesel::sql_types::{Array, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods as _, QueryDsl as _};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::model::EventId;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::last_of_each;
use crate::error::Error;
use crate::schema::calendar_events;

/// Adds or replaces events; the version that each has then, in their order. One that says the same already is not
/// written to: its version counts changes.
pub(crate) async fn put(
    connection: &mut AsyncPgConnection,
    user: UserId,
    events: &[Synced],
) -> Result<Vec<i64>, Error> {
    write(connection, user, &last_of_each(events, |event| event.id)).await?;
    let ids = events.iter().map(|event| event.id.0);
    let versions: Vec<(Uuid, i64)> = calendar_events::table
        .filter(calendar_events::user_id.eq(user.0))
        .filter(calendar_events::id.eq_any(ids.clone()))
        .select((calendar_events::id, calendar_events::version))
        .load(connection)
        .await?;
    let versions: BTreeMap<Uuid, i64> = versions.into_iter().collect();
    let version = |id| versions.get(&id).copied().ok_or(Error::Raced("an event"));
    ids.map(version).collect()
}

async fn write(connection: &mut AsyncPgConnection, user: UserId, events: &[&Synced]) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    let texts = |text: fn(&Synced) -> &str| -> Vec<&str> { events.iter().map(|event| text(event)).collect() };
    let times =
        |time: fn(&Synced) -> OffsetDateTime| -> Vec<_> { events.iter().map(|event| time(event)).collect() };
    let flags = |flag: fn(&Synced) -> bool| -> Vec<bool> { events.iter().map(|event| flag(event)).collect() };
    let ids: Vec<Uuid> = events.iter().map(|event| event.id.0).collect();
    let tasks: Vec<Option<Uuid>> =
        events.iter().map(|event| event.fields.task_id.map(|task| task.0)).collect();
    let metadata: Vec<Value> =
        events.iter().map(|event| Value::Object(event.fields.metadata.clone())).collect();
    let source_ids: Vec<Option<&str>> =
        events.iter().map(|event| event.origin.source_id.as_deref()).collect();
    diesel::sql_query(
        "INSERT INTO calendar_events AS e (user_id, id, title, start_ts, end_ts, type, is_movable, protected,
                                           transparent, task_id, metadata, source, source_id)
         SELECT $1, s.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS s
         ON CONFLICT (user_id, id) DO UPDATE
            SET title = EXCLUDED.title, start_ts = EXCLUDED.start_ts, end_ts = EXCLUDED.end_ts, type = EXCLUDED.type,
                is_movable = EXCLUDED.is_movable, protected = EXCLUDED.protected,
                transparent = EXCLUDED.transparent, task_id = EXCLUDED.task_id, metadata = EXCLUDED.metadata
          WHERE (e.title, e.start_ts, e.end_ts, e.type, e.is_movable, e.protected, e.transparent, e.task_id, e.metadata)
                IS DISTINCT FROM
                (EXCLUDED.title, EXCLUDED.start_ts, EXCLUDED.end_ts, EXCLUDED.type, EXCLUDED.is_movable,
                 EXCLUDED.protected, EXCLUDED.transparent, EXCLUDED.task_id, EXCLUDED.metadata)",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(texts(|event| &event.fields.title))
    .bind::<Array<Timestamptz>, _>(times(|event| event.fields.start_ts))
    .bind::<Array<Timestamptz>, _>(times(|event| event.fields.end_ts))
    .bind::<Array<Text>, _>(texts(|event| event.fields.kind.as_str()))
    .bind::<Array<Bool>, _>(flags(|event| event.fields.is_movable))
    .bind::<Array<Bool>, _>(flags(|event| event.fields.protected))
    .bind::<Array<Bool>, _>(flags(|event| event.fields.transparent))
    .bind::<Array<Nullable<SqlUuid>>, _>(tasks)
    .bind::<Array<Jsonb>, _>(metadata)
    .bind::<Array<Text>, _>(texts(|event| &event.origin.source))
    .bind::<Array<Nullable<Text>>, _>(source_ids)
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes events.
pub(crate) async fn delete(
    connection: &mut AsyncPgConnection,
    user: UserId,
    events: &[EventId],
) -> Result<(), Error> {
    diesel::delete(calendar_events::table)
        .filter(calendar_events::user_id.eq(user.0))
        .filter(calendar_events::id.eq_any(events.iter().map(|event| event.0)))
        .execute(connection)
        .await?;
    Ok(())
}
