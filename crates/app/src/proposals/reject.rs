use planner_core::lifecycle::{self, RejectRefusal, Status};
use uuid::Uuid;

use crate::identity::User;
use crate::ports::{Access, Actor, AuditAction};
use crate::{App, Failure};

/// Why a proposal was not turned down.
pub type RejectFailure = Failure<RejectRefusal>;

impl App {
    /// Turns a proposal down. The calendar stays as it is: a proposal that was not applied has changed nothing.
    ///
    /// # Errors
    /// [`Failure::Refused`] with the reason why not; it is in the audit.
    pub async fn reject_proposal(&self, user: &User, id: Uuid) -> Result<(), RejectFailure> {
        let now = self.now();
        let mut unit = self.begin(user, Access::Write(Actor::Planner)).await?;
        let Some(record) = unit.proposal(id).await? else {
            return Err(self.refuse_unknown(unit, AuditAction::RejectRefused, Some(id), now).await);
        };
        let status = record.proposal.status;
        let trigger = record.proposal.trigger;
        if let Err(refusal) = lifecycle::reject(status, record.proposal.expires_at, now) {
            if status == Status::Proposed {
                self.expire(unit.as_mut(), &record, now).await?;
            }
            let code = match refusal {
                RejectRefusal::NotOpen { .. } => "NOT_OPEN",
                RejectRefusal::Expired { .. } => "EXPIRED",
            };
            let entry = self.audit_entry(AuditAction::RejectRefused, now).of_proposal(id).of_trigger(trigger);
            entry.because(code).write(unit.as_mut()).await?;
            unit.commit().await?;
            return Err(Failure::Refused(refusal));
        }
        let snapshot_whole = unit.verify_snapshot(id).await?;
        unit.close_proposal(id, Status::Rejected, now).await?;
        unit.release_snapshot(id).await?;
        let entry = self.audit_entry(AuditAction::Rejected, now).of_proposal(id).of_trigger(trigger);
        entry.with("snapshot_whole", snapshot_whole).write(unit.as_mut()).await?;
        unit.commit().await?;
        Ok(())
    }
}
