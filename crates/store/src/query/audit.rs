use app::identity::UserId;
use app::ports::AuditEntry;
use diesel::ExpressionMethods as _;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use time::OffsetDateTime;

use crate::error::Error;
use crate::schema::rebalancing_audit as audit;

/// Adds a row to the audit.
pub(crate) async fn insert(
    connection: &mut AsyncPgConnection,
    user: UserId,
    entry: &AuditEntry,
) -> Result<(), Error> {
    diesel::insert_into(audit::table)
        .values((
            audit::user_id.eq(user.0),
            audit::id.eq(entry.id),
            audit::action.eq(entry.action.as_str()),
            audit::proposal_id.eq(entry.proposal_id),
            audit::trigger_item_id.eq(entry.trigger.map(|task| task.0)),
            audit::reason_codes.eq(&entry.reason_codes),
            audit::detail.eq(Value::Object(entry.detail.clone())),
            audit::at.eq(OffsetDateTime::from(entry.at)),
        ))
        .execute(connection)
        .await?;
    Ok(())
}
