use serde::Deserialize;
use serde_json::{Value, json};

use super::{Object, Span, event_id, obstacle, parse, span_as_json};
use crate::model::{EventId, InvalidProblem};
use crate::why_not::{Cause, Concession, Offer, WhyNot};

/// Reads an explanation document.
///
/// # Errors
/// [`InvalidProblem`] with the path of the first field that is wrong; `document` where it is no JSON at all.
pub fn read_why_not(text: &str) -> Result<WhyNot, InvalidProblem> {
    let document: WhyNotDocument = parse(text)?;
    document.into_why_not()
}

/// Writes an explanation as a document that [`read_why_not`] reads back.
pub fn write_why_not(why_not: &WhyNot) -> Value {
    let cause = |cause: &Cause| {
        json!({
            "obstacle": cause.obstacle.as_str(), "blocks_gained": cause.blocks_gained,
            "minutes_gained": cause.minutes_gained,
        })
    };
    let offer = |offer: &Offer| {
        json!({
            "concession": offer.concession.as_str(), "parameters": write_parameters(&offer.concession),
            "blocks_gained": offer.blocks_gained, "minutes_gained": offer.minutes_gained, "detail": offer.detail,
        })
    };
    json!({
        "missing_blocks": why_not.missing_blocks, "uncovered_minutes": why_not.uncovered_minutes,
        "causes": why_not.causes.iter().map(cause).collect::<Vec<_>>(),
        "in_the_way": why_not.in_the_way.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "busy_in_the_way": why_not.busy_in_the_way.iter().map(|at| span_as_json(*at)).collect::<Vec<_>>(),
        "offer": why_not.offer.as_ref().map(offer),
    })
}

/// What a concession grants, under the names that settings and requests have for it.
pub fn write_parameters(concession: &Concession) -> Value {
    match concession {
        Concession::OneMoreChange { churn_cap } => json!({"override_churn_cap": churn_cap}),
        Concession::LaterEvening { day_end_minute } => json!({"day_end_min": day_end_minute}),
        Concession::ShorterRest { rest_gap_minutes } => json!({"rest_gap_min": rest_gap_minutes}),
        Concession::GiveUp { event } => json!({"event_id": event.to_string()}),
        Concession::LongerLookahead { lookahead_days } => json!({"lookahead_days": lookahead_days}),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhyNotDocument {
    missing_blocks: u32,
    uncovered_minutes: u32,
    causes: Vec<Object<CauseDocument>>,
    in_the_way: Vec<Id>,
    busy_in_the_way: Vec<Object<Span>>,
    offer: Option<Object<OfferDocument>>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Id(#[serde(deserialize_with = "event_id::one")] EventId);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CauseDocument {
    #[serde(deserialize_with = "obstacle")]
    obstacle: crate::why_not::Obstacle,
    blocks_gained: u32,
    minutes_gained: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfferDocument {
    concession: ConcessionName,
    parameters: Object<ParametersDocument>,
    blocks_gained: u32,
    minutes_gained: u32,
    detail: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ConcessionName {
    OneMoreChange,
    LaterEvening,
    ShorterRest,
    GiveUp,
    LongerLookahead,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ParametersDocument {
    #[serde(default)]
    override_churn_cap: Option<u32>,
    #[serde(default)]
    day_end_min: Option<u16>,
    #[serde(default)]
    rest_gap_min: Option<u16>,
    #[serde(default, deserialize_with = "event_id::optional")]
    event_id: Option<EventId>,
    #[serde(default)]
    lookahead_days: Option<u8>,
}

impl WhyNotDocument {
    fn into_why_not(self) -> Result<WhyNot, InvalidProblem> {
        let busy = self.busy_in_the_way.into_iter().enumerate();
        let busy = busy.map(|(index, Object(span))| span.interval(|| format!("busy_in_the_way[{index}]")));
        Ok(WhyNot {
            missing_blocks: self.missing_blocks,
            uncovered_minutes: self.uncovered_minutes,
            causes: self.causes.into_iter().map(|Object(cause)| cause.into_cause()).collect(),
            in_the_way: self.in_the_way.into_iter().map(|id| id.0).collect(),
            busy_in_the_way: busy.collect::<Result<_, _>>()?,
            offer: self.offer.map(|Object(offer)| offer.into_offer()).transpose()?,
        })
    }
}

impl CauseDocument {
    fn into_cause(self) -> Cause {
        Cause {
            obstacle: self.obstacle,
            blocks_gained: self.blocks_gained,
            minutes_gained: self.minutes_gained,
        }
    }
}

impl OfferDocument {
    fn into_offer(self) -> Result<Offer, InvalidProblem> {
        let concession =
            self.parameters.0.of(self.concession).ok_or_else(|| {
                InvalidProblem::new("offer.parameters", "lacks what the concession is about")
            })?;
        Ok(Offer {
            concession,
            blocks_gained: self.blocks_gained,
            minutes_gained: self.minutes_gained,
            detail: self.detail,
        })
    }
}

impl ParametersDocument {
    fn of(self, name: ConcessionName) -> Option<Concession> {
        Some(match name {
            ConcessionName::OneMoreChange => {
                Concession::OneMoreChange { churn_cap: self.override_churn_cap? }
            }
            ConcessionName::LaterEvening => Concession::LaterEvening { day_end_minute: self.day_end_min? },
            ConcessionName::ShorterRest => Concession::ShorterRest { rest_gap_minutes: self.rest_gap_min? },
            ConcessionName::GiveUp => Concession::GiveUp { event: self.event_id? },
            ConcessionName::LongerLookahead => {
                Concession::LongerLookahead { lookahead_days: self.lookahead_days? }
            }
        })
    }
}
