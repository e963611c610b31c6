//! The rows of a proposal.
//!
//! A change is one row, but for a split: that is a `resize` of the event to the first piece and an `insert` of a copy
//! at the second, in one group. Blocks to be claimed are rows as well, with the action `link`.

use std::collections::BTreeMap;

use app::identity::UserId;
use app::ports::{NewProposal, ProposedChange};
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Uuid as SqlUuid};
use diesel::{
    ExpressionMethods as _, Insertable, QueryDsl as _, QueryResult, Queryable, Selectable,
    SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::lifecycle::Touched;
use planner_core::model::{self, Change, EventId, ReasonCode};
use planner_core::time::{Instant, Interval};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use super::number::{interval, narrow, priority, scaled, score};
use crate::error::Error;
use crate::schema::proposal_moves;

/// What a row does to the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Insert,
    Move,
    Resize,
    Delete,
    Link,
}

impl Action {
    const ALL: [Self; 5] = [Self::Insert, Self::Move, Self::Resize, Self::Delete, Self::Link];

    /// Those that put an event somewhere.
    pub(crate) const PLACING: [Self; 3] = [Self::Insert, Self::Move, Self::Resize];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Move => "move",
            Self::Resize => "resize",
            Self::Delete => "delete",
            Self::Link => "link",
        }
    }

    fn from_name(name: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|action| action.as_str() == name)
            .ok_or_else(|| Error::broken(format!("no row of a proposal is a {name:?}")))
    }
}

/// A row of a proposal, as far as it is read again.
#[derive(Queryable, Selectable)]
#[diesel(table_name = proposal_moves, check_for_backend(diesel::pg::Pg))]
pub(crate) struct MoveRow {
    pub(crate) proposal_id: Uuid,
    action: String,
    pub(crate) event_id: Option<Uuid>,
    from_start_ts: Option<OffsetDateTime>,
    from_end_ts: Option<OffsetDateTime>,
    to_start_ts: Option<OffsetDateTime>,
    to_end_ts: Option<OffsetDateTime>,
    reason_code: String,
    detail: String,
    pub(crate) position: i32,
    pub(crate) group_no: i32,
    pub(crate) event_title: Option<String>,
    base_priority: f64,
    energy_multiplier: f64,
    pub(crate) baseline_version: Option<i64>,
    pub(crate) applied_event_id: Option<Uuid>,
    pub(crate) applied_version: Option<i64>,
}

impl MoveRow {
    pub(crate) fn action(&self) -> Result<Action, Error> {
        Action::from_name(&self.action)
    }

    fn event(&self) -> Result<EventId, Error> {
        self.event_id.map(EventId).ok_or_else(|| Error::broken("a row of a proposal lacks its event"))
    }

    fn to(&self) -> Result<Interval, Error> {
        match (self.to_start_ts, self.to_end_ts) {
            (Some(start), Some(end)) => interval(start, end),
            _ => Err(Error::broken("a row of a proposal does not say where to")),
        }
    }

    fn from(&self) -> Result<Option<Interval>, Error> {
        match (self.from_start_ts, self.from_end_ts) {
            (Some(start), Some(end)) => interval(start, end).map(Some),
            _ => Ok(None),
        }
    }
}

/// The rows of a proposal in their order.
pub(crate) async fn of_proposal(
    mut connection: &AsyncPgConnection,
    user: UserId,
    proposal: Uuid,
) -> QueryResult<Vec<MoveRow>> {
    proposal_moves::table
        .filter(proposal_moves::user_id.eq(user.0))
        .filter(proposal_moves::proposal_id.eq(proposal))
        .order(proposal_moves::position)
        .select(MoveRow::as_select())
        .load(&mut connection)
        .await
}

/// The rows of these proposals, each proposal's together and in their order.
pub(crate) async fn of_proposals(
    connection: &mut AsyncPgConnection,
    user: UserId,
    proposals: &[Uuid],
) -> QueryResult<Vec<MoveRow>> {
    proposal_moves::table
        .filter(proposal_moves::user_id.eq(user.0))
        .filter(proposal_moves::proposal_id.eq_any(proposals))
        .order((proposal_moves::proposal_id, proposal_moves::position))
        .select(MoveRow::as_select())
        .load(connection)
        .await
}

/// What the rows of a proposal amount to.
#[derive(Default)]
pub(crate) struct Planned {
    pub(crate) changes: Vec<ProposedChange>,
    pub(crate) claims: Vec<EventId>,
    pub(crate) touched: BTreeMap<EventId, Touched>,
}

/// Puts rows together to changes and claims.
pub(crate) fn read(rows: &[MoveRow]) -> Result<Planned, Error> {
    let mut planned = Planned::default();
    for row in rows {
        if let (Some(event), Some(version)) = (row.event_id, row.baseline_version) {
            let title = row.event_title.clone().unwrap_or_default();
            planned.touched.insert(EventId(event), Touched { version, title });
        }
    }
    for group in groups(rows) {
        if group[0].action()? == Action::Link {
            planned.claims.push(group[0].event()?);
        } else {
            planned.changes.push(change(group)?);
        }
    }
    Ok(planned)
}

/// The rows of each change.
pub(crate) fn groups(rows: &[MoveRow]) -> impl Iterator<Item = &[MoveRow]> {
    rows.chunk_by(|one, next| one.group_no == next.group_no)
}

fn change(group: &[MoveRow]) -> Result<ProposedChange, Error> {
    let first = &group[0];
    let action = match (first.action()?, group.get(1)) {
        (Action::Insert, None) => model::Action::Create { at: first.to()? },
        (Action::Move, None) => model::Action::Move { event: first.event()?, to: first.to()? },
        (Action::Delete, None) => model::Action::Delete { event: first.event()? },
        (Action::Resize, Some(second)) if group.len() == 2 && second.action()? == Action::Insert => {
            model::Action::Split { event: first.event()?, pieces: [first.to()?, second.to()?] }
        }
        _ => return Err(Error::broken("the rows of a group make no change")),
    };
    let reason = ReasonCode::from_name(&first.reason_code)
        .ok_or_else(|| Error::broken(format!("no change is made because of {:?}", first.reason_code)))?;
    Ok(ProposedChange {
        change: Change { action, reason, detail: first.detail.clone() },
        from: first.from()?,
        base_priority: priority(first.base_priority)?,
        energy_hundredths: narrow(
            "energy_multiplier",
            scaled("energy_multiplier", first.energy_multiplier, 100.0)?,
        )?,
    })
}

#[derive(Insertable)]
#[diesel(table_name = proposal_moves)]
struct NewMove<'a> {
    user_id: Uuid,
    proposal_id: Uuid,
    id: Uuid,
    action: &'static str,
    event_id: Option<Uuid>,
    from_start_ts: Option<OffsetDateTime>,
    from_end_ts: Option<OffsetDateTime>,
    to_start_ts: Option<OffsetDateTime>,
    to_end_ts: Option<OffsetDateTime>,
    delta_minutes: Option<i32>,
    reason_code: &'static str,
    detail: &'a str,
    created_at: OffsetDateTime,
    position: i32,
    group_no: i32,
    event_title: Option<&'a str>,
    base_priority: f64,
    energy_multiplier: f64,
    final_priority: f64,
    feasibility_flags: Value,
    baseline_updated_at: Option<OffsetDateTime>,
    baseline_version: Option<i64>,
}

/// Stores the rows of a proposal, all at once. `updated_at` tells when each touched event was last changed.
pub(crate) async fn insert(
    connection: &mut AsyncPgConnection,
    user: UserId,
    proposal: &NewProposal,
    updated_at: &BTreeMap<Uuid, OffsetDateTime>,
) -> Result<(), Error> {
    let rows = RowMaker::new(user, proposal, updated_at).all()?;
    diesel::insert_into(proposal_moves::table).values(&rows).execute(connection).await?;
    Ok(())
}

/// Makes the rows of a proposal.
struct RowMaker<'a> {
    user: UserId,
    proposal: &'a NewProposal,
    touched: BTreeMap<EventId, &'a Touched>,
    updated_at: &'a BTreeMap<Uuid, OffsetDateTime>,
    made: Vec<NewMove<'a>>,
    groups: i32,
}

/// One row's own part.
struct Step {
    action: Action,
    event: Option<EventId>,
    from: Option<Interval>,
    to: Option<Interval>,
    /// Where the moved minutes began before.
    was: Option<Instant>,
}

impl<'a> RowMaker<'a> {
    fn new(user: UserId, proposal: &'a NewProposal, updated_at: &'a BTreeMap<Uuid, OffsetDateTime>) -> Self {
        let touched = proposal.touched.iter().map(|(event, touched)| (*event, touched)).collect();
        Self { user, proposal, touched, updated_at, made: Vec::new(), groups: 0 }
    }

    fn all(mut self) -> Result<Vec<NewMove<'a>>, Error> {
        for proposed in &self.proposal.changes {
            for step in steps(proposed) {
                self.push(&step, proposed)?;
            }
            self.groups += 1;
        }
        for claim in &self.proposal.claims {
            self.push_claim(*claim)?;
            self.groups += 1;
        }
        Ok(self.made)
    }

    fn push(&mut self, step: &Step, proposed: &'a ProposedChange) -> Result<(), Error> {
        let (base, energy) = (score(proposed.base_priority)?, f64::from(proposed.energy_hundredths) / 100.0);
        let delta = match (step.was, step.to) {
            (Some(was), Some(to)) => Some(narrow("delta_minutes", to.start().minutes_since(was))?),
            _ => None,
        };
        let row = NewMove {
            delta_minutes: delta,
            detail: &proposed.change.detail,
            base_priority: base,
            energy_multiplier: energy,
            final_priority: base * energy,
            ..self.row(step, proposed.change.reason)?
        };
        self.made.push(row);
        Ok(())
    }

    fn push_claim(&mut self, event: EventId) -> Result<(), Error> {
        let step = Step { action: Action::Link, event: Some(event), from: None, to: None, was: None };
        let row = self.row(&step, ReasonCode::PreserveFocus)?;
        self.made.push(row);
        Ok(())
    }

    fn row(&self, step: &Step, reason: ReasonCode) -> Result<NewMove<'a>, Error> {
        let touched = step.event.and_then(|event| self.touched.get(&event).copied());
        let kept: Map<String, Value> = self
            .proposal
            .rules_kept
            .iter()
            .map(|rule| (rule.as_str().to_owned(), Value::Bool(true)))
            .collect();
        Ok(NewMove {
            user_id: self.user.0,
            proposal_id: self.proposal.id,
            // Rows are named by their place: the same proposal makes the same rows.
            id: Uuid::new_v5(&self.proposal.id, &self.made.len().to_be_bytes()),
            action: step.action.as_str(),
            event_id: step.event.map(|event| event.0),
            from_start_ts: step.from.map(|from| from.start().into()),
            from_end_ts: step.from.map(|from| from.end().into()),
            to_start_ts: step.to.map(|to| to.start().into()),
            to_end_ts: step.to.map(|to| to.end().into()),
            delta_minutes: None,
            reason_code: reason.as_str(),
            detail: "",
            created_at: self.proposal.created_at.into(),
            position: narrow("position", self.made.len())?,
            group_no: self.groups,
            event_title: touched.map(|touched| touched.title.as_str()),
            base_priority: 0.0,
            energy_multiplier: 1.0,
            final_priority: 0.0,
            feasibility_flags: Value::Object(kept),
            baseline_updated_at: step.event.and_then(|event| self.updated_at.get(&event.0).copied()),
            baseline_version: touched.map(|touched| touched.version),
        })
    }
}

fn steps(proposed: &ProposedChange) -> Vec<Step> {
    let (action, from) = (&proposed.change.action, proposed.from);
    let event = action.event();
    let was = from.map(Interval::start);
    match action {
        model::Action::Create { at } => {
            vec![Step { action: Action::Insert, event, from: None, to: Some(*at), was: None }]
        }
        model::Action::Move { to, .. } => {
            vec![Step { action: Action::Move, event, from, to: Some(*to), was }]
        }
        model::Action::Delete { .. } => {
            vec![Step { action: Action::Delete, event, from, to: None, was: None }]
        }
        model::Action::Split { pieces: [first, second], .. } => vec![
            Step { action: Action::Resize, event, from, to: Some(*first), was },
            Step {
                action: Action::Insert,
                event,
                from: None,
                to: Some(*second),
                was: was.map(|was| was.plus(first.minutes())),
            },
        ],
    }
}

/// What applying a row led to.
pub(crate) struct Outcome {
    pub(crate) position: i32,
    pub(crate) event: Uuid,
    /// `None` where the event was removed.
    pub(crate) version: Option<i64>,
    /// What a block that was made is called.
    pub(crate) title: Option<String>,
}

/// Remembers with the rows what applying them led to.
pub(crate) async fn remember(
    connection: &mut AsyncPgConnection,
    user: UserId,
    proposal: Uuid,
    outcomes: &[Outcome],
) -> Result<(), Error> {
    let positions: Vec<i32> = outcomes.iter().map(|outcome| outcome.position).collect();
    let events: Vec<Uuid> = outcomes.iter().map(|outcome| outcome.event).collect();
    let versions: Vec<Option<i64>> = outcomes.iter().map(|outcome| outcome.version).collect();
    let titles: Vec<Option<&str>> = outcomes.iter().map(|outcome| outcome.title.as_deref()).collect();
    let remembered = diesel::sql_query(
        "UPDATE proposal_moves m
            SET applied_event_id = o.event, applied_version = o.version,
                event_title = coalesce(m.event_title, o.title)
           FROM unnest($3, $4, $5, $6) AS o (position, event, version, title)
          WHERE m.user_id = $1 AND m.proposal_id = $2 AND m.position = o.position",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<SqlUuid, _>(proposal)
    .bind::<Array<Integer>, _>(positions)
    .bind::<Array<SqlUuid>, _>(events)
    .bind::<Array<Nullable<BigInt>>, _>(versions)
    .bind::<Array<Nullable<diesel::sql_types::Text>>, _>(titles)
    .execute(connection)
    .await?;
    if remembered == outcomes.len() { Ok(()) } else { Err(Error::broken("rows of the proposal are missing")) }
}
