//! What a proposal was planned on and how that is explained, in the columns of its row.

use app::identity::UserId;
use app::ports::{InTheWay, NewProposal, Planned, PlannedOn, Shortfall};
use diesel::{Insertable, OptionalExtension as _, QueryDsl as _};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::document::{print_answer, read_why_not, write_problem, write_why_not};
use planner_core::model::{Answer, EventId};
use planner_core::slack::Slack;
use planner_core::time::Interval;
use serde_json::{Value, json};
use uuid::Uuid;

use super::number::narrow;
use crate::error::Error;
use crate::schema::rebalancing_proposals as proposals;

/// The columns that say what a proposal was planned on.
#[derive(Default, Insertable)]
#[diesel(table_name = proposals)]
pub(super) struct PlannedColumns {
    problem: Option<Value>,
    answer_sha256: Option<Vec<u8>>,
    work: Option<i64>,
    bound: Option<Vec<i32>>,
    why_not: Option<Value>,
    planning_micros: Option<i64>,
}

/// What a proposal was planned on, if it was planned.
pub(crate) async fn of_proposal(
    connection: &mut AsyncPgConnection,
    user: UserId,
    proposal: Uuid,
) -> Result<Option<PlannedOn>, Error> {
    let row: Option<(Option<Value>, Option<Vec<u8>>)> = proposals::table
        .find((user.0, proposal))
        .select((proposals::problem, proposals::answer_sha256))
        .get_result(connection)
        .await
        .optional()?;
    let found = row.and_then(|(problem, answer_sha256)| problem.zip(answer_sha256));
    Ok(found.map(|(problem, answer_sha256)| PlannedOn { problem, answer_sha256 }))
}

/// What the row of `proposal` says of its planning.
pub(super) fn columns(proposal: &NewProposal) -> Result<PlannedColumns, Error> {
    let why_not = proposal.shortfall.as_ref().map(|shortfall| write_why_not(&shortfall.why_not));
    let planning_micros =
        proposal.planning_micros.map(|micros| narrow("planning_micros", micros)).transpose()?;
    let Some(Planned { problem, answer }) = &proposal.planned else {
        return Ok(PlannedColumns { why_not, planning_micros, ..PlannedColumns::default() });
    };
    let Answer::Planned(plan) = answer else { return Err(Error::broken("a proposal without a plan")) };
    let bound = plan.bound.components().into_iter().map(|component| narrow("the bound", component));
    let digest = ring::digest::digest(&ring::digest::SHA256, print_answer(answer).as_bytes());
    Ok(PlannedColumns {
        problem: Some(write_problem(&proposal.id.to_string(), problem)),
        answer_sha256: Some(digest.as_ref().to_vec()),
        work: Some(narrow("work", plan.work)?),
        bound: Some(bound.collect::<Result<_, Error>>()?),
        why_not,
        planning_micros,
    })
}

/// What the explanation does not hold itself, among the details of the row.
pub(super) fn in_the_way(shortfall: Option<&Shortfall>) -> Value {
    let event = |event: &InTheWay| {
        json!({
            "event_id": event.event.to_string(), "title": event.title, "start": event.at.start().to_string(),
            "end": event.at.end().to_string(),
        })
    };
    shortfall.map_or(Value::Null, |shortfall| shortfall.in_the_way.iter().map(event).collect())
}

/// The explanation in a row.
pub(super) fn shortfall(why_not: Option<&Value>, details: &Value) -> Result<Option<Shortfall>, Error> {
    let Some(why_not) = why_not else { return Ok(None) };
    let why_not = read_why_not(&why_not.to_string())
        .map_err(|error| Error::broken(format!("a stored explanation cannot be read: {error}")))?;
    let listed = details.get("in_the_way").and_then(Value::as_array);
    let in_the_way = listed.into_iter().flatten().map(event).collect::<Option<_>>();
    let in_the_way = in_the_way.ok_or_else(|| Error::broken("what is in the way cannot be read"))?;
    Ok(Some(Shortfall { why_not, in_the_way }))
}

/// The room that is left, as the details of the row have it.
pub(super) fn slack_as_json(slack: Option<&Slack>) -> Value {
    slack.map_or(Value::Null, |slack| {
        json!({
            "needed_minutes": slack.needed_minutes, "available_minutes": slack.available_minutes,
            "counted_until": slack.counted_until.to_string(),
        })
    })
}

/// The room that was left, if the details of the row have it.
pub(super) fn slack(details: &Value) -> Result<Option<Slack>, Error> {
    let Some(slack) = details.get("slack").filter(|slack| !slack.is_null()) else { return Ok(None) };
    let minutes = |key: &str| slack.get(key)?.as_u64().and_then(|minutes| u32::try_from(minutes).ok());
    let read = || {
        Some(Slack {
            needed_minutes: minutes("needed_minutes")?,
            available_minutes: minutes("available_minutes")?,
            counted_until: slack.get("counted_until")?.as_str()?.parse().ok()?,
        })
    };
    read().map(Some).ok_or_else(|| Error::broken("a proposal's slack cannot be read"))
}

fn event(value: &Value) -> Option<InTheWay> {
    let text = |key: &str| value.get(key)?.as_str();
    Some(InTheWay {
        event: EventId(text("event_id")?.parse().ok()?),
        title: text("title")?.to_owned(),
        at: Interval::new(text("start")?.parse().ok()?, text("end")?.parse().ok()?)?,
    })
}
