//! Writing an accepted proposal.
//!
//! Every write names the version that was planned on. A row that somebody changed by another road since the decision is
//! not written to, and with it nothing is.

use app::identity::UserId;
use app::ports::{AppliedChange, Origin, UndoToken};
use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryableByName};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::lifecycle::{Acceptance, Write};
use planner_core::model::{EventId, Kind, TaskId};
use planner_core::time::{Interval, Moment};
use time::OffsetDateTime;
use uuid::Uuid;

use super::moves::{self, Action, MoveRow, Outcome};
use super::{ledger, proposals};
use crate::error::Error;
use crate::schema::calendar_events;

/// Applies a proposal.
pub(crate) async fn apply(
    connection: &mut AsyncPgConnection,
    user: UserId,
    proposal: Uuid,
    acceptance: &Acceptance,
    changes: &[AppliedChange],
    token: &UndoToken,
    at: Moment,
) -> Result<(), Error> {
    proposals::mark_applied(connection, user, proposal, acceptance, token, at).await?;
    let rows = moves::of_proposal(connection, user, proposal).await?;
    let groups: Vec<&[MoveRow]> = moves::groups(&rows).collect();
    if groups.len() != changes.len() {
        return Err(Error::broken("the writes are not those of the proposal"));
    }
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut calendar = Calendar { connection, user };
    for (group, change) in groups.into_iter().zip(changes) {
        calendar.write(group, change, &mut outcomes).await?;
    }
    moves::remember(connection, user, proposal, &outcomes).await?;
    ledger::enter(connection, user, proposal, acceptance, at).await
}

/// The events of one user.
struct Calendar<'a> {
    connection: &'a mut AsyncPgConnection,
    user: UserId,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = BigInt)]
    version: i64,
}

impl Calendar<'_> {
    async fn write(
        &mut self,
        group: &[MoveRow],
        change: &AppliedChange,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), Error> {
        let row = &group[0];
        let outcome = match (&change.write, row.action()?, change.new_event) {
            (Write::Insert { at, title, task }, Action::Insert, Some(new)) => {
                let version = self.insert(new, *at, title, *task).await?;
                Outcome {
                    position: row.position,
                    event: new.0,
                    version: Some(version),
                    title: Some(title.clone()),
                }
            }
            (Write::Reschedule { event, to }, Action::Move, None) => {
                done(row, *event, Some(self.place(planned(row, *event)?, *event, *to).await?))
            }
            (Write::Split { event, pieces: [first, second] }, Action::Resize, Some(new))
                if group.len() == 2 =>
            {
                // The copy first, while the row is as it was planned on.
                let copied = self.copy(planned(row, *event)?, *event, new, *second).await?;
                outcomes.push(Outcome {
                    position: group[1].position,
                    event: new.0,
                    version: Some(copied),
                    title: row.event_title.clone(),
                });
                done(row, *event, Some(self.place(planned(row, *event)?, *event, *first).await?))
            }
            (Write::Delete { event }, Action::Delete, None) => {
                self.delete(planned(row, *event)?, *event).await?;
                done(row, *event, None)
            }
            (Write::Link { event, task }, Action::Link, None) => {
                done(row, *event, Some(self.link(planned(row, *event)?, *event, *task).await?))
            }
            _ => return Err(Error::broken("the writes are not those of the proposal")),
        };
        outcomes.push(outcome);
        Ok(())
    }

    async fn insert(&mut self, id: EventId, at: Interval, title: &str, task: TaskId) -> Result<i64, Error> {
        let version = diesel::insert_into(calendar_events::table)
            .values((
                calendar_events::user_id.eq(self.user.0),
                calendar_events::id.eq(id.0),
                calendar_events::title.eq(fitting(title)),
                calendar_events::start_ts.eq(OffsetDateTime::from(at.start())),
                calendar_events::end_ts.eq(OffsetDateTime::from(at.end())),
                calendar_events::kind.eq(Kind::Focus.as_str()),
                calendar_events::is_movable.eq(true),
                calendar_events::task_id.eq(task.0),
                calendar_events::source.eq(Origin::own().source),
            ))
            .returning(calendar_events::version)
            .get_result(self.connection)
            .await?;
        Ok(version)
    }

    async fn place(&mut self, version: i64, id: EventId, to: Interval) -> Result<i64, Error> {
        let placed = diesel::update(calendar_events::table.find((self.user.0, id.0)))
            .filter(calendar_events::version.eq(version))
            .set((
                calendar_events::start_ts.eq(OffsetDateTime::from(to.start())),
                calendar_events::end_ts.eq(OffsetDateTime::from(to.end())),
            ))
            .returning(calendar_events::version)
            .get_result(self.connection)
            .await
            .optional()?;
        placed.ok_or(Error::Raced("an event"))
    }

    /// Copies a whole row, with columns that this program knows nothing of. The copy was made here, whatever the
    /// original's source: in another calendar there is one event, not two.
    async fn copy(&mut self, version: i64, id: EventId, new: EventId, to: Interval) -> Result<i64, Error> {
        let copied: Option<Version> = diesel::sql_query(
            "INSERT INTO calendar_events
             SELECT copy.*
               FROM calendar_events e,
                    jsonb_populate_record(e, jsonb_build_object(
                        'id', $4, 'start_ts', $5, 'end_ts', $6, 'source', $7, 'source_id', NULL,
                        'version', 1, 'created_at', canvascal_now(), 'updated_at', canvascal_now())) AS copy
              WHERE e.user_id = $1 AND e.id = $2 AND e.version = $3
             RETURNING version",
        )
        .bind::<SqlUuid, _>(self.user.0)
        .bind::<SqlUuid, _>(id.0)
        .bind::<BigInt, _>(version)
        .bind::<SqlUuid, _>(new.0)
        .bind::<Timestamptz, _>(OffsetDateTime::from(to.start()))
        .bind::<Timestamptz, _>(OffsetDateTime::from(to.end()))
        .bind::<Text, _>(Origin::own().source)
        .get_result(self.connection)
        .await
        .optional()?;
        copied.map(|copy| copy.version).ok_or(Error::Raced("an event"))
    }

    async fn delete(&mut self, version: i64, id: EventId) -> Result<(), Error> {
        let deleted = diesel::delete(calendar_events::table.find((self.user.0, id.0)))
            .filter(calendar_events::version.eq(version))
            .execute(self.connection)
            .await?;
        if deleted == 1 { Ok(()) } else { Err(Error::Raced("an event")) }
    }

    async fn link(&mut self, version: i64, id: EventId, task: TaskId) -> Result<i64, Error> {
        let linked = diesel::update(calendar_events::table.find((self.user.0, id.0)))
            .filter(calendar_events::version.eq(version))
            .set(calendar_events::task_id.eq(task.0))
            .returning(calendar_events::version)
            .get_result(self.connection)
            .await
            .optional()?;
        linked.ok_or(Error::Raced("an event"))
    }
}

/// The version that a row was planned on, if it is about this event.
fn planned(row: &MoveRow, event: EventId) -> Result<i64, Error> {
    match row.baseline_version {
        Some(version) if row.event_id == Some(event.0) => Ok(version),
        _ => Err(Error::broken("the writes are not those of the proposal")),
    }
}

fn done(row: &MoveRow, event: EventId, version: Option<i64>) -> Outcome {
    Outcome { position: row.position, event: event.0, version, title: None }
}

/// A title is built around a task's title, which may itself be as long as a title may be.
fn fitting(title: &str) -> &str {
    title.char_indices().nth(500).map_or(title, |(end, _)| &title[..end])
}
