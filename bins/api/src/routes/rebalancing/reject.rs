//! `POST /api/rebalancing/proposals/{id}/reject`

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::Identity;
use crate::extract::{Json, Path, UseCases};
use crate::problem::Problem;
use crate::routes::failure::problem;

/// A proposal that was turned down.
#[derive(Serialize, ToSchema)]
#[schema(as = Rejected)]
pub(super) struct RejectedView {
    rejected: bool,
    proposal_id: Uuid,
}

pub(super) async fn reject(
    me: Identity,
    UseCases(app): UseCases,
    Path(id): Path<Uuid>,
) -> Result<Json<RejectedView>, Problem> {
    app.reject_proposal(&me.user(), id).await.map_err(|failure| problem(failure, app.now()))?;
    Ok(Json(RejectedView { rejected: true, proposal_id: id }))
}
