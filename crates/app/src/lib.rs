//! What CanvasCal does, and what it needs for that.
//!
//! Each use case loads facts through a [port](ports), asks a pure decision of `planner-core`, and writes the answer
//! back, all in one transaction under the lock of the user's row. Nothing here knows of HTTP, of SQL, or of any
//! particular calendar.

pub mod availability;
pub mod canvas;
mod error;
pub mod events;
pub mod google;
pub mod identity;
mod insights;
pub mod jobs;
pub mod live;
pub mod once;
pub mod ports;
pub mod proposals;
mod reseal;
pub mod settings;
pub mod slack;
pub mod sweep;
pub mod tasks;
pub mod tools;
mod validate;
mod week;
pub mod work;

use std::sync::Arc;

pub use error::{Failure, FieldError};
use identity::User;
use live::Onlookers;
use planner_core::time::Moment;
use ports::{
    Access, Clock, Ids, LocalSignals, NoTelemetry, RateLimiter, Signals, Store, StoreError, StoredLimits,
    Telemetry, Unit,
};
pub use reseal::Resealed;

/// The use cases over the ports they need.
#[derive(Clone)]
pub struct App {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    signals: Arc<dyn Signals>,
    onlookers: Arc<Onlookers>,
    limiter: Arc<dyn RateLimiter>,
    telemetry: Arc<dyn Telemetry>,
    google: Option<google::Side>,
    canvas: Option<canvas::Side>,
    task_triggers: TaskTriggers,
    /// Of the one request that these use cases are for, where it is to take effect once.
    turn: Option<once::SharedTurn>,
}

/// Who notices that writing a task sets off a proposal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaskTriggers {
    /// The database, by whatever road the task was written.
    #[default]
    Database,
    /// The use cases that write tasks, for databases that run no triggers.
    Program,
}

impl App {
    /// Wires the use cases to their ports.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        let (signals, limiter) = (Arc::new(LocalSignals::default()), Arc::new(StoredLimits));
        let (telemetry, task_triggers) = (Arc::new(NoTelemetry), TaskTriggers::default());
        let onlookers = Arc::default();
        Self {
            store,
            clock,
            ids,
            signals,
            limiter,
            telemetry,
            onlookers,
            google: None,
            canvas: None,
            task_triggers,
            turn: None,
        }
    }

    /// The same use cases, with signals that reach other processes as well.
    #[must_use]
    pub fn with_signals(self, signals: Arc<dyn Signals>) -> Self {
        Self { signals, ..self }
    }

    /// The same use cases, with somebody who looks on.
    #[must_use]
    pub fn with_telemetry(self, telemetry: Arc<dyn Telemetry>) -> Self {
        Self { telemetry, ..self }
    }

    /// The same use cases, where somebody else notices what sets off a proposal.
    #[must_use]
    pub fn with_task_triggers(self, task_triggers: TaskTriggers) -> Self {
        Self { task_triggers, ..self }
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
        match (&self.turn, access) {
            (Some(turn), Access::Write(_)) => once::begin(turn, access).await,
            _ => self.store.begin(user, access).await,
        }
    }
}
