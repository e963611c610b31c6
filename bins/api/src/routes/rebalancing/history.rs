//! `GET /api/rebalancing/history`

use app::ports::{AuditAction, AuditEntry, HistoryPage, Position};
use planner_core::model::TaskId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::view::timestamp;
use crate::auth::Identity;
use crate::extract::{Json, Query, UseCases};
use crate::problem::Problem;
use crate::routes::cursor::{self, ListView};
use crate::routes::failure::problem;
use crate::routes::named;
use crate::value::{Instant, Timestamp};

/// Which rows of the audit.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct HistoryQuery {
    #[serde(default, deserialize_with = "named::optional_action")]
    #[param(schema_with = named::audit_actions)]
    action: Option<AuditAction>,
    #[param(nullable = false)]
    proposal_id: Option<Uuid>,
    #[param(nullable = false)]
    trigger_item_id: Option<Uuid>,
    /// The first minute that counts.
    #[param(inline, nullable = false)]
    from: Option<Instant>,
    /// The first that does not.
    #[param(inline, nullable = false)]
    to: Option<Instant>,
    #[param(minimum = 1, maximum = 200, default = 50, nullable = false)]
    limit: Option<u16>,
    #[param(schema_with = cursor::schema)]
    cursor: Option<String>,
}

/// Something that happened to a proposal.
#[derive(Serialize, ToSchema)]
#[schema(as = HistoryItem)]
pub(super) struct EntryView {
    id: Uuid,
    at: Timestamp,
    #[schema(schema_with = named::audit_actions)]
    action: &'static str,
    #[schema(required)]
    proposal_id: Option<Uuid>,
    #[schema(required)]
    trigger_item_id: Option<Uuid>,
    reason_codes: Vec<String>,
    #[schema(value_type = Object)]
    detail: Map<String, Value>,
}

impl From<AuditEntry> for EntryView {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: timestamp(entry.at),
            action: entry.action.as_str(),
            proposal_id: entry.proposal_id,
            trigger_item_id: entry.trigger.map(|task| task.0),
            reason_codes: entry.reason_codes,
            detail: entry.detail,
        }
    }
}

pub(super) async fn history(
    me: Identity,
    UseCases(app): UseCases,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<ListView<EntryView>>, Problem> {
    let page = cursor::page(query.limit, query.cursor.as_deref())?;
    let (from, to) = cursor::between(query.from, query.to)?;
    let (proposal_id, trigger) = (query.proposal_id, query.trigger_item_id.map(TaskId));
    let page = HistoryPage { action: query.action, proposal_id, trigger, from, to, page };
    let listed = app.history(&me.user(), page).await;
    let (entries, more) = listed.map_err(|failure| problem(failure, app.now()))?;
    Ok(Json(ListView::new(entries, more, |entry| Position { at: entry.at.into(), id: entry.id })))
}
