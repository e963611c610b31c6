//! The account, as a sync finds and leaves it.

use super::{Side, SyncError};
use crate::App;
use crate::identity::UserId;
use crate::ports::google::{
    Account, AccountRecord, AccountState, CalendarChoice, CalendarRecord, GoogleError,
};
use crate::ports::{Actor, Unit};

/// What the token of an account is sealed as.
pub(crate) const REFRESH_TOKEN: &str = "google.refresh_token";

/// An account that may be used, and what its owner wants of it.
pub(super) struct Connected {
    pub(super) account: Account,
    pub(super) choice: CalendarChoice,
}

impl App {
    pub(super) fn side(&self) -> Result<&Side, SyncError> {
        self.google.as_ref().ok_or(SyncError::NotConnected)
    }

    /// Begins a unit of work that brings in what people did elsewhere.
    pub(super) async fn begin_sync(&self, user: UserId) -> Result<Box<dyn Unit>, SyncError> {
        self.store.begin_for(user, Actor::Sync).await?.ok_or(SyncError::NotConnected)
    }

    /// The account, if it may be used.
    pub(super) async fn connected(&self, unit: &mut dyn Unit, user: UserId) -> Result<Connected, SyncError> {
        let record = unit.google_account().await?.filter(|record| record.state == AccountState::Connected);
        let choice = unit.calendar_choice().await?;
        let (Some(record), true) = (record, choice.sync_enabled) else { return Err(SyncError::NotConnected) };
        let sealed = record.sealed_token.as_deref().ok_or(SyncError::NotConnected)?;
        let refresh_token = self.side()?.vault.open(user, REFRESH_TOKEN, sealed)?;
        Ok(Connected { account: Account { user, refresh_token }, choice })
    }

    /// Notes that the account's consent is gone: nothing is synchronised until its owner connects it again, and nothing is
    /// deleted.
    pub(super) async fn disconnected(&self, user: UserId, why: &GoogleError) -> Result<(), SyncError> {
        let mut unit = self.begin_sync(user).await?;
        if let Some(record) = unit.google_account().await?
            && record.state == AccountState::Connected
        {
            let now = self.clock.now();
            let health = record.health.failed(now, why.to_string());
            let record = AccountRecord {
                state: AccountState::ReconnectRequired,
                sealed_token: None,
                health,
                ..record
            };
            unit.put_google_account(&record).await?;
            self.tell_to_reconnect(unit.as_mut(), now).await?;
        }
        unit.commit().await?;
        Ok(())
    }
}

/// The calendar that a name of the user's choice means.
pub(super) fn named<'a>(name: &str, calendars: &'a [CalendarRecord]) -> Option<&'a CalendarRecord> {
    calendars.iter().find(|calendar| match name {
        "primary" => calendar.is_primary,
        "app" => calendar.is_ours,
        id => calendar.google_id == id,
    })
}

/// Whether the user wants the events of this calendar read.
pub(super) fn is_read(calendar: &CalendarRecord, choice: &CalendarChoice, all: &[CalendarRecord]) -> bool {
    let read = choice.read_calendar_ids.iter().chain(&choice.write_calendar_id);
    read.filter_map(|name| named(name, all)).any(|chosen| chosen.id == calendar.id)
}
