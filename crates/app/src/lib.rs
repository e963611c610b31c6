//! What CanvasCal does, and what it needs for that.
//!
//! Each use case loads facts through a [port](ports), asks a pure decision of `planner-core`, and writes the answer
//! back, all in one transaction under the lock of the user's row. Nothing here knows of HTTP, of SQL, or of any
//! particular calendar.

pub mod availability;
mod error;
pub mod events;
pub mod identity;
pub mod live;
pub mod ports;
pub mod proposals;
pub mod settings;
pub mod slack;
pub mod sweep;
pub mod tasks;
mod validate;
mod week;

use std::sync::Arc;

pub use error::{Failure, FieldError};
use identity::User;
use live::Onlookers;
use planner_core::time::Moment;
use ports::{Access, Clock, Ids, LocalSignals, Signals, Store, StoreError, Unit};

/// The use cases over the ports they need.
#[derive(Clone)]
pub struct App {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    signals: Arc<dyn Signals>,
    onlookers: Arc<Onlookers>,
}

impl App {
    /// Wires the use cases to their ports.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        let signals = Arc::new(LocalSignals::default());
        Self { store, clock, ids, signals, onlookers: Arc::default() }
    }

    /// The same use cases, with signals that reach other processes as well.
    #[must_use]
    pub fn with_signals(self, signals: Arc<dyn Signals>) -> Self {
        Self { signals, ..self }
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// [`StoreError`] where it does not.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.store.ready().await
    }

    /// The moment that decisions made now are made at.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Word of what changes, from this process and others.
    pub fn signals(&self) -> &dyn Signals {
        self.signals.as_ref()
    }

    async fn begin(&self, user: &User, access: Access) -> Result<Box<dyn Unit>, StoreError> {
        self.store.begin(user, access).await
    }
}
