//! `GET /api/rebalancing/proposals/{id}`

use actix_web::web;
use app::App;
use uuid::Uuid;

use super::view::ProposalView;
use crate::auth::Identity;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::routes::failure::problem;

pub(super) async fn read(
    me: Identity,
    app: web::Data<App>,
    Path(id): Path<Uuid>,
) -> Result<Json<ProposalView>, Problem> {
    let record = app.proposal(&me.user(), id).await.map_err(|failure| problem(failure, app.now()))?;
    Ok(Json(record.into()))
}
