use tokio::sync::broadcast;

use crate::identity::UserId;

/// Something that others wait for, here or in another process.
///
/// A signal says where to look and not what is there, so it may be repeated and may come for nothing. It may also get
/// lost: whoever waits looks from time to time all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// There is work in the queue.
    Jobs,
    /// Something happened to a proposal of this user.
    Live(UserId),
    /// Signals may have been missed: look everywhere.
    Everything,
}

/// Carries signals between those who change something and those who wait for it, whatever process they are in.
pub trait Signals: Send + Sync {
    /// Sends a signal to everybody who listens. Never waits.
    fn ring(&self, signal: Signal);

    /// Hears every signal from now on. Whoever lags behind is told, and has to take that for
    /// [`Signal::Everything`].
    fn listen(&self) -> broadcast::Receiver<Signal>;
}

/// Signals that stay within the process.
#[derive(Clone, Debug)]
pub struct LocalSignals(broadcast::Sender<Signal>);

impl Default for LocalSignals {
    fn default() -> Self {
        Self(broadcast::Sender::new(1024))
    }
}

impl Signals for LocalSignals {
    fn ring(&self, signal: Signal) {
        // That nobody listens is no error.
        let _ = self.0.send(signal);
    }

    fn listen(&self) -> broadcast::Receiver<Signal> {
        self.0.subscribe()
    }
}
