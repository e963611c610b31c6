//! Canvas LMS, one way: what is to be done for courses becomes tasks.
//!
//! A sync reads one course after the other as a whole, and then writes what differs (`sync.rs`). What was done is kept with
//! the account, so that a sync which is cut off goes on with the courses that are left. What was imported is kept beside
//! each task: where the task says something else its owner has said so, and that counts, field by field (`rules.rs`).
//! Nothing that disappears at Canvas is deleted here; it is done.

mod account;
mod courses;
mod jobs;
mod pages;
mod rules;
mod status;
mod sync;

use std::sync::Arc;

pub(crate) use account::TOKEN;
pub use account::{ConnectFailure, ConnectRefusal, SignInBegun};
pub use courses::CourseOverview;
pub use jobs::SYNC;
pub(crate) use jobs::Sync;
pub use status::{CanvasOff, CanvasStanding, CanvasState};
pub use sync::Synced;

use crate::App;
use crate::ports::canvas::{Canvas, CanvasError};
use crate::ports::{StoreError, Vault};

/// What the use cases around Canvas need.
#[derive(Clone)]
pub(crate) struct Side {
    pub(crate) service: Arc<dyn Canvas>,
    pub(crate) vault: Arc<dyn Vault>,
}

/// Why a sync stopped.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// There is nothing to synchronise with: nobody connected an account, or its consent is gone.
    #[error("no account is connected")]
    NotConnected,
    /// Canvas did not do what it was asked.
    #[error(transparent)]
    Canvas(#[from] CanvasError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The token cannot be opened.
    #[error("the stored token cannot be opened: {0}")]
    Vault(#[from] crate::ports::VaultError),
}

impl App {
    /// The same use cases, with Canvas.
    #[must_use]
    pub fn with_canvas(self, service: Arc<dyn Canvas>, vault: Arc<dyn Vault>) -> Self {
        Self { canvas: Some(Side { service, vault }), ..self }
    }

    /// Whether there is Canvas.
    pub fn has_canvas(&self) -> bool {
        self.canvas.is_some()
    }

    /// Whether people sign in to Canvas, and do not make tokens by hand.
    pub fn signs_in_to_canvas(&self) -> bool {
        self.canvas.as_ref().is_some_and(|side| side.service.has_sign_in())
    }
}
