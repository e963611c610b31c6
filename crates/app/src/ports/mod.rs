//! What the use cases need from the world.

pub mod canvas;
pub mod google;
mod insights;
mod jobs;
mod limiter;
mod live;
mod records;
mod sealed;
mod signals;
mod store;
mod telemetry;
mod turn;
mod upkeep;
mod vault;

pub use insights::{DailyChurn, Insights, Spread, Stretch, Tally};
pub use jobs::{Claim, ClaimedJob, Ended, JobRecord, JobStatus, Jobs, Join, Lease, NewJob, Retried, Retry};
pub use limiter::{RateLimiter, StoredLimits};
pub use live::{LiveEvent, LiveEvents, LiveKind, LivePage, NewLiveEvent};
use planner_core::time::Moment;
pub use records::{
    AppliedChange, AuditAction, AuditEntry, EventFields, EventPage, EventRecord, HistoryPage, InTheWay,
    NewProposal, Origin, Page, Planned, PlannedOn, Position, ProposalPage, ProposalRecord, ProposedChange,
    Shortfall, TaskFields, TaskRecord, TaskStatus, UndoToken, UnknownCalendar, UserSettings, WeekRows,
    WeekSpan,
};
pub use sealed::{Holder, Sealed};
use secrecy::SecretString;
pub use signals::{LocalSignals, Signal, Signals};
pub use store::{Access, Actor, Store, StoreError, Unit};
pub use telemetry::{NoTelemetry, Planning, Telemetry};
pub use turn::{KeptAnswer, RequestKey, Turn, TurnClaim};
pub use upkeep::{Due, Leftover, Upkeep};
use uuid::Uuid;
pub use vault::{Vault, VaultError};

/// Says what time it is.
pub trait Clock: std::fmt::Debug + Send + Sync {
    /// The present moment.
    fn now(&self) -> Moment;
}

/// Makes new names.
pub trait Ids: Send + Sync {
    /// An identity that nothing has yet.
    fn id(&self) -> Uuid;

    /// A secret that nobody can guess.
    fn undo_token(&self) -> UndoToken;

    /// Another one, for other uses: 43 to 128 letters and digits.
    fn secret(&self) -> SecretString;
}
