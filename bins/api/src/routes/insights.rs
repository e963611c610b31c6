//! `/api/v1/admin/insights`: what the proposals of all users amount to.

use std::collections::BTreeMap;

use app::Failure;
use app::ports::{AuditAction, Spread, Tally};
use planner_core::lifecycle::Status;
use planner_core::time::{MINUTES_PER_24H, Moment};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor::wrong;
use super::failure::problem;
use crate::auth::Admin;
use crate::extract::{Json, Query, UseCases};
use crate::openapi::operation;
use crate::problem::Problem;
use crate::server::{Endpoint, resource};
use crate::value::{Instant, Timestamp};

const DEFAULT_DAYS: i64 = 7;
/// How many times 24 hours may be asked for.
const MOST_DAYS: i64 = 366;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let told = operation("readInsights", "What all users' proposals came to")
        .about("Counts what all users' proposals came to, and tells nothing of a single user. For admins.")
        .query::<InsightsQuery>()
        .answers::<InsightsView>(200, "What happened within the stretch that was asked for.");
    vec![resource("/api/v1/admin/insights").get(read).told(told)]
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct InsightsQuery {
    /// A week before `to`, unless it is given; 366 days at most.
    #[param(inline, nullable = false)]
    from: Option<Instant>,
    /// Now, unless it is given.
    #[param(inline, nullable = false)]
    to: Option<Instant>,
}

/// What happened within a stretch of time. A rate of nothing is null.
#[derive(Serialize, ToSchema)]
#[schema(as = Insights)]
struct InsightsView {
    from: Timestamp,
    to: Timestamp,
    proposals: ProposalsView,
    /// Of the proposals made within the stretch that are no longer open, those that were accepted.
    #[schema(required)]
    acceptance_rate: Option<f64>,
    /// Of those that were accepted, those that were undone.
    #[schema(required)]
    undo_rate: Option<f64>,
    rejections: u64,
    expiries: u64,
    supersessions: u64,
    refusals: RefusalsView,
    churn: ChurnView,
    planning: PlanningView,
}

/// Proposals made within the stretch, by where they stand now and by why they change what they change.
#[derive(Serialize, ToSchema)]
#[schema(as = ProposalCounts)]
struct ProposalsView {
    created: u64,
    by_status: BTreeMap<&'static str, u64>,
    by_reason_code: BTreeMap<String, u64>,
}

/// What was refused within the stretch, by code.
#[derive(Serialize, ToSchema)]
#[schema(as = RefusalCounts)]
struct RefusalsView {
    create: BTreeMap<String, u64>,
    accept: BTreeMap<String, u64>,
    reject: BTreeMap<String, u64>,
    undo: BTreeMap<String, u64>,
}

/// Churn of a user's day, of those with something accepted.
#[derive(Serialize, ToSchema)]
#[schema(as = ChurnSpread)]
struct ChurnView {
    user_days: u64,
    #[schema(required)]
    mean: Option<f64>,
    p95: u64,
    max: u64,
    days_over_cap: u64,
}

/// How the proposals made within the stretch were found.
#[derive(Serialize, ToSchema)]
#[schema(as = PlanningTimes)]
struct PlanningView {
    #[schema(required)]
    p50_ms: Option<f64>,
    #[schema(required)]
    p95_ms: Option<f64>,
    #[schema(required)]
    p99_ms: Option<f64>,
    #[schema(required)]
    proven_optimal_share: Option<f64>,
}

async fn read(
    _: Admin,
    UseCases(app): UseCases,
    Query(query): Query<InsightsQuery>,
) -> Result<Json<InsightsView>, Problem> {
    let (from, to) = stretch(&query, app.now())?;
    let tally = app.insights(from, to).await;
    let failed = |error| problem(Failure::<std::convert::Infallible>::Store(error), app.now());
    Ok(Json(view(from, to, &tally.map_err(failed)?)))
}

/// The stretch that a query asks for: the week up to now, the present minute included, unless it says otherwise.
fn stretch(query: &InsightsQuery, now: Moment) -> Result<(Moment, Moment), Problem> {
    let given = |instant: Instant| Moment::from(instant.get());
    let to = query.to.map_or_else(|| now.floor().plus(1).moment(), given);
    let from = query.from.map_or_else(|| to.plus_minutes(-DEFAULT_DAYS * MINUTES_PER_24H), given);
    if from >= to {
        return Err(wrong("to", "must be later than `from`, and is now where it is left out".to_owned()));
    }
    if from.plus_minutes(MOST_DAYS * MINUTES_PER_24H) < to {
        return Err(wrong("from", format!("must be within {MOST_DAYS} days of `to`")));
    }
    Ok((from, to))
}

fn view(from: Moment, to: Moment, tally: &Tally) -> InsightsView {
    let told = |action| tally.actions.get(&action).copied().unwrap_or(0);
    let codes = |action: AuditAction| -> BTreeMap<String, u64> {
        let of_action = tally.codes.iter().filter(|((told, _), _)| *told == action);
        of_action.map(|((_, code), count)| (code.clone(), *count)).collect()
    };
    InsightsView {
        from: Timestamp(from.into()),
        to: Timestamp(to.into()),
        proposals: ProposalsView {
            created: tally.made(),
            by_status: Status::ALL.iter().map(|status| (status.as_str(), tally.standing(*status))).collect(),
            by_reason_code: codes(AuditAction::Created),
        },
        acceptance_rate: tally.acceptance_rate(),
        undo_rate: tally.undo_rate(),
        rejections: told(AuditAction::Rejected),
        expiries: told(AuditAction::Expired),
        supersessions: told(AuditAction::Superseded),
        refusals: RefusalsView {
            create: codes(AuditAction::CreateRefused),
            accept: codes(AuditAction::AcceptRefused),
            reject: codes(AuditAction::RejectRefused),
            undo: codes(AuditAction::UndoRefused),
        },
        churn: ChurnView {
            user_days: tally.churn.days,
            mean: tally.mean_churn(),
            p95: tally.churn.p95,
            max: tally.churn.most,
            days_over_cap: tally.churn.over_cap,
        },
        planning: PlanningView {
            p50_ms: millis(tally.planning, |spread| spread.p50),
            p95_ms: millis(tally.planning, |spread| spread.p95),
            p99_ms: millis(tally.planning, |spread| spread.p99),
            proven_optimal_share: tally.proven_share(),
        },
    }
}

fn millis(spread: Option<Spread>, micros: impl Fn(Spread) -> u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "planning takes no 2 to the 53 microseconds")]
    spread.map(|spread| micros(spread) as f64 / 1000.0)
}
