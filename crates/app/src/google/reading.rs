//! Reading a calendar: everything the first time, what has changed from then on.

use planner_core::time::{Interval, Moment, Zone};
use secrecy::SecretString;
use time::OffsetDateTime;
use uuid::Uuid;

use super::account::{Connected, is_read};
use super::inbound::{Notes, Reading, regroup, sweep, take_in};
use super::reconcile::Place;
use super::{HORIZON_AHEAD, HORIZON_BACK, SyncError, jobs};
use crate::App;
use crate::identity::UserId;
use crate::ports::google::{
    CalendarChoice, CalendarRecord, EventsPage, GoogleError, RemoteEvent, Since, SyncHealth,
};
use crate::ports::{StoreError, Unit};
use crate::work::later;

/// What the position of a reading is sealed as.
const POSITION: &str = "google.sync_token";

/// Series that are followed further in one unit of work.
const SERIES_AT_ONCE: u32 = 200;

/// What a reading of a calendar led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readout {
    /// Everything here is as it was there a moment ago.
    UpToDate,
    /// The calendar came back empty, though there were events. A second reading has to confirm it; nothing is deleted yet.
    Doubtful,
    /// The calendar is not to be read, or not any more.
    Unwanted,
}

impl App {
    /// Reads a calendar.
    ///
    /// # Errors
    /// [`SyncError`], which is kept with the calendar as well.
    pub async fn read_calendar(&self, user: UserId, calendar: Uuid) -> Result<Readout, SyncError> {
        let outcome = self.read_to_the_end(user, calendar).await;
        if let Err(SyncError::Google(error)) = &outcome {
            self.note_failed_reading(user, calendar, error).await?;
        }
        outcome
    }

    async fn read_to_the_end(&self, user: UserId, calendar: Uuid) -> Result<Readout, SyncError> {
        let service = &self.side()?.service;
        loop {
            let mut unit = self.begin_sync(user).await?;
            let connected = self.connected(unit.as_mut(), user).await?;
            let Some(record) = wanted(unit.as_mut(), calendar, &connected.choice).await? else {
                return Ok(Readout::Unwanted);
            };
            unit.commit().await?;
            let mut pages = Pages::of(&record, self.position(user, &record), self.clock.now());
            let read = loop {
                let (since, page) = (&pages.since, pages.next.as_deref());
                match service.events(&connected.account, &record.google_id, since, page).await {
                    Err(GoogleError::Outdated) if pages.is_delta() => break None,
                    Err(error) => return Err(error.into()),
                    Ok(page) => {
                        if let Some(readout) =
                            self.take_page(user, &connected, &record, &mut pages, page).await?
                        {
                            break Some(readout);
                        }
                    }
                }
            };
            match read {
                Some(readout) => return Ok(readout),
                // What is known stays until everything has been read anew.
                None => self.forget_position(user, &record).await?,
            }
        }
    }

    /// Takes a page in; what the reading led to, with the last one.
    async fn take_page(
        &self,
        user: UserId,
        connected: &Connected,
        record: &CalendarRecord,
        pages: &mut Pages,
        page: EventsPage,
    ) -> Result<Option<Readout>, SyncError> {
        let mut unit = self.begin_sync(user).await?;
        let present = unit.google_calendar(record.id).await?;
        // Somebody else has read it meanwhile, or it was given up.
        let Some(mut present) = present.filter(|present| {
            (present.run, &present.sealed_position) == (record.run, &record.sealed_position)
        }) else {
            return Ok(Some(Readout::Unwanted));
        };
        let now = self.clock.now();
        let zone = unit.settings().await?.planning.zone;
        let source = present.clone();
        let reading = reading(user, &source, &connected.choice, &zone, horizon(now));
        pages.seen += page.events.iter().filter(|event| !event.is_cancelled).count();
        let mut notes = take_in(unit.as_mut(), &reading, page.events, pages.run).await?;
        pages.next = page.next_page;
        if pages.next.is_some() {
            self.tell_notes(unit.as_mut(), notes, now).await?;
            unit.commit().await?;
            return Ok(None);
        }
        let Some(position) = page.position else {
            return Err(GoogleError::NotUnderstood("the last page has no position".to_owned()).into());
        };
        let readout =
            if pages.is_delta() || self.is_believable(unit.as_mut(), pages, &mut present, now).await? {
                if !pages.is_delta() {
                    notes.extend(sweep(unit.as_mut(), &reading, pages.run).await?);
                    present.expanded_until = Some(reading.horizon.end().moment());
                }
                present.run = pages.run;
                present.sealed_position = Some(self.side()?.vault.seal(user, POSITION, &position));
                present.empty_since = None;
                present.health = SyncHealth::went_well(now);
                Readout::UpToDate
            } else {
                present.health = present.health.failed(now, "it came back empty".to_owned());
                Readout::Doubtful
            };
        unit.put_google_calendar(&present).await?;
        // What both sides have changed differs still, and what is new waits for the first reading.
        unit.enqueue(&jobs::writing(user, now)).await?;
        self.tell_notes(unit.as_mut(), notes, now).await?;
        unit.commit().await?;
        Ok(Some(readout))
    }

    /// Whether everything may be gone that a reading of everything did not come across.
    async fn is_believable(
        &self,
        unit: &mut dyn Unit,
        pages: &Pages,
        calendar: &mut CalendarRecord,
        now: Moment,
    ) -> Result<bool, StoreError> {
        if pages.seen > 0 || calendar.empty_since.is_some() || unit.mirror_size(calendar.id).await? == 0 {
            return Ok(true);
        }
        calendar.empty_since = Some(now);
        Ok(false)
    }

    /// The position that was reached. One that does not open, since its key is gone, is none: everything is read again.
    fn position(&self, user: UserId, record: &CalendarRecord) -> Option<SecretString> {
        let sealed = record.sealed_position.as_deref()?;
        self.google.as_ref()?.vault.open(user, POSITION, sealed).ok()
    }

    async fn forget_position(&self, user: UserId, record: &CalendarRecord) -> Result<(), SyncError> {
        let mut unit = self.begin_sync(user).await?;
        if let Some(present) = unit.google_calendar(record.id).await?
            && present.sealed_position == record.sealed_position
        {
            unit.put_google_calendar(&CalendarRecord { sealed_position: None, ..present }).await?;
        }
        unit.commit().await?;
        Ok(())
    }

    async fn note_failed_reading(
        &self,
        user: UserId,
        calendar: Uuid,
        error: &GoogleError,
    ) -> Result<(), SyncError> {
        if matches!(error, GoogleError::Disconnected(_)) {
            self.disconnected(user, error).await?;
        }
        let mut unit = self.begin_sync(user).await?;
        if let Some(present) = unit.google_calendar(calendar).await? {
            let health = present.health.failed(self.clock.now(), error.to_string());
            unit.put_google_calendar(&CalendarRecord { health, ..present }).await?;
        }
        unit.commit().await?;
        Ok(())
    }

    /// Follows the series of a calendar as far as they should be today.
    ///
    /// # Errors
    /// [`SyncError::Store`] where the store fails, [`SyncError::NotConnected`] where the account may not be used.
    pub async fn follow_series(&self, user: UserId, calendar: Uuid) -> Result<(), SyncError> {
        let mut after: Option<String> = None;
        loop {
            let mut unit = self.begin_sync(user).await?;
            let connected = self.connected(unit.as_mut(), user).await?;
            let Some(record) = wanted(unit.as_mut(), calendar, &connected.choice).await? else {
                return Ok(());
            };
            let now = self.clock.now();
            let zone = unit.settings().await?.planning.zone;
            let reading = reading(user, &record, &connected.choice, &zone, horizon(now));
            let groups = unit.mirror_series(calendar, after.as_deref(), SERIES_AT_ONCE).await?;
            let notes: Notes = regroup(unit.as_mut(), &reading, &groups).await?;
            self.tell_notes(unit.as_mut(), notes, now).await?;
            after = groups.into_iter().next_back();
            if after.is_none() {
                let expanded_until = Some(reading.horizon.end().moment());
                unit.put_google_calendar(&CalendarRecord { expanded_until, ..record }).await?;
            }
            unit.commit().await?;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// Takes in how a few events of a calendar are at Google, as somebody has looked them up.
    pub(super) async fn take_looked_up(
        &self,
        unit: &mut dyn Unit,
        user: UserId,
        record: &CalendarRecord,
        choice: &CalendarChoice,
        events: Vec<RemoteEvent>,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let zone = unit.settings().await?.planning.zone;
        let reading = reading(user, record, choice, &zone, horizon(now));
        let notes = take_in(unit, &reading, events, record.run).await?;
        self.tell_notes(unit, notes, now).await
    }
}

/// How far a reading has come.
struct Pages {
    since: Since,
    run: i64,
    next: Option<String>,
    /// Events seen so far that are not deleted ones.
    seen: usize,
}

impl Pages {
    fn of(calendar: &CalendarRecord, position: Option<SecretString>, now: Moment) -> Self {
        let (since, run) = match position {
            Some(position) => (Since::Position(position), calendar.run),
            None => (Since::Start(OffsetDateTime::from(earlier(now))), calendar.run.saturating_add(1)),
        };
        Self { since, run, next: None, seen: 0 }
    }

    fn is_delta(&self) -> bool {
        matches!(self.since, Since::Position(_))
    }
}

/// The calendar, if its events are to be read.
async fn wanted(
    unit: &mut dyn Unit,
    calendar: Uuid,
    choice: &CalendarChoice,
) -> Result<Option<CalendarRecord>, StoreError> {
    let all = unit.google_calendars().await?;
    Ok(all.iter().find(|one| one.id == calendar).filter(|one| is_read(one, choice, &all)).cloned())
}

fn reading<'a>(
    user: UserId,
    calendar: &'a CalendarRecord,
    choice: &CalendarChoice,
    home: &'a Zone,
    horizon: Interval,
) -> Reading<'a> {
    Reading {
        place: Place {
            user,
            calendar: calendar.id,
            google_id: &calendar.google_id,
            rule: choice.rule_of(calendar).unwrap_or_default(),
        },
        home,
        horizon,
    }
}

fn earlier(now: Moment) -> Moment {
    let back = i64::try_from(HORIZON_BACK.as_secs() / 60).unwrap_or(0);
    now.plus_minutes(-back)
}

/// The stretch that series are followed over.
fn horizon(now: Moment) -> Interval {
    let start = earlier(now).floor();
    let end = later(now, HORIZON_AHEAD).floor();
    Interval::new(start, end).unwrap_or_else(|| Interval::starting(start, 1).expect("a minute"))
}
