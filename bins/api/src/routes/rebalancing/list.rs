//! `GET /api/rebalancing/proposals`

use app::ports::{Position, ProposalPage};
use planner_core::lifecycle::Status;
use planner_core::model::TaskId;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::view::ProposalView;
use crate::auth::Identity;
use crate::extract::{Json, Query, UseCases};
use crate::problem::Problem;
use crate::routes::cursor::{self, ListView};
use crate::routes::failure::problem;
use crate::routes::named;
use crate::value::Instant;

/// Which proposals.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ProposalQuery {
    #[serde(default, deserialize_with = "named::optional_status")]
    #[param(schema_with = named::statuses)]
    status: Option<Status>,
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

pub(super) async fn list(
    me: Identity,
    UseCases(app): UseCases,
    Query(query): Query<ProposalQuery>,
) -> Result<Json<ListView<ProposalView>>, Problem> {
    let page = cursor::page(query.limit, query.cursor.as_deref())?;
    let (from, to) = cursor::between(query.from, query.to)?;
    let trigger = query.trigger_item_id.map(TaskId);
    let page = ProposalPage { status: query.status, trigger, from, to, page };
    let listed = app.list_proposals(&me.user(), page).await;
    let (proposals, more) = listed.map_err(|failure| problem(failure, app.now()))?;
    Ok(Json(ListView::new(proposals, more, |record| Position {
        at: record.created_at.into(),
        id: record.id,
    })))
}
