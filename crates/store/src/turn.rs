//! Requests that take effect once: their turn is a transaction that holds a lock on their name.
//!
//! The lock is asked for and not waited for, so that whoever comes second is told at once; the row with the answer is
//! written by the very transaction that did the work. The turn's unit of work does not commit by itself: it lays its
//! transaction down here, done or given up, and the turn concludes.

use std::sync::{Arc, Mutex, PoisonError};

use app::identity::User;
use app::ports::{Access, KeptAnswer, RequestKey, StoreError, Turn, Unit};
use async_trait::async_trait;
use diesel_async::SimpleAsyncConnection as _;
use planner_core::time::Moment;

use crate::error::Error;
use crate::pool::Pg;
use crate::unit::PgUnit;

/// Begins a unit of work within a turn's transaction.
const BEGIN: &str = "SAVEPOINT unit_of_work";

/// The same, where the one before was given up.
const ROLL_BACK_AND_BEGIN: &str = "ROLLBACK TO SAVEPOINT unit_of_work; SAVEPOINT unit_of_work";

/// Where a turn's transaction is.
enum Place {
    /// Here: its unit of work has not begun, or was given up.
    Idle(PgUnit),
    /// With its unit of work.
    Lent,
    /// Here, and its unit of work is done.
    Done(PgUnit),
}

/// The place, for the turn and for its unit of work.
#[derive(Clone)]
pub(crate) struct SharedPlace(Arc<Mutex<Place>>);

impl SharedPlace {
    /// Lays the transaction of a unit of work down that is done.
    pub(crate) fn put_done(&self, unit: PgUnit) {
        self.replace(Place::Done(unit));
    }

    /// Lays the transaction of a unit of work down that was given up.
    pub(crate) fn put_idle(&self, unit: PgUnit) {
        self.replace(Place::Idle(unit));
    }

    fn take(&self) -> Place {
        self.replace(Place::Lent)
    }

    fn replace(&self, place: Place) -> Place {
        std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), place)
    }
}

/// A request that has its turn.
pub(crate) struct PgTurn {
    pg: Pg,
    user: User,
    request: RequestKey,
    place: SharedPlace,
    has_begun: bool,
}

impl PgTurn {
    /// The turn over a transaction that holds the lock on the request's name.
    pub(crate) fn new(pg: Pg, user: User, request: RequestKey, unit: PgUnit) -> Self {
        Self {
            pg,
            user,
            request,
            place: SharedPlace(Arc::new(Mutex::new(Place::Idle(unit)))),
            has_begun: false,
        }
    }
}

#[async_trait]
impl Turn for PgTurn {
    async fn begin(&mut self, access: Access) -> Result<Box<dyn Unit>, StoreError> {
        let (mut unit, was_given_up) = match self.place.take() {
            Place::Idle(unit) => (unit, self.has_begun),
            Place::Done(unit) => (unit, false),
            Place::Lent => {
                let why = "a request that takes effect once has one unit of work at a time";
                return Err(StoreError::Failed(why.into()));
            }
        };
        // One after the other: what was given up must not be made last by the next one.
        let savepoint = if was_given_up { ROLL_BACK_AND_BEGIN } else { BEGIN };
        unit.connection()?.batch_execute(savepoint).await.map_err(Error::from)?;
        self.has_begun = true;
        unit.lay_down_at(self.place.clone());
        let user_is_known = unit.begin(access, &self.pg.declared(access)).await?;
        unit.ensure_user(&self.user, user_is_known).await?;
        Ok(Box::new(unit))
    }

    async fn conclude(self: Box<Self>, keep: Option<(KeptAnswer, Moment)>) -> Result<(), StoreError> {
        match self.place.take() {
            Place::Done(mut unit) => {
                if let Some((answer, until)) = keep {
                    unit.keep_answer(&self.request, &answer, until).await?;
                }
                Box::new(unit).commit().await
            }
            Place::Idle(unit) => {
                // Waited for, so that the name is free when the answer is out.
                unit.roll_back().await;
                Ok(())
            }
            // Whoever has it will find nobody here, and take it back.
            Place::Lent => Ok(()),
        }
    }
}
