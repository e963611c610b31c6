//! Taking an applied proposal back.

use std::collections::BTreeMap;

use app::identity::UserId;
use app::ports::Access;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel::{ExpressionMethods as _, QueryDsl as _};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::lifecycle::{Undo, Undoable};
use planner_core::model::EventId;
use uuid::Uuid;

use super::moves::{self, Action, MoveRow};
use super::number::narrow;
use super::snapshots;
use crate::error::Error;
use crate::schema::calendar_events;

/// What accepting a proposal wrote to, and how that is now.
///
/// A unit of work that writes locks the events: what is decided on is then what is restored.
pub(crate) async fn undoable(
    connection: &mut AsyncPgConnection,
    user: UserId,
    proposal: Uuid,
    access: Access,
) -> Result<Vec<Undoable>, Error> {
    let rows = moves::of_proposal(connection, user, proposal).await?;
    let touched: Vec<Uuid> = rows.iter().filter_map(|row| row.applied_event_id).collect();
    let events = calendar_events::table
        .filter(calendar_events::user_id.eq(user.0))
        .filter(calendar_events::id.eq_any(&touched))
        .order(calendar_events::id)
        .select((calendar_events::id, calendar_events::title, calendar_events::version));
    let events: Vec<(Uuid, String, i64)> = match access {
        Access::Read => events.load(connection).await?,
        Access::Write(_) => events.for_update().load(connection).await?,
    };
    let events: BTreeMap<Uuid, (String, i64)> =
        events.into_iter().map(|(id, title, version)| (id, (title, version))).collect();
    rows.iter().filter_map(|row| Some(undo_of(row, row.applied_event_id?, &events))).collect()
}

fn undo_of(row: &MoveRow, event: Uuid, events: &BTreeMap<Uuid, (String, i64)>) -> Result<Undoable, Error> {
    let now = events.get(&event);
    Ok(Undoable {
        event: EventId(event),
        title: now.map(|(title, _)| title.clone()).or_else(|| row.event_title.clone()).unwrap_or_default(),
        group: narrow("group_no", row.group_no)?,
        was_created: row.action()? == Action::Insert,
        applied_version: row.applied_version,
        version: now.map(|(_, version)| *version),
    })
}

/// Restores and removes events as decided.
pub(crate) async fn restore(
    connection: &mut AsyncPgConnection,
    user: UserId,
    proposal: Uuid,
    undo: &Undo,
) -> Result<(), Error> {
    if !snapshots::is_whole(connection, user, proposal).await? {
        return Err(Error::broken("the snapshot is missing or is not what was taken"));
    }
    let remove: Vec<Uuid> = undo.remove.iter().map(|event| event.0).collect();
    let removed = diesel::delete(calendar_events::table)
        .filter(calendar_events::user_id.eq(user.0))
        .filter(calendar_events::id.eq_any(&remove))
        .execute(connection)
        .await?;
    if removed != remove.len() {
        return Err(Error::Raced("a block that was made"));
    }
    let restore: Vec<Uuid> = undo.restore.iter().map(|event| event.0).collect();
    let restored = change_back(connection, user, proposal, &restore).await?
        + put_back(connection, user, proposal, &restore).await?;
    if restored != restore.len() {
        return Err(Error::broken("the snapshot lacks an event"));
    }
    hand_back(connection, user, proposal, &restore).await
}

/// Tells the proposals that this one was put on top of which versions their events have now.
///
/// An event is again as an earlier proposal left it, if this one was planned on just that. So the earlier one can still
/// be undone: nobody has edited anything.
async fn hand_back(
    connection: &mut AsyncPgConnection,
    user: UserId,
    proposal: Uuid,
    events: &[Uuid],
) -> Result<(), Error> {
    diesel::sql_query(
        "UPDATE proposal_moves earlier
            SET applied_version = e.version
           FROM rebalancing_proposals p, proposal_moves undone, calendar_events e
          WHERE undone.user_id = $1 AND undone.proposal_id = $2 AND undone.event_id = ANY ($3)
            AND e.user_id = $1 AND e.id = undone.event_id
            AND p.user_id = $1 AND p.id <> $2 AND p.status = 'APPLIED'
            AND earlier.user_id = $1 AND earlier.proposal_id = p.id AND earlier.applied_event_id = undone.event_id
            AND earlier.applied_version = undone.baseline_version",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<SqlUuid, _>(proposal)
    .bind::<Array<SqlUuid>, _>(events)
    .execute(connection)
    .await?;
    Ok(())
}

/// Sets the rows that are still there to what they were. The version goes on counting.
async fn change_back(
    connection: &mut AsyncPgConnection,
    user: UserId,
    proposal: Uuid,
    events: &[Uuid],
) -> Result<usize, Error> {
    let changed = diesel::sql_query(
        "UPDATE calendar_events e
            SET title = old.title, start_ts = old.start_ts, end_ts = old.end_ts, type = old.type,
                is_movable = old.is_movable, protected = old.protected, transparent = old.transparent,
                task_id = (SELECT t.id FROM tasks t WHERE t.user_id = old.user_id AND t.id = old.task_id),
                source = old.source, source_id = old.source_id, metadata = old.metadata,
                created_at = old.created_at
           FROM rebalancing_snapshots s, jsonb_populate_recordset(NULL::calendar_events, s.rows) old
          WHERE s.user_id = $1 AND s.proposal_id = $2 AND old.user_id = $1 AND old.id = ANY ($3)
            AND e.user_id = $1 AND e.id = old.id",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<SqlUuid, _>(proposal)
    .bind::<Array<SqlUuid>, _>(events)
    .execute(connection)
    .await?;
    Ok(changed)
}

/// Puts the rows that are gone back under their old names, with whatever columns they had.
///
/// The version goes on from the one in the snapshot: no plan that was made on the deleted row fits the new one.
async fn put_back(
    connection: &mut AsyncPgConnection,
    user: UserId,
    proposal: Uuid,
    events: &[Uuid],
) -> Result<usize, Error> {
    let put = diesel::sql_query(
        "INSERT INTO calendar_events
         SELECT back.*
           FROM rebalancing_snapshots s, jsonb_populate_recordset(NULL::calendar_events, s.rows) old,
                jsonb_populate_record(old, jsonb_build_object(
                    'version', old.version + 1, 'updated_at', canvascal_now(),
                    'task_id', (SELECT t.id FROM tasks t WHERE t.user_id = old.user_id AND t.id = old.task_id))) back
          WHERE s.user_id = $1 AND s.proposal_id = $2 AND old.user_id = $1 AND old.id = ANY ($3)
            AND NOT EXISTS (SELECT FROM calendar_events e WHERE e.user_id = $1 AND e.id = old.id)",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<SqlUuid, _>(proposal)
    .bind::<Array<SqlUuid>, _>(events)
    .execute(connection)
    .await?;
    Ok(put)
}
