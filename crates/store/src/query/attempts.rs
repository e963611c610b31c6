use app::identity::UserId;
use diesel::ExpressionMethods as _;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::time::Moment;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::Error;
use crate::schema::rebalancing_apply_attempts as attempts;

/// Keeps an attempt to apply a proposal.
pub(crate) async fn insert(
    connection: &mut AsyncPgConnection,
    user: UserId,
    id: Uuid,
    proposal: Uuid,
    refusal: Option<&str>,
    at: Moment,
) -> Result<(), Error> {
    diesel::insert_into(attempts::table)
        .values((
            attempts::user_id.eq(user.0),
            attempts::id.eq(id),
            attempts::proposal_id.eq(proposal),
            attempts::refusal.eq(refusal),
            attempts::at.eq(OffsetDateTime::from(at)),
        ))
        .execute(connection)
        .await?;
    Ok(())
}
