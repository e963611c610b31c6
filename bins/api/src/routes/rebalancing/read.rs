//! `GET /api/rebalancing/proposals/{id}`

use uuid::Uuid;

use super::view::ProposalView;
use crate::auth::Identity;
use crate::extract::{Json, Path, UseCases};
use crate::problem::Problem;
use crate::routes::failure::problem;

pub(super) async fn read(
    me: Identity,
    UseCases(app): UseCases,
    Path(id): Path<Uuid>,
) -> Result<Json<ProposalView>, Problem> {
    let record = app.proposal(&me.user(), id).await.map_err(|failure| problem(failure, app.now()))?;
    Ok(Json(record.into()))
}
