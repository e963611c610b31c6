//! Why study stays uncovered, as it is shown.

use app::ports::{InTheWay, Shortfall};
use planner_core::document::write_parameters;
use planner_core::slack::Slack;
use planner_core::why_not::{Cause, Obstacle, Offer};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::ObjectBuilder;
use uuid::Uuid;

use super::view::{RangeView, range};
use crate::openapi::one_of;
use crate::value::Timestamp;

/// Why study stays uncovered, and the smallest thing that would help.
#[derive(Serialize, ToSchema)]
#[schema(as = WhyNot)]
pub(super) struct WhyNotView {
    missing_blocks: u32,
    uncovered_minutes: u32,
    causes: Vec<CauseView>,
    in_the_way: Vec<InTheWayView>,
    busy_in_the_way: Vec<RangeView>,
    #[schema(required)]
    offer: Option<OfferView>,
}

/// What one rule alone costs.
#[derive(Serialize, ToSchema)]
#[schema(as = Cause)]
struct CauseView {
    #[schema(schema_with = obstacles)]
    obstacle: &'static str,
    blocks_gained: u32,
    minutes_gained: u32,
}

/// An event where study would otherwise go, as it was when the proposal was asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = InTheWay)]
struct InTheWayView {
    event_id: Uuid,
    title: String,
    range: RangeView,
}

/// Something to agree to so that more fits.
#[derive(Serialize, ToSchema)]
#[schema(as = Offer)]
struct OfferView {
    #[schema(schema_with = concessions)]
    concession: &'static str,
    /// What to ask for, under the name that the request or the settings have for it.
    #[schema(value_type = Object)]
    parameters: Value,
    blocks_gained: u32,
    minutes_gained: u32,
    detail: String,
}

/// The room that was left for the trigger when the proposal was made.
#[derive(Serialize, ToSchema)]
#[schema(as = Slack)]
pub(super) struct SlackView {
    needed_minutes: u32,
    available_minutes: u32,
    slack_minutes: i64,
    counted_until: Timestamp,
}

fn obstacles() -> ObjectBuilder {
    one_of(Obstacle::ALL.iter().map(|obstacle| obstacle.as_str()))
}

fn concessions() -> ObjectBuilder {
    one_of(["ONE_MORE_CHANGE", "LATER_EVENING", "SHORTER_REST", "GIVE_UP", "LONGER_LOOKAHEAD"])
}

impl From<Shortfall> for WhyNotView {
    fn from(shortfall: Shortfall) -> Self {
        let why_not = shortfall.why_not;
        Self {
            missing_blocks: why_not.missing_blocks,
            uncovered_minutes: why_not.uncovered_minutes,
            causes: why_not.causes.iter().map(CauseView::from).collect(),
            in_the_way: shortfall.in_the_way.into_iter().map(InTheWayView::from).collect(),
            busy_in_the_way: why_not.busy_in_the_way.into_iter().map(range).collect(),
            offer: why_not.offer.map(OfferView::from),
        }
    }
}

impl From<&Cause> for CauseView {
    fn from(cause: &Cause) -> Self {
        Self {
            obstacle: cause.obstacle.as_str(),
            blocks_gained: cause.blocks_gained,
            minutes_gained: cause.minutes_gained,
        }
    }
}

impl From<InTheWay> for InTheWayView {
    fn from(event: InTheWay) -> Self {
        Self { event_id: event.event.0, title: event.title, range: range(event.at) }
    }
}

impl From<Offer> for OfferView {
    fn from(offer: Offer) -> Self {
        Self {
            concession: offer.concession.as_str(),
            parameters: write_parameters(&offer.concession),
            blocks_gained: offer.blocks_gained,
            minutes_gained: offer.minutes_gained,
            detail: offer.detail,
        }
    }
}

impl From<Slack> for SlackView {
    fn from(slack: Slack) -> Self {
        Self {
            needed_minutes: slack.needed_minutes,
            available_minutes: slack.available_minutes,
            slack_minutes: slack.minutes(),
            counted_until: Timestamp(slack.counted_until.into()),
        }
    }
}
