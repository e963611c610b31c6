//! `POST /api/rebalancing/proposals`, and the same for conflicts: `POST /api/rebalancing/conflicts`.

use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};
use app::App;
use app::proposals::Created;
use planner_core::lifecycle::{CreateRequest, Idle};
use planner_core::model::TaskId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use uuid::Uuid;

use super::rate;
use super::view::ProposalView;
use super::why_not::WhyNotView;
use crate::auth::Identity;
use crate::extract::{Json, UseCases};
use crate::openapi::one_of;
use crate::routes::failure::problem;
use crate::value::whole_or_null;

/// What to make room for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"trigger_item_id": "019588a4-5c00-7000-8000-0000000000a1", "lookahead_days": 7})))]
pub(super) struct CreateBody {
    /// The task.
    trigger_item_id: Uuid,
    /// How many times 24 hours before the due time may change, unless the settings say it.
    #[serde(default, deserialize_with = "whole_or_null")]
    #[schema(minimum = 1, maximum = 14)]
    lookahead_days: Option<u8>,
    /// Raises the day's cap for this once, up to `churn_cap_max` of the settings.
    #[serde(default, deserialize_with = "whole_or_null")]
    #[schema(maximum = 5)]
    override_churn_cap: Option<u32>,
}

/// How to resolve conflicts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"lookahead_days": 7})))]
pub(super) struct ResolveBody {
    /// How many times 24 hours from now may change, unless the settings say it.
    #[serde(default, deserialize_with = "whole_or_null")]
    #[schema(minimum = 1, maximum = 14)]
    lookahead_days: Option<u8>,
    /// Raises the day's cap for this once, up to `churn_cap_max` of the settings.
    #[serde(default, deserialize_with = "whole_or_null")]
    #[schema(maximum = 5)]
    override_churn_cap: Option<u32>,
}

/// What is answered where there is nothing to propose.
#[derive(Serialize, ToSchema)]
#[schema(as = Nothing)]
pub(super) struct NothingView {
    #[schema(schema_with = null)]
    proposal_id: (),
    #[schema(schema_with = null)]
    snapshot_id: (),
    #[schema(required)]
    trigger_item_id: Option<Uuid>,
    #[schema(max_items = 0)]
    proposed_changes: [Uuid; 0],
    #[schema(maximum = 0)]
    churn_cost: u32,
    #[schema(schema_with = idles)]
    reason: &'static str,
    summary: &'static str,
    #[schema(required)]
    why_not: Option<WhyNotView>,
}

fn null() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Null)
}

fn idles() -> ObjectBuilder {
    one_of(Idle::ALL.iter().map(|idle| idle.as_str()))
}

/// 201 with the proposal; 200 with `proposal_id: null` and the reason where there is nothing to propose.
pub(super) async fn create(
    me: Identity,
    UseCases(app): UseCases,
    Json(body): Json<CreateBody>,
) -> HttpResponse {
    let request = CreateRequest {
        trigger: Some(TaskId(body.trigger_item_id)),
        lookahead_days: body.lookahead_days,
        override_churn_cap: body.override_churn_cap,
    };
    propose(&me, &app, request).await
}

/// The same for what stands in the way of fixed events, or of each other.
pub(super) async fn resolve(
    me: Identity,
    UseCases(app): UseCases,
    Json(body): Json<ResolveBody>,
) -> HttpResponse {
    let request = CreateRequest {
        trigger: None,
        lookahead_days: body.lookahead_days,
        override_churn_cap: body.override_churn_cap,
    };
    propose(&me, &app, request).await
}

async fn propose(me: &Identity, app: &App, request: CreateRequest) -> HttpResponse {
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

fn view(created: Created, trigger: Option<TaskId>) -> HttpResponse {
    match created {
        Created::Proposal(record) => {
            let location = format!("/api/rebalancing/proposals/{}", record.id);
            HttpResponse::Created()
                .insert_header((header::LOCATION, location))
                .json(ProposalView::from(*record))
        }
        Created::Nothing { idle, shortfall } => HttpResponse::Ok().json(NothingView {
            proposal_id: (),
            snapshot_id: (),
            trigger_item_id: trigger.map(|task| task.0),
            proposed_changes: [],
            churn_cost: 0,
            reason: idle.as_str(),
            summary: idle.detail(),
            why_not: shortfall.map(WhyNotView::from),
        }),
    }
}
