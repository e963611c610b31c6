//! Tasks as a sync leaves them.

use app::identity::UserId;
use app::ports::canvas::{SOURCE, SyncedTask};
use diesel::sql_types::{Array, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use time::OffsetDateTime;

use crate::error::Error;
use crate::query::google::last_of_each;
use crate::query::number::{narrow, score};

/// Adds or replaces tasks. One that says the same already is not written to: its version counts changes.
pub(crate) async fn put(
    connection: &mut AsyncPgConnection,
    user: UserId,
    synced: &[SyncedTask],
) -> Result<(), Error> {
    let synced = last_of_each(synced, |task| task.id);
    if synced.is_empty() {
        return Ok(());
    }
    let texts =
        |text: fn(&SyncedTask) -> &str| -> Vec<&str> { synced.iter().map(|task| text(task)).collect() };
    let due: Vec<Option<OffsetDateTime>> = synced.iter().map(|task| task.fields.due_ts).collect();
    let priorities: Result<Vec<f64>, Error> = synced.iter().map(|task| score(task.fields.priority)).collect();
    let efforts: Result<Vec<i32>, Error> =
        synced.iter().map(|task| narrow("effort_minutes", task.fields.effort_minutes)).collect();
    diesel::sql_query(
        "INSERT INTO tasks AS t (user_id, id, title, type, due_ts, priority_score, effort_minutes, status, source,
                                 source_id)
         SELECT $1, n.id, n.title, n.type, n.due_ts, n.priority_score, n.effort_minutes, n.status, $9, n.source_id
           FROM unnest($2, $3, $4, $5, $6, $7, $8, $10)
                AS n (id, title, type, due_ts, priority_score, effort_minutes, status, source_id)
         ON CONFLICT (user_id, id) DO UPDATE
            SET title = EXCLUDED.title, type = EXCLUDED.type, due_ts = EXCLUDED.due_ts,
                priority_score = EXCLUDED.priority_score, effort_minutes = EXCLUDED.effort_minutes,
                status = EXCLUDED.status
          WHERE (t.title, t.type, t.due_ts, t.priority_score, t.effort_minutes, t.status)
                IS DISTINCT FROM
                (EXCLUDED.title, EXCLUDED.type, EXCLUDED.due_ts, EXCLUDED.priority_score, EXCLUDED.effort_minutes,
                 EXCLUDED.status)",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<Array<SqlUuid>, _>(synced.iter().map(|task| task.id.0).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(texts(|task| &task.fields.title))
    .bind::<Array<Text>, _>(texts(|task| task.fields.kind.as_str()))
    .bind::<Array<Nullable<Timestamptz>>, _>(due)
    .bind::<Array<Double>, _>(priorities?)
    .bind::<Array<Integer>, _>(efforts?)
    .bind::<Array<Text>, _>(texts(|task| task.fields.status.as_str()))
    .bind::<Text, _>(SOURCE)
    .bind::<Array<Text>, _>(texts(|task| &task.source_id))
    .execute(connection)
    .await?;
    Ok(())
}
