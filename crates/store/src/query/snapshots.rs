use app::identity::UserId;
use diesel::sql_types::{Array, Bool, Timestamptz, Uuid as SqlUuid};
use diesel::{
    ExpressionMethods as _, NullableExpressionMethods as _, OptionalExtension as _, QueryableByName,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::time::Moment;
use time::OffsetDateTime;
use uuid::Uuid;

use super::canvascal_now;
use crate::error::Error;
use crate::schema::rebalancing_snapshots as snapshots;

/// Keeps the rows of these events as they are now.
///
/// The whole row goes in as `to_jsonb` gives it, exact to the microsecond, so that also a column that this program
/// knows nothing of comes back.
pub(crate) async fn take(
    connection: &mut AsyncPgConnection,
    user: UserId,
    id: Uuid,
    proposal: Uuid,
    events: &[Uuid],
    at: Moment,
) -> Result<(), Error> {
    diesel::sql_query(
        "INSERT INTO rebalancing_snapshots (user_id, id, proposal_id, rows, digest, created_at)
         SELECT $1, $2, $3, touched.rows, sha256(convert_to(touched.rows::text, 'UTF8')), $5
           FROM (SELECT coalesce(jsonb_agg(to_jsonb(e) ORDER BY e.id), '[]') AS rows
                   FROM calendar_events e WHERE e.user_id = $1 AND e.id = ANY ($4)) touched",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(proposal)
    .bind::<Array<SqlUuid>, _>(events)
    .bind::<Timestamptz, _>(OffsetDateTime::from(at))
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Wholeness {
    #[diesel(sql_type = Bool)]
    is_whole: bool,
}

/// Whether the snapshot of a proposal is there, and as it was taken.
pub(crate) async fn is_whole(
    connection: &mut AsyncPgConnection,
    user: UserId,
    proposal: Uuid,
) -> Result<bool, Error> {
    let found: Option<Wholeness> = diesel::sql_query(
        "SELECT released_at IS NULL AND digest = sha256(convert_to(rows::text, 'UTF8')) AS is_whole
           FROM rebalancing_snapshots WHERE user_id = $1 AND proposal_id = $2",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<SqlUuid, _>(proposal)
    .get_result(connection)
    .await
    .optional()?;
    Ok(found.is_some_and(|found| found.is_whole))
}

/// Empties the snapshot of a proposal. The digest stays, as a trace of what there was.
pub(crate) async fn release(
    connection: &mut AsyncPgConnection,
    user: UserId,
    proposal: Uuid,
) -> Result<(), Error> {
    diesel::update(snapshots::table)
        .filter(snapshots::user_id.eq(user.0))
        .filter(snapshots::proposal_id.eq(proposal))
        .filter(snapshots::released_at.is_null())
        .set((
            snapshots::rows.eq(serde_json::json!([])),
            snapshots::released_at.eq(canvascal_now().nullable()),
        ))
        .execute(connection)
        .await?;
    Ok(())
}
