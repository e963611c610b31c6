use app::identity::UserId;
use app::ports::{AuditAction, AuditEntry};
use diesel::{
    ExpressionMethods as _, PgArrayExpressionMethods as _, PgJsonbExpressionMethods as _, QueryDsl as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::time::Moment;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::error::Error;
use crate::schema::rebalancing_audit as audit;

/// The refusal that is no request: whoever is told to wait does not wait longer for having asked.
const TOO_MANY: &str = "RATE_LIMITED";

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

/// The moments after `since` at which a proposal was asked for, oldest first.
pub(crate) async fn requests(
    connection: &mut AsyncPgConnection,
    user: UserId,
    since: Moment,
) -> Result<Vec<Moment>, Error> {
    let actions = [AuditAction::Created, AuditAction::CreateRefused].map(AuditAction::as_str);
    let moments: Vec<OffsetDateTime> = audit::table
        .filter(audit::user_id.eq(user.0))
        .filter(audit::at.gt(OffsetDateTime::from(since)))
        .filter(audit::action.eq_any(actions))
        .filter(diesel::dsl::not(audit::reason_codes.contains(vec![TOO_MANY])))
        // Nobody asked for those.
        .filter(diesel::dsl::not(audit::detail.contains(json!({"automatic": true}))))
        .select(audit::at)
        .order(audit::at)
        .load(connection)
        .await?;
    Ok(moments.into_iter().map(Moment::from).collect())
}
