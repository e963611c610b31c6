use planner_core::model::{Change, Note, TaskId};
use planner_core::time::Moment;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::ports::{AuditAction, AuditEntry, StoreError, Unit};
use crate::{App, Failure};

impl App {
    /// An audit row about something that happens at `at`.
    pub(super) fn audit_entry(&self, action: AuditAction, at: Moment) -> AuditEntry {
        AuditEntry {
            id: self.ids.id(),
            action,
            proposal_id: None,
            trigger: None,
            reason_codes: Vec::new(),
            detail: Map::new(),
            at,
        }
    }

    /// Leaves in the audit that a proposal was named which the user does not have, and nothing else.
    pub(super) async fn refuse_unknown<R>(
        &self,
        unit: Box<dyn Unit>,
        action: AuditAction,
        proposal_id: Option<Uuid>,
        at: Moment,
    ) -> Failure<R> {
        let entry = AuditEntry { proposal_id, ..self.audit_entry(action, at) };
        let written = self.keep(unit, &entry.because("PROPOSAL_NOT_FOUND")).await;
        written.map_or_else(Failure::Store, |()| Failure::NotFound)
    }

    /// Ends a unit of work with a row of the audit as the last thing written, and tells of it.
    pub(super) async fn keep(&self, mut unit: Box<dyn Unit>, entry: &AuditEntry) -> Result<(), StoreError> {
        unit.audit(entry).await?;
        unit.commit().await?;
        self.tell(entry);
        Ok(())
    }

    /// Tells of a row of the audit that will stay.
    pub(super) fn tell(&self, entry: &AuditEntry) {
        let codes: Vec<&str> = entry.reason_codes.iter().map(String::as_str).collect();
        self.telemetry.decided(entry.action, &codes);
    }
}

/// What can be told of an audit row, one fact at a time.
pub(super) trait Tell: Sized {
    fn of_proposal(self, id: Uuid) -> Self;
    fn of_trigger(self, id: TaskId) -> Self;
    fn because(self, code: &str) -> Self;
    fn with(self, key: &str, value: impl Into<Value>) -> Self;
    fn of_changes<'a>(self, changes: impl Iterator<Item = &'a Change>) -> Self;
    fn of_notes(self, notes: &[Note]) -> Self;
}

impl Tell for AuditEntry {
    fn of_proposal(mut self, id: Uuid) -> Self {
        self.proposal_id = Some(id);
        self
    }

    fn of_trigger(mut self, id: TaskId) -> Self {
        self.trigger = Some(id);
        self
    }

    /// Each code is told once.
    fn because(mut self, code: &str) -> Self {
        if !self.reason_codes.iter().any(|known| known == code) {
            self.reason_codes.push(code.to_owned());
        }
        self
    }

    fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(key.to_owned(), value.into());
        self
    }

    /// The reason codes, and how many changes of each kind there are.
    fn of_changes<'a>(mut self, changes: impl Iterator<Item = &'a Change>) -> Self {
        let mut counts = Map::new();
        for change in changes {
            self = self.because(change.reason.as_str());
            let count = counts.entry(change.action.as_str()).or_insert(json!(0));
            *count = json!(count.as_u64().unwrap_or(0) + 1);
        }
        self.with("changes", counts)
    }

    /// The reason codes of what stays.
    fn of_notes(self, notes: &[Note]) -> Self {
        notes.iter().fold(self, |entry, note| entry.because(note.reason.as_str()))
    }
}
