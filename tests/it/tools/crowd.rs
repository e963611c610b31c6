//! A week without room, so that something has to yield.

use serde_json::{Value, json};

use crate::harness::{Caller, Reply};

/// What [`Caller::crowded_monday`] makes.
pub(crate) struct Monday {
    /// The event in the only place where one can study.
    pub(crate) yielding: Value,
    /// An exam on Tuesday morning.
    pub(crate) exam: Value,
}

impl Caller {
    /// Makes a Monday on which a proposal for the exam has one choice: two hours of study at 19:00, and whatever is
    /// there goes to the afternoon. Focus until 09:00 keeps other focus out of the hours before 17:00.
    pub(crate) async fn crowded_monday(&self, kind: &str) -> Monday {
        self.event("Reading group", "FOCUS", "2026-03-02T08:00", "2026-03-02T09:00").await;
        self.event("Shift", "WORK", "2026-03-02T17:00", "2026-03-02T19:00").await;
        let yielding = self.event("Film", kind, "2026-03-02T19:00", "2026-03-02T21:00").await;
        self.event("Seminar", "CLASS", "2026-03-02T21:00", "2026-03-02T23:00").await;
        let exam = self.exam("2026-03-03T07:00", 120).await;
        Monday { yielding, exam }
    }

    /// Changes an event.
    pub(crate) async fn patch_event(&self, event: &Value, patch: Value) -> Value {
        self.patch(&event_path(event), patch).await.json(200)
    }

    /// Takes back a proposal.
    pub(crate) async fn undo(&self, proposal: &Value) -> Reply {
        self.post("/api/rebalancing/undo", json!({"proposal_id": proposal["proposal_id"]})).await
    }
}

/// Where an event is.
pub(crate) fn event_path(event: &Value) -> String {
    format!("/api/v1/events/{}", event["id"].as_str().unwrap())
}

/// Where a proposal is turned down.
pub(crate) fn reject_path(proposal: &Value) -> String {
    format!("/api/rebalancing/proposals/{}/reject", proposal["proposal_id"].as_str().unwrap())
}
