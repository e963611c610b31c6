use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

use super::MOST_ONLOOKERS;
use crate::identity::UserId;
use crate::ports::{Signal, Signals};

/// Who looks on in this process.
///
/// One task hears all signals and wakes those that a signal is for; the others sleep on.
#[derive(Default)]
pub(crate) struct Onlookers {
    /// Each user's bell. Whoever listens to it has a seat.
    bells: Mutex<BTreeMap<UserId, watch::Sender<()>>>,
    ringing: Mutex<Option<JoinHandle<()>>>,
}

impl Onlookers {
    /// A seat for an onlooker of this user; `None` where all are taken.
    pub(super) fn seat(self: &Arc<Self>, user: UserId, signals: &dyn Signals) -> Option<Seat> {
        self.keep_ringing(signals);
        let mut bells = self.bells();
        let bell = bells.entry(user).or_default();
        if bell.receiver_count() >= MOST_ONLOOKERS {
            return None;
        }
        Some(Seat { user, bell: Some(bell.subscribe()), onlookers: Arc::clone(self) })
    }

    /// Sees to it that signals are passed on.
    ///
    /// The task lives on the runtime of whoever came first; when that one is gone, the next to come starts another.
    fn keep_ringing(self: &Arc<Self>, signals: &dyn Signals) {
        let mut ringing = self.ringing.lock().unwrap_or_else(PoisonError::into_inner);
        if ringing.as_ref().is_some_and(|task| !task.is_finished()) {
            return;
        }
        *ringing = Some(tokio::spawn(pass_on(Arc::downgrade(self), signals.listen())));
        self.ring(Signal::Everything);
    }

    fn ring(&self, signal: Signal) {
        let bells = self.bells();
        match signal {
            Signal::Live(user) => bells.get(&user).into_iter().for_each(|bell| bell.send_replace(())),
            Signal::Everything => bells.values().for_each(|bell| bell.send_replace(())),
            Signal::Jobs => {}
        }
    }

    fn bells(&self) -> MutexGuard<'_, BTreeMap<UserId, watch::Sender<()>>> {
        self.bells.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.bells().values().map(|bell| bell.receiver_count() as u64).sum()
    }

    #[cfg(test)]
    pub(super) fn users(&self) -> usize {
        self.bells().len()
    }
}

async fn pass_on(onlookers: Weak<Onlookers>, mut heard: broadcast::Receiver<Signal>) {
    loop {
        let signal = match heard.recv().await {
            Ok(signal) => signal,
            Err(RecvError::Lagged(_)) => Signal::Everything,
            Err(RecvError::Closed) => return,
        };
        let Some(onlookers) = onlookers.upgrade() else { return };
        onlookers.ring(signal);
    }
}

/// An onlooker's place, given back when this is dropped.
pub(super) struct Seat {
    user: UserId,
    bell: Option<watch::Receiver<()>>,
    onlookers: Arc<Onlookers>,
}

impl Seat {
    /// Waits until the user's bell has rung since it was last heard.
    pub(super) async fn rung(&mut self) {
        if let Some(bell) = &mut self.bell
            && bell.changed().await.is_ok()
        {
            return;
        }
        // A seat keeps its bell, so this is never reached.
        std::future::pending::<()>().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut bells = self.onlookers.bells();
        self.bell = None;
        if bells.get(&self.user).is_some_and(|bell| bell.receiver_count() == 0) {
            bells.remove(&self.user);
        }
    }
}
