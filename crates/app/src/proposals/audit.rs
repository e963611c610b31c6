use std::sync::Arc;

use planner_core::lifecycle::Status;
use planner_core::model::{Change, Note, TaskId};
use planner_core::time::Moment;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::ports::{AuditAction, AuditEntry, LiveKind, NewLiveEvent, StoreError, Telemetry, Unit};
use crate::{App, Failure};

/// What those who look on are told of an audit row's detail, where it has it.
const TOLD: [&str; 9] = [
    "changes",
    "churn",
    "churn_cost",
    "claims",
    "kept",
    "removed",
    "restored",
    "superseded_by",
    "unmet_minutes",
];

impl App {
    /// An audit row about something that happens at `at`.
    pub(crate) fn audit_entry(&self, action: AuditAction, at: Moment) -> Entry {
        let row = AuditEntry {
            id: self.ids.id(),
            action,
            proposal_id: None,
            trigger: None,
            reason_codes: Vec::new(),
            detail: Map::new(),
            at,
        };
        Entry { row, telemetry: Arc::clone(&self.telemetry) }
    }

    /// Leaves in the audit that a proposal was named which the user does not have, and nothing else.
    pub(super) async fn refuse_unknown<R>(
        &self,
        unit: Box<dyn Unit>,
        action: AuditAction,
        proposal_id: Option<Uuid>,
        at: Moment,
    ) -> Failure<R> {
        let entry = self.audit_entry(action, at).because("PROPOSAL_NOT_FOUND");
        let entry = proposal_id.into_iter().fold(entry, Entry::of_proposal);
        keep(unit, entry).await.map_or_else(Failure::Store, |()| Failure::NotFound)
    }
}

/// Ends a unit of work with a row of the audit as the last thing written.
pub(crate) async fn keep(mut unit: Box<dyn Unit>, entry: Entry) -> Result<(), StoreError> {
    entry.write(unit.as_mut()).await?;
    unit.commit().await
}

/// A row of the audit to be, told one fact at a time.
///
/// It can be written in one way only, and that one forgets neither those who look on nor those who count.
pub(crate) struct Entry {
    row: AuditEntry,
    telemetry: Arc<dyn Telemetry>,
}

impl Entry {
    /// Writes the row and, where it tells of a change of state, the live event that goes with it.
    pub(super) async fn write(self, unit: &mut dyn Unit) -> Result<(), StoreError> {
        let Self { row, telemetry } = self;
        unit.audit(&row).await?;
        if let Some(event) = live_event(&row) {
            unit.tell(&event).await?;
        }
        // A commit that fails is counted all the same: it is rare, and in the log.
        let codes: Vec<&str> = row.reason_codes.iter().map(String::as_str).collect();
        telemetry.decided(row.action, &codes);
        Ok(())
    }

    pub(super) fn of_proposal(mut self, id: Uuid) -> Self {
        self.row.proposal_id = Some(id);
        self
    }

    pub(super) fn of_trigger(mut self, id: Option<TaskId>) -> Self {
        self.row.trigger = id;
        self
    }

    /// Each code is told once.
    pub(super) fn because(mut self, code: &str) -> Self {
        if !self.row.reason_codes.iter().any(|known| known == code) {
            self.row.reason_codes.push(code.to_owned());
        }
        self
    }

    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.row.detail.insert(key.to_owned(), value.into());
        self
    }

    /// The reason codes, and how many changes of each kind there are.
    pub(super) fn of_changes<'a>(mut self, changes: impl Iterator<Item = &'a Change>) -> Self {
        let mut counts = Map::new();
        for change in changes {
            self = self.because(change.reason.as_str());
            let count = counts.entry(change.action.as_str()).or_insert(json!(0));
            *count = json!(count.as_u64().unwrap_or(0) + 1);
        }
        self.with("changes", counts)
    }

    /// The reason codes of what stays.
    pub(super) fn of_notes(self, notes: &[Note]) -> Self {
        notes.iter().fold(self, |entry, note| entry.because(note.reason.as_str()))
    }
}

/// What those who look on are told, if anything: what somebody was refused is between them and us.
fn live_event(entry: &AuditEntry) -> Option<NewLiveEvent> {
    let (kind, status) = change_of_state(entry.action)?;
    let told = TOLD.iter().filter_map(|name| Some(((*name).to_owned(), entry.detail.get(*name)?.clone())));
    let status = ("status".to_owned(), json!(status.as_str()));
    Some(NewLiveEvent {
        kind,
        proposal_id: entry.proposal_id,
        trigger: entry.trigger,
        payload: told.chain([status]).collect(),
        at: entry.at,
    })
}

const fn change_of_state(action: AuditAction) -> Option<(LiveKind, Status)> {
    match action {
        AuditAction::Created => Some((LiveKind::ProposalCreated, Status::Proposed)),
        AuditAction::Superseded => Some((LiveKind::ProposalSuperseded, Status::Rejected)),
        AuditAction::Accepted => Some((LiveKind::ProposalAccepted, Status::Applied)),
        AuditAction::Rejected => Some((LiveKind::ProposalRejected, Status::Rejected)),
        AuditAction::Expired => Some((LiveKind::ProposalExpired, Status::Expired)),
        AuditAction::Undone => Some((LiveKind::ProposalUndone, Status::Undone)),
        AuditAction::CreateRefused
        | AuditAction::AcceptRefused
        | AuditAction::RejectRefused
        | AuditAction::UndoRefused
        | AuditAction::ToolCalled => None,
    }
}
