use app::identity::UserId;
use app::ports::{AuditAction, AuditEntry, HistoryPage};
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, QueryDsl as _, Queryable, Selectable,
    SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::model::TaskId;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::Error;
use crate::schema::rebalancing_audit as audit;

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit, check_for_backend(diesel::pg::Pg))]
struct AuditRow {
    id: Uuid,
    action: String,
    proposal_id: Option<Uuid>,
    trigger_item_id: Option<Uuid>,
    reason_codes: Vec<String>,
    detail: Value,
    at: OffsetDateTime,
}

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

/// A page of the audit, newest first.
pub(crate) async fn page(
    connection: &mut AsyncPgConnection,
    user: UserId,
    page: &HistoryPage,
) -> Result<Vec<AuditEntry>, Error> {
    let mut query = audit::table
        .filter(audit::user_id.eq(user.0))
        .select(AuditRow::as_select())
        .order((audit::at.desc(), audit::id.desc()))
        .limit(page.page.limit.into())
        .into_boxed();
    if let Some(after) = page.page.after {
        // The first condition says nothing new, but an index can begin there.
        query =
            query.filter(audit::at.le(after.at)).filter(audit::at.lt(after.at).or(audit::id.lt(after.id)));
    }
    if let Some(from) = page.from {
        query = query.filter(audit::at.ge(from));
    }
    if let Some(to) = page.to {
        query = query.filter(audit::at.lt(to));
    }
    if let Some(action) = page.action {
        query = query.filter(audit::action.eq(action.as_str()));
    }
    if let Some(proposal) = page.proposal_id {
        query = query.filter(audit::proposal_id.eq(proposal));
    }
    if let Some(trigger) = page.trigger {
        query = query.filter(audit::trigger_item_id.eq(trigger.0));
    }
    let rows: Vec<AuditRow> = query.load(connection).await?;
    rows.into_iter().map(AuditEntry::try_from).collect()
}

/// The action called `name`.
pub(super) fn action(name: &str) -> Result<AuditAction, Error> {
    AuditAction::from_name(name).ok_or_else(|| Error::broken(format!("the audit knows no {name:?}")))
}

impl TryFrom<AuditRow> for AuditEntry {
    type Error = Error;

    fn try_from(row: AuditRow) -> Result<Self, Error> {
        let Value::Object(detail) = row.detail else {
            return Err(Error::broken("a row of the audit has a detail that is no object"));
        };
        Ok(Self {
            id: row.id,
            action: action(&row.action)?,
            proposal_id: row.proposal_id,
            trigger: row.trigger_item_id.map(TaskId),
            reason_codes: row.reason_codes,
            detail,
            at: row.at.into(),
        })
    }
}
