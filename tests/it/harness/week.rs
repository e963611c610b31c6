//! A student's calendar, made through the API.

use serde_json::{Value, json};

use super::{Caller, with};

impl Caller {
    /// Makes an event; `kind` decides whether it may move. Times are `2026-03-04T10:00` in UTC.
    pub(crate) async fn event(&self, title: &str, kind: &str, start: &str, end: &str) -> Value {
        let is_movable = matches!(kind, "FOCUS" | "CHILL" | "LOW_PRIORITY");
        let body = json!({
            "title": title, "type": kind, "start_ts": format!("{start}:00Z"), "end_ts": format!("{end}:00Z"),
            "is_movable": is_movable,
        });
        self.post("/api/v1/events", body).await.json(201)
    }

    /// Makes an exam that matters enough to set off a proposal.
    pub(crate) async fn exam(&self, due: &str, effort_minutes: u32) -> Value {
        let body = json!({
            "title": "Algebra", "type": "EXAM", "due_ts": format!("{due}:00Z"), "priority_score": 80,
            "effort_minutes": effort_minutes,
        });
        self.post("/api/v1/tasks", body).await.json(201)
    }

    /// Makes an event that stays where it is.
    pub(crate) async fn lecture(&self) -> Value {
        self.event("Lecture", "CLASS", "2026-03-04T10:00", "2026-03-04T11:30").await
    }

    /// Makes an exam that matters and is due on Thursday, but for these members.
    pub(crate) async fn task(&self, members: Value) -> Value {
        let exam = json!({
            "title": "Algebra", "type": "EXAM", "due_ts": "2026-03-05T12:00:00Z", "priority_score": 80,
            "effort_minutes": 120,
        });
        self.post("/api/v1/tasks", with(&exam, members)).await.json(201)
    }

    /// Fills Monday so that two hours of study fit only where recreation moves: two changes for the exam that is
    /// given back.
    pub(crate) async fn crammed_monday(&self) -> Value {
        self.event("Lectures", "CLASS", "2026-03-02T08:00", "2026-03-02T19:00").await;
        self.event("Games", "CHILL", "2026-03-02T20:00", "2026-03-02T22:00").await;
        self.event("Lab", "CLASS", "2026-03-03T07:00", "2026-03-03T12:00").await;
        self.exam("2026-03-03T12:00", 120).await
    }

    /// Makes a task that sets off no proposal.
    pub(crate) async fn essay(&self) -> Value {
        let body = json!({"title": "History essay", "type": "ASSIGNMENT", "priority_score": 55, "effort_minutes": 300});
        self.post("/api/v1/tasks", body).await.json(201)
    }

    /// Asks for a proposal for `task`, and expects one.
    pub(crate) async fn propose(&self, task: &Value) -> Value {
        let body = json!({"trigger_item_id": task["id"]});
        self.post("/api/rebalancing/proposals", body).await.json(201)
    }

    /// Accepts a proposal, and expects that to work.
    pub(crate) async fn accept(&self, proposal: &Value) -> Value {
        self.call(&accept_path(proposal)).await.json(200)
    }

    /// All events, in order.
    pub(crate) async fn events(&self) -> Vec<Value> {
        let page = self.get("/api/v1/events?limit=200").await.json(200);
        page["items"].as_array().unwrap().clone()
    }
}

/// Where a proposal is accepted.
pub(crate) fn accept_path(proposal: &Value) -> String {
    format!("/api/rebalancing/proposals/{}/accept", proposal["proposal_id"].as_str().unwrap())
}
