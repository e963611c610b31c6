use super::Status;
use crate::time::Moment;

/// Why a proposal cannot be turned down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RejectRefusal {
    /// It has been decided on already.
    #[error("the proposal is {status}")]
    NotOpen {
        /// Where it stands.
        status: Status,
    },
    /// It was left undecided for too long.
    #[error("the proposal expired at {expired_at}")]
    Expired {
        /// When.
        expired_at: Moment,
    },
}

/// Decides whether a proposal may be turned down. One that was never applied has changed nothing, so there is nothing
/// to restore.
///
/// # Errors
/// [`RejectRefusal`] where it is no longer open.
pub fn reject(status: Status, expires_at: Moment, now: Moment) -> Result<(), RejectRefusal> {
    match status {
        Status::Proposed if now < expires_at => Ok(()),
        Status::Proposed | Status::Expired => Err(RejectRefusal::Expired { expired_at: expires_at }),
        Status::Applied | Status::Rejected | Status::Undone => Err(RejectRefusal::NotOpen { status }),
    }
}
