use std::collections::BTreeMap;

use app::identity::UserId;
use app::ports::{NewProposal, ProposalPage, ProposalRecord, UndoToken};
use diesel::dsl::max;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryResult,
    Queryable, Selectable, SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::try_join;
use planner_core::lifecycle::{Acceptance, Proposal, Status};
use planner_core::model::{EventId, Note, Objective, ReasonCode, TaskId};
use planner_core::time::Moment;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::moves::MoveRow;
use super::number::narrow;
use super::{moves, planned, snapshots};
use crate::error::Error;
use crate::schema::{calendar_events, rebalancing_proposals as proposals};

#[derive(Queryable, Selectable)]
#[diesel(table_name = proposals, check_for_backend(diesel::pg::Pg))]
struct ProposalRow {
    id: Uuid,
    trigger_item_id: Uuid,
    status: String,
    snapshot_id: Uuid,
    lookahead_days: Option<i16>,
    override_churn_cap: Option<i32>,
    summary: String,
    need_minutes: i32,
    objective: Vec<i32>,
    proven_optimal: bool,
    details: Value,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    accepted_at: Option<OffsetDateTime>,
    reversible_until: Option<OffsetDateTime>,
    closed_at: Option<OffsetDateTime>,
    bound: Option<Vec<i32>>,
    why_not: Option<Value>,
}

/// Stores a proposal, its moves, and the snapshot of every event that it touches.
pub(crate) async fn insert(
    connection: &mut AsyncPgConnection,
    user: UserId,
    proposal: &NewProposal,
) -> Result<(), Error> {
    let objective: Result<Vec<i32>, Error> = proposal
        .objective
        .components()
        .into_iter()
        .map(|component| narrow("the objective", component))
        .collect();
    diesel::insert_into(proposals::table)
        .values((
            proposals::user_id.eq(user.0),
            proposals::id.eq(proposal.id),
            proposals::trigger_item_id.eq(stored(proposal.trigger)),
            proposals::status.eq(Status::Proposed.as_str()),
            proposals::snapshot_id.eq(proposal.snapshot_id),
            proposals::lookahead_days.eq(proposal.lookahead_days.map(i16::from)),
            proposals::override_churn_cap.eq(proposal.override_churn_cap.map(cap)),
            proposals::churn_cost.eq(narrow::<_, i32>("churn", proposal.objective.churn)?),
            proposals::summary.eq(&proposal.summary),
            proposals::need_minutes.eq(narrow::<_, i32>("need_minutes", proposal.need_minutes)?),
            proposals::objective.eq(objective?),
            proposals::proven_optimal.eq(proposal.proven_optimal),
            proposals::details.eq(details(proposal)),
            proposals::created_at.eq(OffsetDateTime::from(proposal.created_at)),
            proposals::expires_at.eq(OffsetDateTime::from(proposal.expires_at)),
            planned::columns(proposal)?,
        ))
        .execute(connection)
        .await?;
    let touched: Vec<Uuid> = proposal.touched.iter().map(|(event, _)| event.0).collect();
    let updated_at: Vec<(Uuid, OffsetDateTime)> = calendar_events::table
        .filter(calendar_events::user_id.eq(user.0))
        .filter(calendar_events::id.eq_any(&touched))
        .select((calendar_events::id, calendar_events::updated_at))
        .load(connection)
        .await?;
    let updated_at: BTreeMap<Uuid, OffsetDateTime> = updated_at.into_iter().collect();
    moves::insert(connection, user, proposal, &updated_at).await?;
    snapshots::take(connection, user, proposal.snapshot_id, proposal.id, &touched, proposal.created_at).await
}

/// One proposal.
pub(crate) async fn one(
    connection: &mut AsyncPgConnection,
    user: UserId,
    id: Uuid,
) -> Result<Option<ProposalRecord>, Error> {
    let shared: &AsyncPgConnection = connection;
    let (row, moves) = try_join(row(shared, user, id), moves::of_proposal(shared, user, id)).await?;
    row.map(|row| record(row, &moves)).transpose()
}

async fn row(mut connection: &AsyncPgConnection, user: UserId, id: Uuid) -> QueryResult<Option<ProposalRow>> {
    let row = proposals::table.find((user.0, id)).select(ProposalRow::as_select());
    row.get_result(&mut connection).await.optional()
}

/// A page of proposals, newest first, in two queries however many they are.
pub(crate) async fn page(
    connection: &mut AsyncPgConnection,
    user: UserId,
    page: &ProposalPage,
    now: Moment,
) -> Result<Vec<ProposalRecord>, Error> {
    let mut query = proposals::table
        .filter(proposals::user_id.eq(user.0))
        .select(ProposalRow::as_select())
        .order((proposals::created_at.desc(), proposals::id.desc()))
        .limit(page.page.limit.into())
        .into_boxed();
    if let Some(after) = page.page.after {
        // The first condition says nothing new, but an index can begin there.
        query = query
            .filter(proposals::created_at.le(after.at))
            .filter(proposals::created_at.lt(after.at).or(proposals::id.lt(after.id)));
    }
    if let Some(from) = page.from {
        query = query.filter(proposals::created_at.ge(from));
    }
    if let Some(to) = page.to {
        query = query.filter(proposals::created_at.lt(to));
    }
    if let Some(trigger) = page.trigger {
        query = query.filter(proposals::trigger_item_id.eq(trigger.0));
    }
    let (is, now) = (|status: Status| proposals::status.eq(status.as_str()), OffsetDateTime::from(now));
    query = match page.status {
        None => query,
        Some(Status::Proposed) => query.filter(is(Status::Proposed)).filter(proposals::expires_at.gt(now)),
        Some(Status::Expired) => {
            query.filter(is(Status::Expired).or(is(Status::Proposed).and(proposals::expires_at.le(now))))
        }
        Some(status) => query.filter(is(status)),
    };
    let rows: Vec<ProposalRow> = query.load(connection).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let moves = moves::of_proposals(connection, user, &ids).await?;
    let moves: BTreeMap<Uuid, &[MoveRow]> = moves
        .chunk_by(|one, next| one.proposal_id == next.proposal_id)
        .map(|rows| (rows[0].proposal_id, rows))
        .collect();
    rows.into_iter()
        .map(|row| {
            let moves = moves.get(&row.id).copied().unwrap_or_default();
            record(row, moves)
        })
        .collect()
}

/// The open proposal for a task, or the one that resolves conflicts, if there is one.
pub(crate) async fn open(
    connection: &mut AsyncPgConnection,
    user: UserId,
    trigger: Option<TaskId>,
) -> Result<Option<Uuid>, Error> {
    let id = proposals::table
        .filter(proposals::user_id.eq(user.0))
        .filter(proposals::trigger_item_id.eq(stored(trigger)))
        .filter(proposals::status.eq(Status::Proposed.as_str()))
        .select(proposals::id)
        .get_result(connection)
        .await
        .optional()?;
    Ok(id)
}

/// A proposal that resolves conflicts is stored under an id that no task has: so one rule keeps there from being two open ones.
fn stored(trigger: Option<TaskId>) -> Uuid {
    trigger.map_or(Uuid::nil(), |task| task.0)
}

/// The proposal that a token undoes.
///
/// The digest is looked up, not compared byte by byte in constant time: what the time of a look-up could tell is how
/// much of the *digest* was guessed, and nobody can choose a token by its digest.
pub(crate) async fn of_token(
    connection: &mut AsyncPgConnection,
    user: UserId,
    token: &UndoToken,
) -> Result<Option<Uuid>, Error> {
    let id = proposals::table
        .filter(proposals::user_id.eq(user.0))
        .filter(proposals::undo_token_digest.eq(digest(token)))
        .select(proposals::id)
        .get_result(connection)
        .await
        .optional()?;
    Ok(id)
}

/// When a proposal for this task was last accepted that has not been undone.
pub(crate) async fn last_acceptance(
    connection: &mut AsyncPgConnection,
    user: UserId,
    trigger: TaskId,
) -> Result<Option<Moment>, Error> {
    let at: Option<OffsetDateTime> = proposals::table
        .filter(proposals::user_id.eq(user.0))
        .filter(proposals::trigger_item_id.eq(trigger.0))
        .filter(proposals::status.eq(Status::Applied.as_str()))
        .select(max(proposals::accepted_at))
        .get_result(connection)
        .await?;
    Ok(at.map(Moment::from))
}

/// Closes a proposal as rejected, expired or undone.
pub(crate) async fn close(
    connection: &mut AsyncPgConnection,
    user: UserId,
    id: Uuid,
    status: Status,
    at: Moment,
) -> Result<(), Error> {
    let closed = diesel::update(proposals::table.find((user.0, id)))
        .set((proposals::status.eq(status.as_str()), proposals::closed_at.eq(OffsetDateTime::from(at))))
        .execute(connection)
        .await?;
    if closed == 1 { Ok(()) } else { Err(Error::broken("there is no such proposal to close")) }
}

/// Marks an open proposal as applied.
pub(crate) async fn mark_applied(
    connection: &mut AsyncPgConnection,
    user: UserId,
    id: Uuid,
    acceptance: &Acceptance,
    token: &UndoToken,
    at: Moment,
) -> Result<(), Error> {
    let marked = diesel::update(proposals::table.find((user.0, id)))
        .filter(proposals::status.eq(Status::Proposed.as_str()))
        .set((
            proposals::status.eq(Status::Applied.as_str()),
            proposals::accepted_at.eq(OffsetDateTime::from(at)),
            proposals::reversible_until.eq(OffsetDateTime::from(acceptance.reversible_until)),
            proposals::undo_token_digest.eq(digest(token)),
        ))
        .execute(connection)
        .await?;
    if marked == 1 { Ok(()) } else { Err(Error::broken("there is no such open proposal to apply")) }
}

/// Only the digest of a token is stored, and it is made here, so that no log of statements shows the token.
fn digest(token: &UndoToken) -> Vec<u8> {
    ring::digest::digest(&ring::digest::SHA256, token.reveal().as_bytes()).as_ref().to_vec()
}

/// A cap as its column has it. The user's maximum holds whatever is asked for, so that the largest number will do for
/// all larger ones.
fn cap(asked: u32) -> i32 {
    i32::try_from(asked).unwrap_or(i32::MAX)
}

fn details(proposal: &NewProposal) -> Value {
    let notes: Vec<Value> = proposal
        .notes
        .iter()
        .map(|note| {
            json!({"event_id": note.event.0.to_string(), "reason_code": note.reason.as_str(), "detail": note.detail})
        })
        .collect();
    let stranded: Vec<String> = proposal.left_stranded.iter().map(|event| event.0.to_string()).collect();
    let rules: Vec<&str> = proposal.rules_kept.iter().map(|rule| rule.as_str()).collect();
    json!({
        "notes": notes, "left_stranded": stranded, "rules_kept": rules,
        "unknown_calendars": proposal.unknown_calendars,
        "in_the_way": planned::in_the_way(proposal.shortfall.as_ref()),
        "slack": planned::slack_as_json(proposal.slack.as_ref()),
    })
}

fn record(row: ProposalRow, rows: &[moves::MoveRow]) -> Result<ProposalRecord, Error> {
    let moved = moves::read(rows)?;
    let status = Status::from_name(&row.status)
        .ok_or_else(|| Error::broken(format!("no proposal is {:?}", row.status)))?;
    Ok(ProposalRecord {
        id: row.id,
        snapshot_id: row.snapshot_id,
        proposal: Proposal {
            status,
            expires_at: row.expires_at.into(),
            trigger: Some(TaskId(row.trigger_item_id)).filter(|task| !task.0.is_nil()),
            actions: moved.changes.iter().map(|proposed| proposed.change.action.clone()).collect(),
            claims: moved.claims,
            touched: moved.touched,
        },
        changes: moved.changes,
        lookahead_days: row.lookahead_days.map(|days| narrow("lookahead_days", days)).transpose()?,
        override_churn_cap: row
            .override_churn_cap
            .map(|cap| narrow("override_churn_cap", cap))
            .transpose()?,
        summary: row.summary,
        notes: list(&row.details, "notes").map(note).collect::<Option<_>>().ok_or_else(broken_details)?,
        left_stranded: list(&row.details, "left_stranded")
            .map(event)
            .collect::<Option<_>>()
            .ok_or_else(broken_details)?,
        unknown_calendars: list(&row.details, "unknown_calendars")
            .map(|title| title.as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .ok_or_else(broken_details)?,
        need_minutes: narrow("need_minutes", row.need_minutes)?,
        objective: objective(&row.objective)?,
        proven_optimal: row.proven_optimal,
        bound: row.bound.as_deref().map(objective).transpose()?,
        shortfall: planned::shortfall(row.why_not.as_ref(), &row.details)?,
        slack: planned::slack(&row.details)?,
        created_at: row.created_at.into(),
        accepted_at: row.accepted_at.map(Moment::from),
        reversible_until: row.reversible_until.map(Moment::from),
        closed_at: row.closed_at.map(Moment::from),
    })
}

fn broken_details() -> Error {
    Error::broken("a proposal's details cannot be read")
}

fn list<'a>(details: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    details.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn event(value: &Value) -> Option<EventId> {
    value.as_str()?.parse().ok().map(EventId)
}

fn note(value: &Value) -> Option<Note> {
    Some(Note {
        event: event(value.get("event_id")?)?,
        reason: ReasonCode::from_name(value.get("reason_code")?.as_str()?)?,
        detail: value.get("detail")?.as_str()?.to_owned(),
    })
}

fn objective(components: &[i32]) -> Result<Objective, Error> {
    let components: Result<Vec<u32>, Error> =
        components.iter().map(|component| narrow("the objective", *component)).collect();
    let components: [u32; 11] =
        components?.try_into().map_err(|_| Error::broken("an objective has not eleven components"))?;
    Ok(Objective::from_components(components))
}
