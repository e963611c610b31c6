//! How a handle reaches the child: the thread that keeps it waits for it and cannot listen.

use std::{
    io,
    process::{Child, Command, ExitStatus},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rustix::{
    io::Errno,
    process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid},
};

use crate::Error;

/// The child of the moment, and the wish that there be none.
#[derive(Debug, Default)]
pub(crate) struct Control {
    state: Mutex<State>,
    stopping: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_stopping: bool,
    child: Option<(Pid, Signal)>,
}

impl Control {
    /// Starts a child that `stop` stops, unless there is to be none any more.
    pub(crate) fn spawn(&self, command: &mut Command, stop: Signal) -> Result<io::Result<Child>, Error> {
        let mut state = self.lock();
        if state.is_stopping {
            return Err(Error::Stopped);
        }
        let child = command.spawn();
        state.child = child.as_ref().ok().map(|child| (Pid::from_child(child), stop));
        Ok(child)
    }

    /// Stops the child and keeps another from being started.
    pub(crate) fn stop(&self) {
        self.lock().is_stopping = true;
        self.stopping.notify_all();
        self.stop_child();
    }

    /// Stops the child, if there is one.
    pub(crate) fn stop_child(&self) {
        if let Some((pid, stop)) = self.lock().child {
            let _ = kill_process(pid, stop);
        }
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.lock().is_stopping
    }

    /// Waits until there is to be no child any more, but not longer than this.
    pub(crate) fn wait_for_stop(&self, at_most: Duration) {
        drop(self.stopping.wait_timeout_while(self.lock(), at_most, |state| !state.is_stopping));
    }

    /// Sends a signal to the child, if there is one.
    pub(crate) fn signal(&self, signal: Signal) {
        if let Some((pid, _)) = self.lock().child {
            let _ = kill_process(pid, signal);
        }
    }

    /// Waits for the end of the child.
    pub(crate) fn reap(&self, child: &mut Child) -> Option<ExitStatus> {
        // A number that was waited for may be given to another process: first make sure that the child has
        // ended, then let nobody send signals to it, then free the number.
        while wait(child, WaitIdOptions::empty()) == Err(Errno::INTR) {}
        self.lock().child = None;
        child.wait().ok()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the child has ended. It is left to be waited for.
pub(crate) fn has_ended(child: &Child) -> bool {
    !matches!(wait(child, WaitIdOptions::NOHANG), Ok(false) | Err(Errno::INTR))
}

fn wait(child: &Child, options: WaitIdOptions) -> Result<bool, Errno> {
    let options = options | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    waitid(WaitId::Pid(Pid::from_child(child)), options).map(|status| status.is_some())
}
