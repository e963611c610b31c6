//! Which calendars there are, and which of them are synchronised.

use planner_core::time::Moment;
use uuid::{Uuid, uuid};

use super::account::{Connected, is_read, named};
use super::{SyncError, jobs, keep};
use crate::identity::{User, UserId};
use crate::ports::google::{
    AccessRole, AccountRecord, CalendarChoice, CalendarRecord, ImportRule, LinkRecord, RemoteCalendar,
    SyncHealth, Synced,
};
use crate::ports::{Access, Actor, EventFields, StoreError, Unit};
use crate::{App, Failure, FieldError, validate};

/// Calendars get their identities here below this.
const CALENDARS: Uuid = uuid!("f2c1f1a8-2f6e-4c0e-8c3e-7f1f5b1a6b0d");

/// What a calendar that is made for what is written from here is called.
const OWN_TITLE: &str = "CanvasCal";

/// Links that are looked through at once.
const LINKS_AT_ONCE: u32 = 1000;

/// The most calendars that a choice may name in one list.
const MOST_CHOSEN: usize = 100;

/// An account, its calendars, and what its owner wants of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoogleOverview {
    /// The account, if one was connected.
    pub account: Option<AccountRecord>,
    /// Its calendars, the first one first, then by title.
    pub calendars: Vec<CalendarRecord>,
    /// Which are synchronised.
    pub choice: CalendarChoice,
}

impl GoogleOverview {
    /// Whether the events of this calendar are read.
    pub fn is_read(&self, calendar: &CalendarRecord) -> bool {
        is_read(calendar, &self.choice, &self.calendars)
    }
}

/// No reason but the common ones keeps a user from choosing their calendars.
pub type ChoiceFailure = Failure<std::convert::Infallible>;

impl App {
    /// How the user's account stands, with its calendars.
    ///
    /// # Errors
    /// [`Failure::Store`] where the store fails.
    pub async fn google_overview(&self, user: &User) -> Result<GoogleOverview, ChoiceFailure> {
        let mut unit = self.begin(user, Access::Read).await?;
        let overview = overview(unit.as_mut()).await?;
        unit.commit().await?;
        Ok(overview)
    }

    /// Chooses which calendars are synchronised, and how. What was imported from those that no longer are goes; what was
    /// imported by a rule that has changed follows, but for what the student has changed of it.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where no account is connected, [`Failure::Invalid`] where a calendar is named that is not
    /// there or may not be written to.
    pub async fn choose_calendars(
        &self,
        user: &User,
        choice: CalendarChoice,
    ) -> Result<GoogleOverview, ChoiceFailure> {
        let mut unit = self.begin(user, Access::Write(Actor::Sync)).await?;
        unit.google_account().await?.ok_or(Failure::NotFound)?;
        let calendars = unit.google_calendars().await?;
        check(&choice, &calendars)?;
        let before = unit.calendar_choice().await?;
        for calendar in &calendars {
            let rule = |choice: &CalendarChoice| choice.rule_of(calendar).unwrap_or_default();
            if !is_read(calendar, &choice, &calendars) {
                drop_events(unit.as_mut(), calendar.id).await?;
                unit.put_google_calendar(&CalendarRecord { sealed_position: None, ..calendar.clone() })
                    .await?;
            } else if rule(&before) != rule(&choice) {
                change_rule(unit.as_mut(), calendar.id, rule(&before), rule(&choice)).await?;
            }
        }
        unit.put_calendar_choice(&choice).await?;
        unit.enqueue(&keep::keeping(user.id, self.clock.now())).await?;
        let overview = overview(unit.as_mut()).await?;
        unit.commit().await?;
        Ok(overview)
    }

    /// Looks up which calendars the account has.
    ///
    /// # Errors
    /// [`SyncError`].
    pub async fn refresh_calendars(&self, user: UserId) -> Result<(), SyncError> {
        let mut unit = self.begin_sync(user).await?;
        let Connected { account, choice } = self.connected(unit.as_mut(), user).await?;
        let (known, zone) = (unit.google_calendars().await?, unit.settings().await?.planning.zone);
        unit.commit().await?;
        let service = &self.side()?.service;
        let mut there = service.calendars(&account).await?;
        let wants_own = choice.write_calendar_id.as_deref() == Some("app");
        let mut own =
            known.iter().find(|calendar| calendar.is_ours).map(|calendar| calendar.google_id.clone());
        if wants_own && !there.iter().any(|calendar| Some(&calendar.id) == own.as_ref()) {
            let made = service.create_calendar(&account, OWN_TITLE, zone.name()).await?;
            own = Some(made.id.clone());
            there.retain(|calendar| calendar.id != made.id);
            there.push(made);
        }
        let mut unit = self.begin_sync(user).await?;
        let now = self.clock.now();
        // Somebody may have read them while Google was asked.
        let known = unit.google_calendars().await?;
        for gone in known.iter().filter(|known| there.iter().all(|there| there.id != known.google_id)) {
            drop_calendar(unit.as_mut(), gone.id).await?;
        }
        for calendar in there {
            let is_ours = own.as_ref() == Some(&calendar.id);
            let known = known.iter().find(|known| known.google_id == calendar.id);
            unit.put_google_calendar(&record(user, calendar, known, is_ours)).await?;
        }
        if let Some(account) = unit.google_account().await? {
            unit.put_google_account(&AccountRecord { listed_at: Some(now), ..account }).await?;
        }
        read_what_is_new(unit.as_mut(), user, now).await?;
        unit.commit().await?;
        Ok(())
    }
}

/// The account and what belongs to it.
pub(super) async fn overview(unit: &mut dyn Unit) -> Result<GoogleOverview, StoreError> {
    let mut calendars = unit.google_calendars().await?;
    calendars.sort_by(|a, b| (!a.is_primary, &a.title, a.id).cmp(&(!b.is_primary, &b.title, b.id)));
    Ok(GoogleOverview {
        account: unit.google_account().await?,
        calendars,
        choice: unit.calendar_choice().await?,
    })
}

fn check(choice: &CalendarChoice, calendars: &[CalendarRecord]) -> Result<(), ChoiceFailure> {
    let mut errors = Vec::new();
    let lists =
        [("read_calendar_ids", &choice.read_calendar_ids), ("busy_calendar_ids", &choice.busy_calendar_ids)];
    for (field, list) in lists {
        if list.len() > MOST_CHOSEN {
            errors.push(FieldError::new(field, format!("must name at most {MOST_CHOSEN} calendars")));
        }
        if list.iter().any(|name| named(name, calendars).is_none()) {
            errors.push(FieldError::new(field, "names a calendar that is not in the account's list"));
        }
    }
    let both =
        |name: &String| named(name, calendars).is_some_and(|calendar| is_read(calendar, choice, calendars));
    // What is written there would be in its own way.
    if choice.busy_calendar_ids.iter().any(both) {
        errors.push(FieldError::new("busy_calendar_ids", "names a calendar whose events are read"));
    }
    let sees_events =
        |name: &String| named(name, calendars).is_none_or(|one| one.access >= AccessRole::Reader);
    if !choice.read_calendar_ids.iter().all(sees_events) {
        errors.push(FieldError::new("read_calendar_ids", "names a calendar that only shows when it is busy"));
    }
    match choice.write_calendar_id.as_deref() {
        // It is made as soon as it is needed.
        None | Some("app") => {}
        Some(name) => match named(name, calendars) {
            None => errors.push(FieldError::new("write_calendar_id", "is not in the account's list")),
            Some(calendar) if calendar.access < AccessRole::Writer => {
                errors.push(FieldError::new("write_calendar_id", "may not be written to"));
            }
            Some(_) => {}
        },
    }
    if choice.calendar_rules.len() > MOST_CHOSEN {
        errors.push(FieldError::new("calendar_rules", format!("must have at most {MOST_CHOSEN} rules")));
    }
    validate::verdict(errors)
}

fn record(
    user: UserId,
    there: RemoteCalendar,
    known: Option<&CalendarRecord>,
    is_ours: bool,
) -> CalendarRecord {
    let id = Uuid::new_v5(&CALENDARS, format!("{user}/{}", there.id).as_bytes());
    let fresh = CalendarRecord {
        id: known.map_or(id, |known| known.id),
        google_id: there.id,
        title: there.title,
        time_zone: there.time_zone,
        access: there.access,
        is_primary: there.is_primary,
        is_ours,
        sealed_position: None,
        run: 0,
        empty_since: None,
        expanded_until: None,
        has_channels: true,
        health: SyncHealth::default(),
    };
    match known {
        None => fresh,
        Some(known) => CalendarRecord {
            sealed_position: known.sealed_position.clone(),
            run: known.run,
            empty_since: known.empty_since,
            expanded_until: known.expanded_until,
            has_channels: known.has_channels,
            health: known.health.clone(),
            ..fresh
        },
    }
}

/// Has everything read and written that is synchronised; how many calendars will be read.
pub(super) async fn sync_now(
    unit: &mut dyn Unit,
    user: UserId,
    overview: &GoogleOverview,
    now: Moment,
) -> Result<usize, StoreError> {
    let mut asked = 0;
    for calendar in overview.calendars.iter().filter(|calendar| overview.is_read(calendar)) {
        unit.enqueue(&jobs::reading_now(user, calendar.id, now)).await?;
        asked += 1;
    }
    unit.enqueue(&jobs::writing(user, now)).await?;
    unit.enqueue(&keep::keeping(user, now)).await?;
    Ok(asked)
}

/// Has the calendars read that are chosen and were never read.
pub(super) async fn read_what_is_new(
    unit: &mut dyn Unit,
    user: UserId,
    now: Moment,
) -> Result<(), StoreError> {
    let (all, choice) = (unit.google_calendars().await?, unit.calendar_choice().await?);
    for calendar in all.iter().filter(|calendar| calendar.sealed_position.is_none()) {
        if is_read(calendar, &choice, &all) {
            unit.enqueue(&jobs::reading(user, calendar.id, now)).await?;
        }
    }
    Ok(())
}

/// Makes what was imported by one rule what another says, as far as it is still as the first one said.
async fn change_rule(
    unit: &mut dyn Unit,
    calendar: Uuid,
    from: ImportRule,
    to: ImportRule,
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let linked = unit.links(calendar, after, LINKS_AT_ONCE).await?;
        let Some(last) = linked.iter().filter_map(|linked| linked.link.as_ref()).next_back() else {
            return Ok(());
        };
        after = Some(last.event);
        let (mut events, mut links) = (Vec::new(), Vec::new());
        for (event, link) in linked.into_iter().filter_map(|linked| linked.event.zip(linked.link)) {
            if link.is_ours || rule_of(&event.fields) != from {
                continue;
            }
            let ImportRule { kind, is_movable, protected } = to;
            let fields = EventFields { kind, is_movable, protected, ..event.fields };
            events.push(Synced { id: event.id, fields, origin: event.origin });
            links.push((event.version, link));
        }
        let versions = if events.is_empty() { Vec::new() } else { unit.put_events(&events).await? };
        // Nothing of this is written to Google. What was to be written still is.
        let agreed =
            links.into_iter().zip(versions).filter(|((before, link), _)| link.agreed_version == *before);
        let links: Vec<LinkRecord> =
            agreed.map(|((_, link), agreed_version)| LinkRecord { agreed_version, ..link }).collect();
        unit.put_links(&links).await?;
    }
}

fn rule_of(fields: &EventFields) -> ImportRule {
    ImportRule { kind: fields.kind, is_movable: fields.is_movable, protected: fields.protected }
}

/// Forgets a calendar, and what was imported from it.
pub(super) async fn drop_calendar(unit: &mut dyn Unit, calendar: Uuid) -> Result<(), StoreError> {
    drop_events(unit, calendar).await?;
    unit.delete_google_calendar(calendar).await
}

/// Removes what was imported from a calendar. What was written to it stays where it is.
async fn drop_events(unit: &mut dyn Unit, calendar: Uuid) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let links = unit.links(calendar, after, LINKS_AT_ONCE).await?;
        let links: Vec<LinkRecord> = links.into_iter().filter_map(|linked| linked.link).collect();
        let Some(last) = links.last() else { break };
        after = Some(last.event);
        let imported: Vec<_> = links.iter().filter(|link| !link.is_ours).map(|link| link.event).collect();
        unit.delete_events(&imported).await?;
        unit.delete_links(&imported).await?;
    }
    loop {
        let mirror = unit.mirror_before(calendar, i64::MAX, LINKS_AT_ONCE).await?;
        if mirror.is_empty() {
            return Ok(());
        }
        let ids: Vec<String> = mirror.into_iter().map(|event| event.id).collect();
        unit.delete_mirror(calendar, &ids).await?;
    }
}
