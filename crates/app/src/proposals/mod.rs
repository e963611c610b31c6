//! A proposal's life: made, looked at, accepted or turned down, taken back.

mod accept;
mod audit;
mod automatic;
mod create;
mod limits;
mod list;
mod planning;
mod reject;
mod undo;

pub use accept::{AcceptFailure, Accepted};
pub(crate) use audit::keep;
pub use create::{CreateFailure, Created, Requested};
pub use limits::LimitsFailure;
use planner_core::lifecycle::Policy;
pub use reject::RejectFailure;
pub use undo::{UndoFailure, UndoRequest, UndoTarget, UndoneProposal};
use uuid::Uuid;

use crate::identity::User;
use crate::ports::{Access, ProposalRecord, UserSettings};
use crate::{App, Failure};

impl App {
    /// One proposal, as it stands now: one left undecided for too long shows as expired.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the user has no such proposal.
    pub async fn proposal(
        &self,
        user: &User,
        id: Uuid,
    ) -> Result<ProposalRecord, Failure<std::convert::Infallible>> {
        let mut unit = self.begin(user, Access::Read).await?;
        let record = unit.proposal(id).await?;
        unit.commit().await?;
        Ok(record.ok_or(Failure::NotFound)?.standing_at(self.now()))
    }
}

/// The times and limits that hold for a user with these settings.
fn policy(settings: &UserSettings) -> Policy {
    Policy { threshold: settings.priority_threshold, ..Policy::default() }
}
