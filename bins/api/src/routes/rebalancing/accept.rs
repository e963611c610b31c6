//! `POST /api/rebalancing/proposals/{id}/accept`

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::view::timestamp;
use crate::auth::Identity;
use crate::extract::{Json, Path, UseCases};
use crate::problem::Problem;
use crate::routes::failure::problem;
use crate::value::Timestamp;

/// An applied proposal. The token is told once and kept nowhere.
#[derive(Serialize, ToSchema)]
#[schema(as = Accepted)]
pub(super) struct AcceptedView {
    applied: bool,
    proposal_id: Uuid,
    undo_token: String,
    churn_usage_today: u32,
    churn_cap: u32,
    churn_remaining: u32,
    reversible_until: Timestamp,
}

pub(super) async fn accept(
    me: Identity,
    UseCases(app): UseCases,
    Path(id): Path<Uuid>,
) -> Result<Json<AcceptedView>, Problem> {
    let accepted =
        app.accept_proposal(&me.user(), id).await.map_err(|failure| problem(failure, app.now()))?;
    Ok(Json(AcceptedView {
        applied: true,
        proposal_id: id,
        undo_token: accepted.undo_token.reveal().to_owned(),
        churn_usage_today: accepted.limits.used,
        churn_cap: accepted.limits.cap,
        churn_remaining: accepted.limits.remaining,
        reversible_until: timestamp(accepted.reversible_until),
    }))
}
