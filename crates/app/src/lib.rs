//! What CanvasCal does, and what it needs for that.
//!
//! Each use case loads facts through a [port](ports), asks a pure decision of `planner-core`, and writes the answer
//! back, all in one transaction under the lock of the user's row. Nothing here knows of HTTP, of SQL, or of any
//! particular calendar.

pub mod availability;
mod error;
pub mod events;
pub mod identity;
pub mod ports;
pub mod proposals;
pub mod settings;
pub mod slack;
pub mod tasks;
mod validate;
mod week;

use std::sync::Arc;

pub use error::{Failure, FieldError};
use identity::User;
use planner_core::time::Moment;
use ports::{Access, Clock, Ids, Store, StoreError, Unit};

/// The use cases over the ports they need.
#[derive(Clone)]
pub struct App {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl App {
    /// Wires the use cases to their ports.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { store, clock, ids }
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

    async fn begin(&self, user: &User, access: Access) -> Result<Box<dyn Unit>, StoreError> {
        self.store.begin(user, access).await
    }
}
