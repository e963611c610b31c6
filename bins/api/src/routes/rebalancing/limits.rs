//! `GET /api/rebalancing/limits`

use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Identity;
use crate::extract::Json;
use crate::extract::UseCases;
use crate::problem::Problem;
use crate::routes::failure::problem;
use crate::value::Timestamp;

/// How much may still change on the user's local day.
#[derive(Serialize, ToSchema)]
#[schema(as = Limits)]
pub(super) struct LimitsView {
    #[schema(value_type = String, format = Date)]
    local_day: String,
    churn_cap: u32,
    churn_cap_max: u32,
    churn_usage_today: u32,
    churn_remaining: u32,
    resets_at: Timestamp,
}

pub(super) async fn limits(me: Identity, UseCases(app): UseCases) -> Result<Json<LimitsView>, Problem> {
    let limits = app.limits(&me.user()).await.map_err(|failure| problem(failure, app.now()))?;
    Ok(Json(LimitsView {
        local_day: limits.local_day.to_string(),
        churn_cap: limits.cap,
        churn_cap_max: limits.cap_max,
        churn_usage_today: limits.used,
        churn_remaining: limits.remaining,
        resets_at: Timestamp(limits.resets_at.into()),
    }))
}
