//! What is asked across users, to clear away: the one place without a user in every query.

use app::identity::{User, UserId};
use app::ports::{Due, Leftover};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::time::Moment;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::Error;

#[derive(QueryableByName)]
struct DueRow {
    #[diesel(sql_type = SqlUuid)]
    user_id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    external_id: Option<String>,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    expires_at: OffsetDateTime,
}

/// Open proposals that have expired by `now`, earliest first, those after `after` only.
pub(crate) async fn overdue(
    connection: &mut AsyncPgConnection,
    now: Moment,
    after: Option<Due>,
    limit: u16,
) -> Result<Vec<Due>, Error> {
    let rows: Vec<DueRow> = diesel::sql_query(
        "SELECT p.user_id, u.external_id, p.id, p.expires_at
           FROM (SELECT user_id, id, expires_at FROM rebalancing_proposals
                  WHERE status = 'PROPOSED' AND expires_at <= $1 AND expires_at >= coalesce($2, '-infinity')
                    AND ($2 IS NULL OR (expires_at, user_id, id) > ($2, $3, $4))
                  ORDER BY expires_at, user_id, id LIMIT $5) p
           JOIN users u ON u.id = p.user_id
          ORDER BY p.expires_at, p.user_id, p.id",
    )
    .bind::<Timestamptz, _>(OffsetDateTime::from(now))
    .bind::<Nullable<Timestamptz>, _>(after.as_ref().map(|due| OffsetDateTime::from(due.since)))
    .bind::<Nullable<SqlUuid>, _>(after.as_ref().map(|due| due.user.id.0))
    .bind::<Nullable<SqlUuid>, _>(after.map(|due| due.proposal))
    .bind::<BigInt, _>(i64::from(limit))
    .load(connection)
    .await?;
    let due = |row: DueRow| Due {
        user: User { id: UserId(row.user_id), external_id: row.external_id.unwrap_or_default() },
        proposal: row.id,
        since: row.expires_at.into(),
    };
    Ok(rows.into_iter().map(due).collect())
}

/// Gives up snapshots of proposals that were undone, and of applied ones that could be undone until before `before`.
///
/// Of the snapshots only those are looked at that are kept, which are those of about two days.
pub(crate) async fn release_spent_snapshots(
    connection: &mut AsyncPgConnection,
    before: Moment,
    now: Moment,
    limit: u16,
) -> Result<u64, Error> {
    let released = diesel::sql_query(
        "WITH spent AS (
             SELECT s.user_id, s.id FROM rebalancing_snapshots s
               JOIN rebalancing_proposals p ON p.user_id = s.user_id AND p.id = s.proposal_id
              WHERE s.released_at IS NULL
                AND (p.status = 'UNDONE' OR (p.status = 'APPLIED' AND p.reversible_until < $1))
              ORDER BY s.created_at LIMIT $2 FOR UPDATE OF s SKIP LOCKED
         )
         UPDATE rebalancing_snapshots s SET rows = '[]', released_at = $3
           FROM spent WHERE s.user_id = spent.user_id AND s.id = spent.id AND s.released_at IS NULL",
    )
    .bind::<Timestamptz, _>(OffsetDateTime::from(before))
    .bind::<BigInt, _>(i64::from(limit))
    .bind::<Timestamptz, _>(OffsetDateTime::from(now))
    .execute(connection)
    .await?;
    Ok(released as u64)
}

/// Removes leftovers from before `before`.
pub(crate) async fn discard(
    connection: &mut AsyncPgConnection,
    what: Leftover,
    before: Moment,
    limit: u16,
) -> Result<u64, Error> {
    let (table, age, also) = match what {
        Leftover::IdempotencyKeys => ("idempotency_keys", "expires_at", ""),
        Leftover::LiveEvents => ("realtime_events", "at", ""),
        Leftover::DeadJobs => ("jobs", "updated_at", "AND status = 'DEAD'"),
        Leftover::RateLimits => ("rate_limits", "updated_at", ""),
        Leftover::ApplyAttempts => ("rebalancing_apply_attempts", "at", ""),
        Leftover::SignIns => ("google_sign_ins", "expires_at", ""),
        Leftover::CanvasSignIns => ("canvas_sign_ins", "expires_at", ""),
        Leftover::Channels => ("google_channels", "until", ""),
    };
    // They are locked, so they are still in their places when they are removed.
    let discarded = diesel::sql_query(format!(
        "DELETE FROM {table} WHERE ctid = ANY (ARRAY(
             SELECT ctid FROM {table} WHERE {age} < $1 {also} ORDER BY {age} LIMIT $2 FOR UPDATE SKIP LOCKED))"
    ))
    .bind::<Timestamptz, _>(OffsetDateTime::from(before))
    .bind::<BigInt, _>(i64::from(limit))
    .execute(connection)
    .await?;
    Ok(discarded as u64)
}
