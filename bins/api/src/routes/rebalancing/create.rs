//! `POST /api/rebalancing/proposals`

use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};
use app::proposals::Created;
use planner_core::lifecycle::CreateRequest;
use planner_core::model::TaskId;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::rate;
use super::view::ProposalView;
use super::why_not::WhyNotView;
use crate::auth::Identity;
use crate::extract::{Json, UseCases};
use crate::routes::failure::problem;

/// What to make room for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateBody {
    trigger_item_id: Uuid,
    #[serde(default)]
    lookahead_days: Option<u8>,
    #[serde(default)]
    override_churn_cap: Option<u32>,
}

/// 201 with the proposal; 200 with `proposal_id: null` and the reason where there is nothing to propose.
pub(super) async fn create(
    me: Identity,
    UseCases(app): UseCases,
    Json(body): Json<CreateBody>,
) -> HttpResponse {
    let request = CreateRequest {
        trigger: TaskId(body.trigger_item_id),
        lookahead_days: body.lookahead_days,
        override_churn_cap: body.override_churn_cap,
    };
    let asked = app.create_proposal(&me.user(), request).await;
    let now = app.now();
    let mut answer = match asked.outcome {
        Ok(created) => view(created, request.trigger),
        Err(failure) => problem(failure, now).error_response(),
    };
    if let Some(quota) = &asked.quota {
        rate::tell(quota, now, answer.headers_mut());
    }
    answer
}

fn view(created: Created, trigger: TaskId) -> HttpResponse {
    match created {
        Created::Proposal(record) => {
            let location = format!("/api/rebalancing/proposals/{}", record.id);
            HttpResponse::Created()
                .insert_header((header::LOCATION, location))
                .json(ProposalView::from(*record))
        }
        Created::Nothing { idle, shortfall } => HttpResponse::Ok().json(json!({
            "proposal_id": null, "snapshot_id": null, "trigger_item_id": trigger.0,
            "proposed_changes": [], "churn_cost": 0, "reason": idle.as_str(), "summary": idle.detail(),
            "why_not": shortfall.map(WhyNotView::from),
        })),
    }
}
