use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use app::identity::{User, UserId};
use app::ports::{
    Access, AppliedChange, AuditEntry, EventFields, EventPage, EventRecord, HistoryPage, KeptAnswer, Lease,
    NewJob, NewLiveEvent, NewProposal, Origin, Page, PlannedOn, ProposalPage, ProposalRecord, RequestKey,
    Retried, Signal, Signals, StoreError, TaskFields, TaskRecord, UndoToken, Unit, UserSettings, WeekRows,
    WeekSpan,
};
use app::work::Fate;
use async_trait::async_trait;
use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use futures_util::future::join;
use planner_core::lifecycle::{Acceptance, Status, Undo, Undoable};
use planner_core::model::{EventId, TaskId};
use planner_core::time::{LocalDay, Moment};
use tokio::runtime::Handle;
use tokio::time::timeout;
use uuid::Uuid;

use crate::error::Error;
use crate::query::{
    answers, apply, attempts, audit, events, jobs, ledger, live, planned, proposals, rates, restore,
    settings, snapshots, tasks, users, week,
};
use crate::turn::SharedPlace;

/// How long a rollback may take before the connection is given up.
const ROLLBACK_DEADLINE: Duration = Duration::from_secs(5);

/// A transaction on one user's data.
pub(crate) struct PgUnit {
    connection: Lent,
    user: UserId,
    access: Access,
    signals: Arc<dyn Signals>,
    /// What is rung when this is committed.
    told: BTreeSet<Signal>,
    /// Where this is laid down instead of being committed or rolled back, if it belongs to a turn.
    turn: Option<SharedPlace>,
    runtime: Handle,
}

/// What asking for a request's turn found.
pub(crate) enum Claimed {
    /// Nothing: the turn is this transaction's.
    Fresh,
    /// An answer.
    Kept(answers::Kept),
    /// Somebody else's turn.
    Taken,
}

impl PgUnit {
    pub(crate) fn new(
        connection: Object<AsyncPgConnection>,
        user: UserId,
        signals: Arc<dyn Signals>,
        runtime: Handle,
    ) -> Self {
        Self::over(Lent(Some(connection)), user, signals, runtime)
    }

    fn over(connection: Lent, user: UserId, signals: Arc<dyn Signals>, runtime: Handle) -> Self {
        Self { connection, user, access: Access::Read, signals, told: BTreeSet::new(), turn: None, runtime }
    }

    /// Opens the transaction and, where it writes, locks the user's row; whether there is one.
    ///
    /// Both go out together, so that a unit of work costs one round trip to begin.
    pub(crate) async fn begin(
        &mut self,
        access: Access,
        opening: &str,
    ) -> Result<Option<users::Known>, StoreError> {
        self.access = access;
        let user = self.user;
        let connection: &AsyncPgConnection = self.connection()?;
        let mut shared = connection;
        let known = match access {
            Access::Read => {
                shared.batch_execute(opening).await.map_err(Error::from)?;
                None
            }
            Access::Write(_) => {
                let (begun, known) = join(shared.batch_execute(opening), users::lock(connection, user)).await;
                begun.map_err(Error::from)?;
                known.map_err(Error::from)?
            }
        };
        Ok(known)
    }

    pub(crate) async fn ensure_user(
        &mut self,
        user: &User,
        known: Option<users::Known>,
    ) -> Result<(), StoreError> {
        users::ensure(self.connection()?, user, known).await?;
        Ok(())
    }

    /// Opens the transaction, and asks in it for a request's turn.
    pub(crate) async fn claim(
        &mut self,
        opening: &str,
        request: &RequestKey,
        now: Moment,
    ) -> Result<Claimed, StoreError> {
        let user = self.user;
        let connection: &AsyncPgConnection = self.connection()?;
        let mut shared = connection;
        let (begun, locked) =
            join(shared.batch_execute(opening), answers::try_lock(connection, user, request)).await;
        begun.map_err(Error::from)?;
        if !locked.map_err(Error::from)? {
            return Ok(Claimed::Taken);
        }
        // Only now: what was committed before the lock was free has to be seen.
        Ok(answers::find(connection, user, request, now).await?.map_or(Claimed::Fresh, Claimed::Kept))
    }

    /// Keeps the answer to a request with what was done for it.
    pub(crate) async fn keep_answer(
        &mut self,
        request: &RequestKey,
        answer: &KeptAnswer,
        until: Moment,
    ) -> Result<(), StoreError> {
        let user = self.user;
        Ok(answers::keep(self.connection()?, user, request, answer, until).await?)
    }

    /// Has the transaction laid down there, however the unit of work ends.
    pub(crate) fn lay_down_at(&mut self, place: SharedPlace) {
        self.turn = Some(place);
    }

    /// Takes everything back that was written, and waits for that.
    pub(crate) async fn roll_back(mut self) {
        let connection = std::mem::replace(&mut self.connection, Lent(None));
        roll_back(connection).await;
    }

    /// Gives up where the transaction did not begin. A connection that died in the pool is no reason to: there are only
    /// so many of these, and then a new one tells the truth.
    pub(crate) fn give_up(mut self, error: StoreError) -> Result<(), StoreError> {
        let is_used = self.connection.0.as_ref().is_some_and(|lent| Object::metrics(lent).recycle_count > 0);
        match error {
            StoreError::Unavailable(error) if is_used => {
                tracing::debug!(%error, "a pooled connection was dead");
                self.connection.close();
                Ok(())
            }
            error => Err(error),
        }
    }

    /// Rings when this is committed.
    pub(crate) fn ring(&mut self, signal: Signal) {
        self.told.insert(signal);
    }

    /// Whose data it is about.
    pub(crate) const fn user(&self) -> UserId {
        self.user
    }

    pub(crate) fn connection(&mut self) -> Result<&mut AsyncPgConnection, StoreError> {
        match &mut self.connection.0 {
            Some(connection) => Ok(connection),
            None => Err(StoreError::Failed("the unit of work is over".into())),
        }
    }
}

#[async_trait]
impl Unit for PgUnit {
    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        if let Some(place) = self.turn.take() {
            place.put_done(*self);
            return Ok(());
        }
        // After an error PostgreSQL answers COMMIT with a rollback and calls it a success. The SELECT fails then, and
        // keeps us from saying so too.
        let done = self.connection()?.batch_execute("SELECT 1; COMMIT").await;
        done.map_err(Error::from)?;
        self.connection.give_back();
        for signal in std::mem::take(&mut self.told) {
            self.signals.ring(signal);
        }
        Ok(())
    }

    async fn settings(&mut self) -> Result<UserSettings, StoreError> {
        let user = self.user;
        Ok(settings::load(self.connection()?, user).await?)
    }

    async fn put_settings(&mut self, settings: &UserSettings) -> Result<(), StoreError> {
        let user = self.user;
        Ok(settings::replace(self.connection()?, user, settings).await?)
    }

    async fn event(&mut self, id: EventId) -> Result<Option<EventRecord>, StoreError> {
        let user = self.user;
        Ok(events::one(self.connection()?, user, id).await?)
    }

    async fn events(&mut self, page: &EventPage) -> Result<Vec<EventRecord>, StoreError> {
        let user = self.user;
        Ok(events::page(self.connection()?, user, page).await?)
    }

    async fn insert_event(
        &mut self,
        id: EventId,
        fields: &EventFields,
        origin: &Origin,
    ) -> Result<EventRecord, StoreError> {
        let user = self.user;
        Ok(events::insert(self.connection()?, user, id, fields, origin).await?)
    }

    async fn update_event(
        &mut self,
        id: EventId,
        fields: &EventFields,
    ) -> Result<Option<EventRecord>, StoreError> {
        let user = self.user;
        Ok(events::update(self.connection()?, user, id, fields).await?)
    }

    async fn delete_event(&mut self, id: EventId) -> Result<bool, StoreError> {
        let user = self.user;
        Ok(events::delete(self.connection()?, user, id).await?)
    }

    async fn task(&mut self, id: TaskId) -> Result<Option<TaskRecord>, StoreError> {
        let user = self.user;
        Ok(tasks::one(self.connection()?, user, id).await?)
    }

    async fn tasks(&mut self, page: &Page) -> Result<Vec<TaskRecord>, StoreError> {
        let user = self.user;
        Ok(tasks::page(self.connection()?, user, page).await?)
    }

    async fn insert_task(
        &mut self,
        id: TaskId,
        fields: &TaskFields,
        origin: &Origin,
    ) -> Result<TaskRecord, StoreError> {
        let user = self.user;
        Ok(tasks::insert(self.connection()?, user, id, fields, origin).await?)
    }

    async fn update_task(
        &mut self,
        id: TaskId,
        fields: &TaskFields,
    ) -> Result<Option<TaskRecord>, StoreError> {
        let user = self.user;
        Ok(tasks::update(self.connection()?, user, id, fields).await?)
    }

    async fn delete_task(&mut self, id: TaskId) -> Result<bool, StoreError> {
        let user = self.user;
        Ok(tasks::delete(self.connection()?, user, id).await?)
    }

    async fn week(&mut self, span: &WeekSpan) -> Result<WeekRows, StoreError> {
        let user = self.user;
        Ok(week::load(self.connection()?, user, span).await?)
    }

    async fn churn_on(&mut self, day: LocalDay) -> Result<u32, StoreError> {
        let user = self.user;
        Ok(ledger::churn_on(self.connection()?, user, day).await?)
    }

    async fn last_acceptance(&mut self, trigger: TaskId) -> Result<Option<Moment>, StoreError> {
        let user = self.user;
        Ok(proposals::last_acceptance(self.connection()?, user, trigger).await?)
    }

    async fn taken(&mut self, name: &str) -> Result<Vec<Moment>, StoreError> {
        let user = self.user;
        Ok(rates::taken(self.connection()?, user, name).await?)
    }

    async fn put_taken(&mut self, name: &str, taken: &[Moment], at: Moment) -> Result<(), StoreError> {
        let user = self.user;
        Ok(rates::replace(self.connection()?, user, name, taken, at).await?)
    }

    async fn insert_proposal(&mut self, proposal: &NewProposal) -> Result<(), StoreError> {
        let user = self.user;
        Ok(proposals::insert(self.connection()?, user, proposal).await?)
    }

    async fn proposal(&mut self, id: Uuid) -> Result<Option<ProposalRecord>, StoreError> {
        let user = self.user;
        Ok(proposals::one(self.connection()?, user, id).await?)
    }

    async fn proposals(
        &mut self,
        page: &ProposalPage,
        now: Moment,
    ) -> Result<Vec<ProposalRecord>, StoreError> {
        let user = self.user;
        Ok(proposals::page(self.connection()?, user, page, now).await?)
    }

    async fn planned_on(&mut self, proposal: Uuid) -> Result<Option<PlannedOn>, StoreError> {
        let user = self.user;
        Ok(planned::of_proposal(self.connection()?, user, proposal).await?)
    }

    async fn open_proposal(&mut self, trigger: Option<TaskId>) -> Result<Option<Uuid>, StoreError> {
        let user = self.user;
        Ok(proposals::open(self.connection()?, user, trigger).await?)
    }

    async fn proposal_of_token(&mut self, token: &UndoToken) -> Result<Option<Uuid>, StoreError> {
        let user = self.user;
        Ok(proposals::of_token(self.connection()?, user, token).await?)
    }

    async fn close_proposal(&mut self, id: Uuid, status: Status, at: Moment) -> Result<(), StoreError> {
        let user = self.user;
        Ok(proposals::close(self.connection()?, user, id, status, at).await?)
    }

    async fn verify_snapshot(&mut self, proposal: Uuid) -> Result<bool, StoreError> {
        let user = self.user;
        Ok(snapshots::is_whole(self.connection()?, user, proposal).await?)
    }

    async fn release_snapshot(&mut self, proposal: Uuid) -> Result<(), StoreError> {
        let user = self.user;
        Ok(snapshots::release(self.connection()?, user, proposal).await?)
    }

    async fn apply(
        &mut self,
        proposal: Uuid,
        acceptance: &Acceptance,
        changes: &[AppliedChange],
        token: &UndoToken,
        at: Moment,
    ) -> Result<(), StoreError> {
        let user = self.user;
        let connection = self.connection()?;
        Ok(apply::apply(connection, user, proposal, acceptance, changes, token, at).await?)
    }

    async fn undoable(&mut self, proposal: Uuid) -> Result<Vec<Undoable>, StoreError> {
        let (user, access) = (self.user, self.access);
        Ok(restore::undoable(self.connection()?, user, proposal, access).await?)
    }

    async fn restore(&mut self, proposal: Uuid, undo: &Undo) -> Result<(), StoreError> {
        let user = self.user;
        Ok(restore::restore(self.connection()?, user, proposal, undo).await?)
    }

    async fn record_attempt(
        &mut self,
        id: Uuid,
        proposal: Uuid,
        refusal: Option<&str>,
        at: Moment,
    ) -> Result<(), StoreError> {
        let user = self.user;
        Ok(attempts::insert(self.connection()?, user, id, proposal, refusal, at).await?)
    }

    async fn audit(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        let user = self.user;
        Ok(audit::insert(self.connection()?, user, entry).await?)
    }

    async fn history(&mut self, page: &HistoryPage) -> Result<Vec<AuditEntry>, StoreError> {
        let user = self.user;
        Ok(audit::page(self.connection()?, user, page).await?)
    }

    async fn enqueue(&mut self, job: &NewJob) -> Result<(), StoreError> {
        jobs::enqueue(self.connection()?, job).await?;
        self.ring(Signal::Jobs);
        Ok(())
    }

    async fn due_jobs(&mut self, keys: &[String]) -> Result<BTreeMap<String, Moment>, StoreError> {
        let user = self.user;
        Ok(jobs::due(self.connection()?, user, keys).await?)
    }

    async fn finish_job(&mut self, lease: &Lease) -> Result<bool, StoreError> {
        let fate = jobs::finish(self.connection()?, lease).await?;
        if matches!(fate, Some(Fate::Queued { .. })) {
            self.ring(Signal::Jobs);
        }
        Ok(fate.is_some())
    }

    async fn retry_job(&mut self, id: Uuid) -> Result<Option<Retried>, StoreError> {
        let retried = jobs::retry(self.connection()?, id).await?;
        self.ring(Signal::Jobs);
        Ok(retried)
    }

    async fn tell(&mut self, event: &NewLiveEvent) -> Result<(), StoreError> {
        let user = self.user;
        live::insert(self.connection()?, user, event).await?;
        self.ring(Signal::Live(user));
        Ok(())
    }
}

impl Drop for PgUnit {
    /// Rolls back, in the background: a lock that outlives its unit of work would stop the user's next one.
    fn drop(&mut self) {
        let connection = std::mem::replace(&mut self.connection, Lent(None));
        if connection.0.is_none() {
            return;
        }
        match self.turn.take() {
            Some(place) => {
                let signals = Arc::clone(&self.signals);
                place.put_idle(Self::over(connection, self.user, signals, self.runtime.clone()));
            }
            None => drop(self.runtime.spawn(roll_back(connection))),
        }
    }
}

/// Takes back what was written on a connection, and gives it back or closes it.
async fn roll_back(mut connection: Lent) {
    let Some(open) = connection.0.as_mut() else { return };
    // Whether the transaction had begun is not known here, if whoever waited for that gave up. Without one this is no
    // more than a warning.
    let rolled_back = timeout(ROLLBACK_DEADLINE, open.batch_execute("ROLLBACK")).await;
    if matches!(rolled_back, Ok(Ok(()))) {
        connection.give_back();
    } else {
        tracing::debug!("a connection that could not roll back is closed");
    }
}

/// A connection that may be in the middle of a transaction: closed on drop, unless it is given back.
struct Lent(Option<Object<AsyncPgConnection>>);

impl Lent {
    /// Puts the connection back into the pool: nothing is under way on it.
    fn give_back(&mut self) {
        drop(self.0.take());
    }

    fn close(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection));
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.close();
    }
}
