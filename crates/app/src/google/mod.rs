//! Google Calendar, both ways.
//!
//! What Google has of a calendar is kept as a **mirror**; which event here is which there, as **links**. Everything that
//! happens goes through these two: reading a page, writing a batch and looking at a single event all end with the mirror
//! being as Google told it last, and the events here being made what the mirror says (`inbound.rs`). What is to be written is
//! not a list of things that happened but the difference between an event and what both sides last agreed on
//! (`outbound.rs`): whatever is cut off, repeated or comes late, the next look finds the same difference or none. The
//! decisions are pure, in `reconcile.rs` and `occurrence.rs`.

mod account;
mod busy;
mod calendars;
mod channels;
mod inbound;
mod jobs;
mod keep;
mod occurrence;
mod outbound;
mod reading;
mod reconcile;
mod sign_in;
mod status;
mod told;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use account::REFRESH_TOKEN;
pub(crate) use busy::freshness;
pub use calendars::{ChoiceFailure, GoogleOverview};
pub use channels::{Hearing, Notification};
pub(crate) use jobs::{Keep, Read, Write};
pub use jobs::{READ, WRITE};
pub use keep::KEEP;
pub use outbound::WriteOut;
pub use reading::Readout;
pub use sign_in::{ConnectFailure, ConnectRefusal, SignInBegun};
pub use status::{NotInSync, Standing, SyncState, SyncStatus};

use crate::App;
use crate::ports::google::{Google, GoogleError};
use crate::ports::{StoreError, Vault};

/// Occurrences of series are made so far back.
const HORIZON_BACK: Duration = Duration::from_hours(30 * 24);

/// Occurrences of series are made so far ahead.
const HORIZON_AHEAD: Duration = Duration::from_hours(180 * 24);

/// How the sync is set up.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Where Google is to send word of changes; `None` where it cannot reach us, so that it has to be asked.
    pub webhook: Option<String>,
}

/// What the use cases around Google need.
#[derive(Clone)]
pub(crate) struct Side {
    pub(crate) service: Arc<dyn Google>,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) settings: Settings,
}

/// Why a sync stopped.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// There is nothing to synchronise with: nobody connected an account, its consent is gone, or its owner does not want it.
    #[error("no account is connected")]
    NotConnected,
    /// Google did not do what it was asked.
    #[error(transparent)]
    Google(#[from] GoogleError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The token cannot be opened.
    #[error("the stored token cannot be opened: {0}")]
    Vault(#[from] crate::ports::VaultError),
}

impl App {
    /// The same use cases, with Google.
    #[must_use]
    pub fn with_google(self, service: Arc<dyn Google>, vault: Arc<dyn Vault>, settings: Settings) -> Self {
        Self { google: Some(Side { service, vault, settings }), ..self }
    }

    /// Whether there is Google.
    pub fn has_google(&self) -> bool {
        self.google.is_some()
    }
}
