use planner_core::lifecycle::{self, Status, Undo, UndoFacts, UndoRefusal};
use uuid::Uuid;

use crate::identity::User;
use crate::ports::{Access, Actor, AuditAction, StoreError, UndoToken, Unit};
use crate::{App, Failure};

/// Why a proposal was not undone.
pub type UndoFailure = Failure<UndoRefusal>;

/// Which proposal to undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UndoTarget {
    /// The one of this identity.
    Proposal(Uuid),
    /// The one that this token was given for.
    Token(UndoToken),
}

/// What is to be undone, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoRequest {
    /// Which proposal.
    pub target: UndoTarget,
    /// Whether to restore the rest where something was edited since.
    pub keep_edited: bool,
}

/// A proposal that was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoneProposal {
    /// Which.
    pub proposal_id: Uuid,
    /// What was restored, removed, and left.
    pub undo: Undo,
}

impl App {
    /// Takes an applied proposal back: the calendar is as it was before it.
    ///
    /// # Errors
    /// [`Failure::Refused`] with the first reason why not; it is in the audit, and nothing else is written.
    pub async fn undo_proposal(
        &self,
        user: &User,
        request: UndoRequest,
    ) -> Result<UndoneProposal, UndoFailure> {
        let now = self.now();
        let mut unit = self.begin(user, Access::Write(Actor::Planner)).await?;
        let id = match &request.target {
            UndoTarget::Proposal(id) => Some(*id),
            UndoTarget::Token(token) => unit.proposal_of_token(token).await?,
        };
        let record = match id {
            Some(id) => unit.proposal(id).await?,
            None => None,
        };
        let Some(record) = record else {
            return Err(self.refuse_unknown(unit, AuditAction::UndoRefused, id, now).await);
        };
        let events = undoable(unit.as_mut(), record.id, record.proposal.status).await?;
        let facts = UndoFacts {
            status: record.proposal.status,
            reversible_until: record.reversible_until,
            events,
            keep_edited: request.keep_edited,
        };
        let entry =
            |action| self.audit_entry(action, now).of_proposal(record.id).of_trigger(record.proposal.trigger);
        match lifecycle::undo(&facts, now) {
            Ok(undo) => {
                unit.restore(record.id, &undo).await?;
                unit.close_proposal(record.id, Status::Undone, now).await?;
                let entry = entry(AuditAction::Undone)
                    .with("restored", undo.restore.len())
                    .with("removed", undo.remove.len())
                    .with("kept", undo.kept.len());
                entry.write(unit.as_mut()).await?;
                unit.commit().await?;
                Ok(UndoneProposal { proposal_id: record.id, undo })
            }
            Err(refusal) => {
                let mut entry = entry(AuditAction::UndoRefused).because(code(&refusal));
                if let UndoRefusal::Conflict { edited } = &refusal {
                    let ids: Vec<String> = edited.iter().map(|edit| edit.event.to_string()).collect();
                    entry = entry.with("edited", ids);
                }
                entry.write(unit.as_mut()).await?;
                unit.commit().await?;
                Err(Failure::Refused(refusal))
            }
        }
    }
}

async fn undoable(
    unit: &mut dyn Unit,
    id: Uuid,
    status: Status,
) -> Result<Vec<lifecycle::Undoable>, StoreError> {
    if status == Status::Applied { unit.undoable(id).await } else { Ok(Vec::new()) }
}

/// The refusal's name in the audit.
const fn code(refusal: &UndoRefusal) -> &'static str {
    match refusal {
        UndoRefusal::NotApplied { .. } => "NOT_APPLIED",
        UndoRefusal::TooLate { .. } => "TOO_LATE",
        UndoRefusal::Conflict { .. } => "UNDO_CONFLICT",
    }
}
