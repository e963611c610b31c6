//! From here to Google: what differs is written, as much at once as Google takes.

use std::collections::BTreeMap;

use planner_core::model::EventId;
use uuid::Uuid;

use super::SyncError;
use super::account::{Connected, named};
use super::reconcile::{Outward, Target, outward, settled};
use crate::App;
use crate::identity::UserId;
use crate::ports::google::{
    AccessRole, AccountRecord, CalendarRecord, GoogleError, LinkRecord, Linked, RemoteEvent, SyncHealth,
    Write, WriteKind, Written,
};
use crate::ports::{StoreError, Unit};

/// Events that are looked through for differences at once.
const LOOKED_THROUGH: u32 = 500;

/// What one run writes at most: then others have their turn.
const MOST_ROUNDS: usize = 40;

/// What became of writing what differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteOut {
    /// Events that were written.
    pub written: usize,
    /// Whether there may be more to write.
    pub is_unfinished: bool,
}

/// What is to be done, and what it was decided on.
struct Plan {
    connected: Connected,
    calendars: Vec<CalendarRecord>,
    writes: Vec<(Write, Linked)>,
    looks: Vec<LinkRecord>,
    /// Where the next round goes on.
    last: Option<EventId>,
}

impl App {
    /// Writes to Google what differs from what both sides last agreed on.
    ///
    /// # Errors
    /// [`SyncError`], which is kept with the account as well. What was written stays written.
    pub async fn write_out(&self, user: UserId) -> Result<WriteOut, SyncError> {
        let outcome = self.write_rounds(user).await;
        match &outcome {
            Err(SyncError::Google(error @ GoogleError::Disconnected(_))) => {
                self.disconnected(user, error).await?;
            }
            Err(SyncError::Google(error)) => self.note_writing(user, Some(error)).await?,
            Ok(_) => self.note_writing(user, None).await?,
            Err(_) => {}
        }
        outcome
    }

    async fn write_rounds(&self, user: UserId) -> Result<WriteOut, SyncError> {
        let (mut out, mut after) = (WriteOut::default(), None);
        for _ in 0..MOST_ROUNDS {
            let plan = self.plan_writing(user, after).await?;
            let Some(last) = plan.last else {
                // What a round has found out may have left something to do before the place where it stood.
                if after.is_none() {
                    return Ok(out);
                }
                after = None;
                continue;
            };
            out.written += self.carry_out_writing(user, plan).await?;
            after = Some(last);
        }
        Ok(WriteOut { is_unfinished: true, ..out })
    }

    /// Finds what differs, and keeps what is about to be written before it is sent.
    async fn plan_writing(&self, user: UserId, after: Option<EventId>) -> Result<Plan, SyncError> {
        let mut unit = self.begin_sync(user).await?;
        let connected = self.connected(unit.as_mut(), user).await?;
        let calendars = unit.google_calendars().await?;
        // What is new goes where was read before, so that what is there already has been found.
        let new_ones = connected.choice.write_calendar_id.as_deref().and_then(|name| named(name, &calendars));
        let new_ones = new_ones.filter(|calendar| calendar.sealed_position.is_some());
        let unlinked_after = new_ones.map(|_| self.clock.now().into());
        let differing = unit.unwritten(unlinked_after, after, LOOKED_THROUGH).await?;
        let last = differing.last().and_then(identity);
        let (mut writes, mut looks, mut links) = (Vec::new(), Vec::new(), Vec::new());
        for linked in differing {
            let calendar = match &linked.link {
                Some(link) => calendars.iter().find(|calendar| calendar.id == link.calendar),
                None => new_ones,
            };
            let target = calendar
                .filter(|calendar| calendar.access >= AccessRole::Writer)
                .map(|calendar| Target { id: calendar.id, google_id: &calendar.google_id });
            match outward(&linked, target, self.ids.id()) {
                Outward::Leave => {}
                Outward::Look => looks.extend(linked.link),
                Outward::Settle(link) => links.push(link),
                Outward::Write(write, link) => {
                    links.extend(link.clone());
                    writes.push((write, Linked { link: link.or(linked.link), ..linked }));
                }
            }
        }
        unit.put_links(&links).await?;
        unit.commit().await?;
        Ok(Plan { connected, calendars, writes, looks, last })
    }

    /// Writes, looks up what nobody knows, and takes in how everything is then; how much was written.
    async fn carry_out_writing(&self, user: UserId, plan: Plan) -> Result<usize, SyncError> {
        let service = &self.side()?.service;
        let Plan { connected, calendars, writes, looks, .. } = plan;
        let (sent, decided_on): (Vec<Write>, Vec<Linked>) = writes.into_iter().unzip();
        let written = match sent.as_slice() {
            [] => Vec::new(),
            sent => service.write(&connected.account, sent).await?,
        };
        let mut learnt = Learnt::default();
        let mut failure = None;
        let mut to_look_up = looks;
        for ((write, linked), outcome) in sent.iter().zip(decided_on).zip(written) {
            let Some(link) = &linked.link else { continue };
            match outcome {
                // Of an occurrence that was deleted only Google can say which exception it has become.
                Written::Done(event) if event.is_cancelled && link.group != link.google_id => {
                    to_look_up.push(link.clone());
                }
                Written::Done(event) => learnt.written(*event, write, &linked),
                Written::Changed | Written::Taken | Written::Gone => to_look_up.push(link.clone()),
                // It stays as it is there, and will not be tried again until it changes here.
                Written::Failed(GoogleError::Forbidden(why) | GoogleError::NotUnderstood(why)) => {
                    tracing::warn!(%user, event = %link.event, "an event is not written: {why}");
                    learnt.refused.push(linked);
                }
                Written::Failed(error) => failure = Some(error),
            }
        }
        // What was written is kept first, whatever becomes of the rest.
        let count = self.keep_learnt(user, &connected, &calendars, learnt).await?;
        for link in to_look_up {
            self.look_up(user, &connected, &calendars, &link).await?;
        }
        failure.map_or(Ok(count), |error| Err(error.into()))
    }

    async fn keep_learnt(
        &self,
        user: UserId,
        connected: &Connected,
        calendars: &[CalendarRecord],
        learnt: Learnt,
    ) -> Result<usize, SyncError> {
        let count = learnt.count;
        if count == 0 && learnt.refused.is_empty() {
            return Ok(0);
        }
        let mut unit = self.begin_sync(user).await?;
        for (calendar, events) in learnt.events {
            if let Some(calendar) = calendars.iter().find(|one| one.id == calendar) {
                self.take_looked_up(unit.as_mut(), user, calendar, &connected.choice, events).await?;
            }
        }
        settle(unit.as_mut(), learnt.refused).await?;
        unit.commit().await?;
        Ok(count)
    }

    /// Looks at one event of which nobody knows how it is, and takes that in.
    async fn look_up(
        &self,
        user: UserId,
        connected: &Connected,
        calendars: &[CalendarRecord],
        link: &LinkRecord,
    ) -> Result<(), SyncError> {
        let Some(calendar) = calendars.iter().find(|calendar| calendar.id == link.calendar) else {
            return Ok(());
        };
        let service = &self.side()?.service;
        let there = service.event(&connected.account, &calendar.google_id, &link.google_id).await?;
        let mut unit = self.begin_sync(user).await?;
        match there {
            Some(event) => {
                self.take_looked_up(unit.as_mut(), user, calendar, &connected.choice, vec![event]).await?;
            }
            None => not_there(unit.as_mut(), link).await?,
        }
        unit.commit().await?;
        Ok(())
    }

    async fn note_writing(&self, user: UserId, error: Option<&GoogleError>) -> Result<(), SyncError> {
        let mut unit = self.begin_sync(user).await?;
        let now = self.clock.now();
        if let Some(record) = unit.google_account().await? {
            let health = match error {
                None => SyncHealth::went_well(now),
                Some(error) => record.health.failed(now, error.to_string()),
            };
            unit.put_google_account(&AccountRecord { health, ..record }).await?;
        }
        unit.commit().await?;
        Ok(())
    }
}

/// What a round of writing has found out.
#[derive(Default)]
struct Learnt {
    /// How events are now, by calendar.
    events: BTreeMap<Uuid, Vec<RemoteEvent>>,
    refused: Vec<Linked>,
    count: usize,
}

impl Learnt {
    fn written(&mut self, event: RemoteEvent, write: &Write, linked: &Linked) {
        let Some(link) = &linked.link else { return };
        self.count += 1;
        let event = match write.kind {
            // A deleted event need not say anything, not even that it was deleted.
            WriteKind::Delete(_) => RemoteEvent { is_cancelled: true, fields: None, ..event },
            WriteKind::Insert(_) | WriteKind::Edit(..) => event,
        };
        self.events.entry(link.calendar).or_default().push(event);
    }
}

/// Gives up writing what Google refuses for good.
async fn settle(unit: &mut dyn Unit, refused: Vec<Linked>) -> Result<(), StoreError> {
    let links: Vec<LinkRecord> = refused
        .iter()
        .filter_map(|linked| linked.link.as_ref().map(|link| settled(link, linked.event.as_ref())))
        .collect();
    unit.put_links(&links).await
}

/// Google does not know it: what was never heard to be there is written once more, anything else is gone.
async fn not_there(unit: &mut dyn Unit, link: &LinkRecord) -> Result<(), StoreError> {
    for linked in unit.linked_events(&[link.event]).await? {
        let Some(present) = linked.link.as_ref().filter(|present| present.google_id == link.google_id) else {
            continue;
        };
        if linked.event.is_some() && present.is_ours && present.etag.is_none() {
            unit.put_links(&[LinkRecord { pending: None, ..present.clone() }]).await?;
        } else {
            unit.delete_events(&[present.event]).await?;
            unit.delete_links(&[present.event]).await?;
        }
    }
    Ok(())
}

fn identity(linked: &Linked) -> Option<EventId> {
    linked.event.as_ref().map(|event| event.id).or_else(|| linked.link.as_ref().map(|link| link.event))
}
