use std::collections::{BTreeMap, BTreeSet};

use app::identity::UserId;
use app::ports::{WeekRows, WeekSpan};
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, JoinOnDsl as _, QueryDsl as _, QueryResult,
    Queryable, Selectable, SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::try_join3;
use planner_core::lifecycle::Status;
use planner_core::model::{Event, EventId, Kind, TaskId};
use planner_core::time::Moment;
use time::OffsetDateTime;
use uuid::Uuid;

use super::events::{LONGEST, kind};
use super::google::busy;
use super::moves::Action;
use super::number::interval;
use super::tasks;
use crate::error::Error;
use crate::schema::{calendar_events, proposal_moves, rebalancing_proposals};

#[derive(Queryable, Selectable)]
#[diesel(table_name = calendar_events, check_for_backend(diesel::pg::Pg))]
struct PlannedRow {
    id: Uuid,
    title: String,
    start_ts: OffsetDateTime,
    end_ts: OffsetDateTime,
    kind: String,
    is_movable: bool,
    protected: bool,
    transparent: bool,
    task_id: Option<Uuid>,
    version: i64,
}

/// The rows of a planning problem.
pub(crate) async fn load(
    connection: &mut AsyncPgConnection,
    user: UserId,
    span: &WeekSpan,
) -> Result<WeekRows, Error> {
    let shared: &AsyncPgConnection = connection;
    let (rows, accepted, busy) =
        try_join3(events(shared, user, span), accepted(shared, user, span), busy::of_chosen(shared, user))
            .await?;
    let trigger = span.trigger.map(|task| task.0);
    let named: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.task_id).chain(trigger).collect();
    let named: Vec<Uuid> = named.into_iter().collect();
    let tasks = tasks::due(connection, user, &named).await?;
    let known: BTreeSet<TaskId> = tasks.iter().map(|task| task.id).collect();
    let events = rows.into_iter().map(|row| {
        let version = row.version;
        let event = Event {
            id: EventId(row.id),
            title: row.title,
            interval: interval(row.start_ts, row.end_ts)?,
            kind: kind(&row.kind)?,
            is_movable: row.is_movable,
            protected: row.protected,
            transparent: row.transparent,
            task: row.task_id.map(TaskId).filter(|task| known.contains(task)),
            accepted_at: accepted.get(&row.id).copied(),
        };
        Ok((event, version))
    });
    let events = events.collect::<Result<_, Error>>()?;
    let (busy, unknown) = busy::within(busy, span.span)?;
    Ok(WeekRows { events, tasks, busy, unknown })
}

async fn events(
    mut connection: &AsyncPgConnection,
    user: UserId,
    span: &WeekSpan,
) -> QueryResult<Vec<PlannedRow>> {
    let (from, to) = (OffsetDateTime::from(span.span.start()), OffsetDateTime::from(span.span.end()));
    let earliest = from.checked_sub(LONGEST).unwrap_or(from);
    let touches = calendar_events::start_ts
        .lt(to)
        .and(calendar_events::start_ts.gt(earliest))
        .and(calendar_events::end_ts.gt(from));
    // Without a trigger this is null, which selects nothing.
    let serves = calendar_events::task_id
        .eq(span.trigger.map(|task| task.0))
        .and(calendar_events::kind.eq(Kind::Focus.as_str()));
    let also: Vec<Uuid> = span.also.iter().map(|event| event.0).collect();
    calendar_events::table
        .filter(calendar_events::user_id.eq(user.0))
        .filter(touches.or(serves).or(calendar_events::id.eq_any(also)))
        .order((calendar_events::start_ts, calendar_events::id))
        .select(PlannedRow::as_select())
        .load(&mut connection)
        .await
}

/// When each event was last changed by a proposal that is still applied.
async fn accepted(
    mut connection: &AsyncPgConnection,
    user: UserId,
    span: &WeekSpan,
) -> QueryResult<BTreeMap<Uuid, Moment>> {
    let rows: Vec<(Option<Uuid>, Option<OffsetDateTime>)> = rebalancing_proposals::table
        .inner_join(
            proposal_moves::table.on(proposal_moves::user_id
                .eq(rebalancing_proposals::user_id)
                .and(proposal_moves::proposal_id.eq(rebalancing_proposals::id))),
        )
        .filter(rebalancing_proposals::user_id.eq(user.0))
        .filter(rebalancing_proposals::status.eq(Status::Applied.as_str()))
        .filter(rebalancing_proposals::accepted_at.gt(OffsetDateTime::from(span.accepted_after)))
        .filter(proposal_moves::action.eq_any(Action::PLACING.map(Action::as_str)))
        .select((proposal_moves::applied_event_id, rebalancing_proposals::accepted_at))
        .load(&mut connection)
        .await?;
    let mut latest = BTreeMap::new();
    for (event, at) in rows {
        let (Some(event), Some(at)) = (event, at) else { continue };
        let at = Moment::from(at);
        let entry = latest.entry(event).or_insert(at);
        *entry = at.max(*entry);
    }
    Ok(latest)
}
