//! Looking on: what happens to a user's proposals, told to whoever wants to know, in order and without a gap.
//!
//! An onlooker asks for the next word when it has told the last one, so a slow reader costs nothing but its place. In
//! between it waits for a signal, holding no connection; since signals get lost, it also looks from time to time.

mod onlookers;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use onlookers::Onlookers;
use onlookers::Seat;
use tokio::time::{Instant, sleep_until};

use crate::identity::{User, UserId};
use crate::ports::{LiveEvent, LiveEvents, LivePage, StoreError};
use crate::{App, Failure};

/// How many onlookers one user may have in one process.
pub const MOST_ONLOOKERS: usize = 20;

/// Silence longer than this is broken, so that nobody on the way takes the line for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How often an onlooker looks without having been told to.
const POLL: Duration = Duration::from_secs(20);

/// The pause after the store has failed.
const RETRY: Duration = Duration::from_secs(2);

/// How long an onlooker may stay: sign-ins end, and coming back costs little.
const LONGEST: Duration = Duration::from_mins(15);

/// How many live events are read at once.
const BATCH: u16 = 100;

/// Why somebody may not look on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookOnRefusal {
    /// The user has [`MOST_ONLOOKERS`] here already.
    TooMany {
        /// After how long a place may be free.
        retry_after: Duration,
    },
}

/// Why nobody looks on.
pub type LookOnFailure = Failure<LookOnRefusal>;

impl App {
    /// How many look on in this process.
    pub fn onlookers(&self) -> u64 {
        self.onlookers.count()
    }

    /// Looks on from the live event after number `after`, or from the present on.
    ///
    /// # Errors
    /// [`Failure::Refused`] where the user has too many onlookers here, [`Failure::Store`] where the store fails.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn look_on(&self, user: &User, after: Option<i64>) -> Result<Onlooker, LookOnFailure> {
        let Some(seat) = self.onlookers.seat(user.id, self.signals.as_ref()) else {
            return Err(Failure::Refused(LookOnRefusal::TooMany { retry_after: HEARTBEAT }));
        };
        Ok(Onlooker::new(Arc::clone(&self.store) as Arc<dyn LiveEvents>, user.id, seat, after).await?)
    }
}

/// What an onlooker is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    /// What happened next.
    Event(LiveEvent),
    /// What came next is not there any more. It goes on after this position; what is before it has to be looked up.
    Reset(i64),
    /// Nothing has happened for a while.
    Quiet,
}

/// Somebody who looks on.
pub struct Onlooker {
    store: Arc<dyn LiveEvents>,
    user: UserId,
    seat: Seat,
    /// The number of the last live event that was told.
    after: i64,
    /// What was read and is to be told.
    read: VecDeque<Word>,
    look_at: Instant,
    quiet_until: Instant,
    ends_at: Instant,
}

impl Onlooker {
    /// Looks once, so that a store which does not answer is known at once.
    async fn new(
        store: Arc<dyn LiveEvents>,
        user: UserId,
        seat: Seat,
        after: Option<i64>,
    ) -> Result<Self, StoreError> {
        let page = store.live_events(user, after.unwrap_or(i64::MAX), BATCH).await?;
        let now = Instant::now();
        let mut onlooker = Self {
            store,
            user,
            seat,
            after: after.unwrap_or(page.position),
            read: VecDeque::new(),
            look_at: now,
            quiet_until: now + HEARTBEAT,
            ends_at: now + LONGEST,
        };
        onlooker.take(page);
        Ok(onlooker)
    }

    /// The number of the last live event that was told, or that there was before the first.
    pub fn position(&self) -> i64 {
        self.after
    }

    /// Waits for the next word; `None` when the onlooker has stayed for long enough.
    pub async fn next(&mut self) -> Option<Word> {
        loop {
            if Instant::now() >= self.ends_at {
                return None;
            }
            if let Some(word) = self.read.pop_front() {
                return Some(self.say(word));
            }
            if Instant::now() >= self.look_at {
                self.look().await;
                continue;
            }
            tokio::select! {
                biased;
                () = sleep_until(self.ends_at) => return None,
                () = self.seat.rung() => self.look_at = Instant::now(),
                () = sleep_until(self.look_at) => {}
                () = sleep_until(self.quiet_until) => return Some(self.say(Word::Quiet)),
            }
        }
    }

    fn say(&mut self, word: Word) -> Word {
        self.after = match &word {
            Word::Event(event) => event.seq,
            Word::Reset(position) => *position,
            Word::Quiet => self.after,
        };
        self.quiet_until = Instant::now() + HEARTBEAT;
        word
    }

    async fn look(&mut self) {
        match self.store.live_events(self.user, self.after, BATCH).await {
            Ok(page) => self.take(page),
            Err(error) => {
                // A store that is away is told of by whoever asks whether it is there; onlookers are many.
                if !matches!(error, StoreError::Unavailable(_)) {
                    tracing::error!(user_id = %self.user, "an onlooker sees nothing: {error}");
                }
                self.look_at = Instant::now() + RETRY;
            }
        }
    }

    /// Takes what was read, and says when to look again.
    fn take(&mut self, page: LivePage) {
        let position = page.position;
        self.read = follow(self.after, page);
        let is_all = match self.read.back() {
            Some(Word::Event(last)) => last.seq == position,
            _ => true,
        };
        self.look_at = Instant::now() + if is_all { POLL } else { Duration::ZERO };
    }
}

/// What to tell somebody who has been told everything up to number `after`, given what the store has after it.
fn follow(after: i64, page: LivePage) -> VecDeque<Word> {
    // They are removed by their dates, which come from several machines: there may be a hole among them.
    let unbroken = page.events.into_iter().scan(after, |last, event| {
        let is_next = event.seq == last.saturating_add(1);
        *last = event.seq;
        is_next.then_some(Word::Event(event))
    });
    let words: VecDeque<Word> = unbroken.collect();
    if words.is_empty() && page.position != after {
        VecDeque::from([Word::Reset(page.position)])
    } else {
        words
    }
}
