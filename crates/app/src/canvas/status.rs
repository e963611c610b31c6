//! How far the account is read, for its owner.

use planner_core::time::Moment;

use super::jobs;
use crate::identity::{User, UserId};
use crate::ports::canvas::AccountRecord;
use crate::ports::google::AccountState;
use crate::ports::{Access, Actor, StoreError};
use crate::{App, Failure};

/// How the account stands, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CanvasState {
    /// None is connected.
    Off,
    /// It was read, and is not due.
    Ok,
    /// It is about to be read.
    Waiting,
    /// It is being read, or was cut off in that.
    Reading,
    /// The last try failed.
    Failing,
    /// Its consent is gone.
    ReconnectRequired,
}

impl CanvasState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Off, Self::Ok, Self::Waiting, Self::Reading, Self::Failing, Self::ReconnectRequired];

    /// The name used over HTTP.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Ok => "ok",
            Self::Waiting => "waiting",
            Self::Reading => "reading",
            Self::Failing => "failing",
            Self::ReconnectRequired => "reconnect_required",
        }
    }
}

/// How the account stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CanvasStanding {
    /// The account; `None` where none is connected.
    pub account: Option<AccountRecord>,
    /// When it is next read, if that is known.
    pub next_sync: Option<Moment>,
}

impl CanvasStanding {
    /// In a word.
    pub fn state(&self, now: Moment) -> CanvasState {
        let Some(account) = &self.account else { return CanvasState::Off };
        let is_due = self.next_sync.is_some_and(|at| at <= now);
        match account.state {
            AccountState::ReconnectRequired => CanvasState::ReconnectRequired,
            AccountState::Connected if account.health.failures > 0 => CanvasState::Failing,
            AccountState::Connected if account.run.is_open() => CanvasState::Reading,
            AccountState::Connected if is_due || account.run.finished_at.is_none() => CanvasState::Waiting,
            AccountState::Connected => CanvasState::Ok,
        }
    }
}

/// Why nobody is asked to synchronise: it would come to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CanvasOff {
    /// No account is connected.
    NotConnected,
    /// Its consent is gone.
    ReconnectRequired,
}

impl App {
    /// How the user's account stands, and how far it is read.
    ///
    /// # Errors
    /// [`Failure::Store`] where the store fails.
    pub async fn canvas_standing(
        &self,
        user: &User,
    ) -> Result<CanvasStanding, Failure<std::convert::Infallible>> {
        let mut unit = self.begin(user, Access::Read).await?;
        let account = unit.canvas_account().await?;
        let due = unit.due_jobs(&[jobs::key(user.id)]).await?;
        unit.commit().await?;
        Ok(CanvasStanding { account, next_sync: due.into_values().next() })
    }

    /// Has the account read now.
    ///
    /// # Errors
    /// [`CanvasOff`] where that would come to nothing.
    pub async fn ask_for_canvas_sync(&self, user: &User) -> Result<CanvasStanding, Failure<CanvasOff>> {
        let mut unit = self.begin(user, Access::Write(Actor::Owner)).await?;
        let account = unit.canvas_account().await?.filter(|_| self.has_canvas());
        let account = account.ok_or(Failure::Refused(CanvasOff::NotConnected))?;
        if account.state != AccountState::Connected {
            return Err(Failure::Refused(CanvasOff::ReconnectRequired));
        }
        let now = self.now();
        unit.enqueue(&jobs::syncing(user.id, now)).await?;
        unit.commit().await?;
        Ok(CanvasStanding { account: Some(account), next_sync: Some(now) })
    }

    /// How often in a row reading the account has failed.
    pub(super) async fn canvas_failures(&self, user: UserId) -> Result<u32, StoreError> {
        let Some(mut unit) = self.store.begin_for(user, Actor::Sync).await? else { return Ok(0) };
        let account = unit.canvas_account().await?;
        unit.commit().await?;
        Ok(account.map_or(0, |account| account.health.failures))
    }
}
