//! Requests that take effect once, however often they are sent.
//!
//! What a request did and what it was answered are kept together or not at all, so it does not matter where the answer
//! got lost on its way.

use std::sync::Arc;

use planner_core::time::Moment;
use tokio::sync::Mutex;

use crate::App;
use crate::identity::User;
use crate::ports::{Access, KeptAnswer, RequestKey, StoreError, Turn, TurnClaim, Unit};

/// How long an answer is given again, in minutes.
pub const KEPT_MINUTES: i64 = 24 * 60;

/// Where a request stands that takes effect once.
pub enum Once {
    /// It is to be carried out now, by these use cases and no others, and concluded.
    Now(App, Conclusion),
    /// It was answered before.
    Answered(KeptAnswer),
    /// The name was used for a request that said something else.
    Reused,
    /// Another one of this name is being carried out right now.
    InProgress,
}

/// What is left to do when a request has been carried out. Dropped, it takes the request's effect back.
pub struct Conclusion {
    turn: SharedTurn,
    kept_until: Moment,
}

/// The turn, for the use cases and the conclusion.
pub(crate) type SharedTurn = Arc<Mutex<Option<Box<dyn Turn>>>>;

impl App {
    /// Takes a request on that is to take effect once. One at a time gets its turn; the others are told at once.
    ///
    /// # Errors
    /// [`StoreError`] where the store fails.
    pub async fn once(&self, user: &User, request: &RequestKey) -> Result<Once, StoreError> {
        let now = self.now();
        Ok(match self.store.claim_turn(user, request, now).await? {
            TurnClaim::Fresh(turn) => {
                let turn: SharedTurn = Arc::new(Mutex::new(Some(turn)));
                let app = Self { turn: Some(Arc::clone(&turn)), ..self.clone() };
                Once::Now(app, Conclusion { turn, kept_until: now.plus_minutes(KEPT_MINUTES) })
            }
            TurnClaim::Answered(answer) => Once::Answered(answer),
            TurnClaim::Reused => Once::Reused,
            TurnClaim::InProgress => Once::InProgress,
        })
    }
}

impl Conclusion {
    /// Makes what was done last, and keeps the answer with it if it is one to give again.
    ///
    /// # Errors
    /// [`StoreError`] where the store fails; then the answer must not be given.
    pub async fn conclude(self, answer: Option<KeptAnswer>) -> Result<(), StoreError> {
        match self.turn.lock().await.take() {
            Some(turn) => turn.conclude(answer.map(|answer| (answer, self.kept_until))).await,
            None => Ok(()),
        }
    }
}

/// Begins the one unit of work of a request that takes effect once.
pub(crate) async fn begin(turn: &SharedTurn, access: Access) -> Result<Box<dyn Unit>, StoreError> {
    match turn.lock().await.as_mut() {
        Some(turn) => turn.begin(access).await,
        None => Err(StoreError::Failed("the request is over".into())),
    }
}
