use std::collections::BTreeMap;

use async_trait::async_trait;
use planner_core::lifecycle::{Acceptance, Status, Undo, Undoable};
use planner_core::model::{EventId, TaskId};
use planner_core::time::{LocalDay, Moment};
use uuid::Uuid;

use super::canvas::CanvasRecords;
use super::google::GoogleRecords;
use super::insights::Insights;
use super::jobs::{Jobs, Lease, NewJob, Retried};
use super::live::{LiveEvents, NewLiveEvent};
use super::records::{
    AppliedChange, AuditEntry, EventFields, EventPage, EventRecord, HistoryPage, NewProposal, Origin, Page,
    PlannedOn, ProposalPage, ProposalRecord, TaskFields, TaskRecord, UndoToken, UserSettings, WeekRows,
    WeekSpan,
};
use super::sealed::Sealed;
use super::turn::{RequestKey, TurnClaim};
use super::upkeep::Upkeep;
use crate::identity::{User, UserId};

/// On whose word a unit of work changes the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The calendar's owner, who may change anything.
    Owner,
    /// The sync, which brings in what people did in other calendars, and may change anything.
    Sync,
    /// The planner, who may not change what is immovable or protected. The database holds it to that as well.
    Planner,
}

/// What a unit of work is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Looks at one consistent state, and waits for nobody.
    Read,
    /// Changes state, alone among the units of work of this user until it ends.
    Write(Actor),
}

/// Why the store did not answer, named by the way out.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached now; the same request may succeed later. Nothing was written, unless it was the answer to
    /// a commit that got lost: then nobody knows.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database guards a row that the unit of work's actor may not change so.
    #[error("the store refuses to change what is immovable or protected")]
    Guarded(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The row refers to something that the user does not have.
    #[error("the row refers to something that does not exist")]
    DanglingReference(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored row breaks our rules, or the store failed in a way that no caller can mend.
    #[error("the store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Where users' calendars are kept, and the queue of work on them.
#[async_trait]
pub trait Store: Insights + Jobs + LiveEvents + Sealed + Upkeep {
    /// Begins a unit of work on one user's data.
    ///
    /// With [`Access::Write`] the user's row is made on first sight and locked until the unit ends, so that units of
    /// one user come one after the other.
    async fn begin(&self, user: &User, access: Access) -> Result<Box<dyn Unit>, StoreError>;

    /// Asks for the turn of a request that takes effect once. Waits for nobody.
    async fn claim_turn(
        &self,
        user: &User,
        request: &RequestKey,
        now: Moment,
    ) -> Result<TurnClaim, StoreError>;

    /// Begins a unit of work that changes one user's data, for somebody who knows no more than who that is. `None`
    /// where there is no such user.
    async fn begin_for(&self, user: UserId, actor: Actor) -> Result<Option<Box<dyn Unit>>, StoreError>;

    /// Whether the store answers.
    async fn ready(&self) -> Result<(), StoreError>;
}

/// A unit of work: one transaction on the data of one user, and of no other.
///
/// Dropped without [`commit`](Unit::commit), it leaves nothing behind. What another user owns does not exist here.
#[async_trait]
pub trait Unit: CanvasRecords + GoogleRecords + Send {
    /// Makes everything written so far last.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;

    /// The user's settings; the defaults where none were stored.
    async fn settings(&mut self) -> Result<UserSettings, StoreError>;

    /// Replaces the user's settings.
    async fn put_settings(&mut self, settings: &UserSettings) -> Result<(), StoreError>;

    /// One event.
    async fn event(&mut self, id: EventId) -> Result<Option<EventRecord>, StoreError>;

    /// A page of events in order of start and id.
    async fn events(&mut self, page: &EventPage) -> Result<Vec<EventRecord>, StoreError>;

    /// Adds an event.
    async fn insert_event(
        &mut self,
        id: EventId,
        fields: &EventFields,
        origin: &Origin,
    ) -> Result<EventRecord, StoreError>;

    /// Replaces what the user says of an event; `None` where there is none.
    async fn update_event(
        &mut self,
        id: EventId,
        fields: &EventFields,
    ) -> Result<Option<EventRecord>, StoreError>;

    /// Removes an event; whether there was one.
    async fn delete_event(&mut self, id: EventId) -> Result<bool, StoreError>;

    /// One task.
    async fn task(&mut self, id: TaskId) -> Result<Option<TaskRecord>, StoreError>;

    /// A page of tasks in order of creation and id.
    async fn tasks(&mut self, page: &Page) -> Result<Vec<TaskRecord>, StoreError>;

    /// Adds a task.
    async fn insert_task(
        &mut self,
        id: TaskId,
        fields: &TaskFields,
        origin: &Origin,
    ) -> Result<TaskRecord, StoreError>;

    /// Replaces what the user says of a task; `None` where there is none.
    ///
    /// Where the due time changes, by whatever road, the store notes when.
    async fn update_task(
        &mut self,
        id: TaskId,
        fields: &TaskFields,
    ) -> Result<Option<TaskRecord>, StoreError>;

    /// Removes a task; whether there was one. Events that served it stay, and serve none.
    async fn delete_task(&mut self, id: TaskId) -> Result<bool, StoreError>;

    /// The rows of a planning problem.
    async fn week(&mut self, span: &WeekSpan) -> Result<WeekRows, StoreError>;

    /// Churn in the ledger for one local day.
    async fn churn_on(&mut self, day: LocalDay) -> Result<u32, StoreError>;

    /// When a proposal for this task was last accepted that has not been undone.
    async fn last_acceptance(&mut self, trigger: TaskId) -> Result<Option<Moment>, StoreError>;

    /// When the user last did what is limited under this name, as it was put.
    async fn taken(&mut self, name: &str) -> Result<Vec<Moment>, StoreError>;

    /// Keeps when the user last did what is limited under this name.
    async fn put_taken(&mut self, name: &str, taken: &[Moment], at: Moment) -> Result<(), StoreError>;

    /// Stores a proposal, its moves, and the snapshot of every event that it touches.
    async fn insert_proposal(&mut self, proposal: &NewProposal) -> Result<(), StoreError>;

    /// One proposal.
    async fn proposal(&mut self, id: Uuid) -> Result<Option<ProposalRecord>, StoreError>;

    /// A page of proposals, newest first. An open one whose time is over at `now` is taken for expired.
    async fn proposals(
        &mut self,
        page: &ProposalPage,
        now: Moment,
    ) -> Result<Vec<ProposalRecord>, StoreError>;

    /// What a proposal was planned on; `None` where there is no such proposal, or none that was planned on something.
    async fn planned_on(&mut self, proposal: Uuid) -> Result<Option<PlannedOn>, StoreError>;

    /// The open proposal for a task, or without one the one that resolves conflicts, if there is one.
    async fn open_proposal(&mut self, trigger: Option<TaskId>) -> Result<Option<Uuid>, StoreError>;

    /// The proposal that a token undoes. Tokens are compared by digest, in constant time.
    async fn proposal_of_token(&mut self, token: &UndoToken) -> Result<Option<Uuid>, StoreError>;

    /// Closes a proposal as rejected, expired or undone.
    async fn close_proposal(&mut self, id: Uuid, status: Status, at: Moment) -> Result<(), StoreError>;

    /// Whether the snapshot of a proposal is there and whole.
    async fn verify_snapshot(&mut self, proposal: Uuid) -> Result<bool, StoreError>;

    /// Gives the snapshot of a proposal up, since nothing will be restored from it.
    async fn release_snapshot(&mut self, proposal: Uuid) -> Result<(), StoreError>;

    /// Applies a proposal: writes the events, remembers the versions they get, enters the churn into the ledger, and
    /// marks the proposal applied.
    async fn apply(
        &mut self,
        proposal: Uuid,
        acceptance: &Acceptance,
        changes: &[AppliedChange],
        token: &UndoToken,
        at: Moment,
    ) -> Result<(), StoreError>;

    /// What accepting a proposal wrote to, and how that is now.
    async fn undoable(&mut self, proposal: Uuid) -> Result<Vec<Undoable>, StoreError>;

    /// Restores and removes events as decided. A restored row is as in the snapshot in all columns but its version and
    /// the time of its last change; a link to a task that is gone is left out.
    async fn restore(&mut self, proposal: Uuid, undo: &Undo) -> Result<(), StoreError>;

    /// Keeps an attempt to apply a proposal, with the refusal's code where it was refused.
    async fn record_attempt(
        &mut self,
        id: Uuid,
        proposal: Uuid,
        refusal: Option<&str>,
        at: Moment,
    ) -> Result<(), StoreError>;

    /// Adds a row to the audit.
    async fn audit(&mut self, entry: &AuditEntry) -> Result<(), StoreError>;

    /// A page of the audit, newest first.
    async fn history(&mut self, page: &HistoryPage) -> Result<Vec<AuditEntry>, StoreError>;

    /// Asks for work in the background, to be done if this unit is committed.
    async fn enqueue(&mut self, job: &NewJob) -> Result<(), StoreError>;

    /// When the user's jobs of these keys are to be run, those that are in the queue.
    async fn due_jobs(&mut self, keys: &[String]) -> Result<BTreeMap<String, Moment>, StoreError>;

    /// Ends a job as done within this unit, so that the work and its end are one. Where this is false the job is no
    /// longer the caller's: drop the unit, since somebody else may be doing the work.
    async fn finish_job(&mut self, lease: &Lease) -> Result<bool, StoreError>;

    /// Queues a dead job again, whoever's data it is about; `None` where there is no such job. For operators only.
    async fn retry_job(&mut self, id: Uuid) -> Result<Option<Retried>, StoreError>;

    /// Tells whoever looks on, under the user's next number. They hear of it when the unit of work is committed, and
    /// only then.
    async fn tell(&mut self, event: &NewLiveEvent) -> Result<(), StoreError>;
}
