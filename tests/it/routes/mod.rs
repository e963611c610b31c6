//! One file for each endpoint.

mod accept_proposal;
mod ask_for_canvas_sync;
mod ask_for_sync;
mod availability;
mod begin_canvas_sign_in;
mod begin_google_sign_in;
mod call_tools;
mod canvas_account;
mod canvas_courses;
mod canvas_sync;
mod choose_canvas_course;
mod choose_google_calendars;
mod connect_canvas;
mod connect_google;
mod create_event;
mod create_proposal;
mod create_task;
mod delete_event;
mod delete_task;
mod disconnect_canvas;
mod disconnect_google;
mod docs;
mod edit_event;
mod edit_task;
mod end_canvas_sign_in;
mod google_webhook;
mod health;
mod history;
mod insights;
mod limits;
mod list_events;
mod list_jobs;
mod list_proposals;
mod list_tasks;
mod list_tools;
mod live_events;
mod mcp;
mod metrics;
mod openapi;
mod paths;
mod put_settings;
mod read_event;
mod read_google_calendars;
mod read_proposal;
mod read_settings;
mod read_task;
mod reject_proposal;
mod replace_event;
mod replace_task;
mod resolve_conflicts;
mod resource_metadata;
mod retry_job;
mod sync_status;
mod task_slack;
mod undo;

use planner_core::model::Action;
use serde_json::{Value, json};

use crate::harness::{Api, Ask, with};
use crate::tools::by_hand::{self, event_id, interval, task_id};
use crate::tools::rows;

/// A proposal of Ada's that makes a study block, splits a hike and gives up a nap. The planner would find another.
pub(crate) async fn split_and_deletion(api: &Api) -> Value {
    let ada = api.user("ada");
    ada.put("/api/v1/settings", json!({"allow_delete": true, "churn_cap": 5})).await.json(200);
    ada.event("Lectures", "CLASS", "2026-03-02T08:00", "2026-03-02T12:00").await;
    let hike = ada.event("Hike", "CHILL", "2026-03-02T12:00", "2026-03-02T15:00").await;
    let nap = ada.event("Nap", "LOW_PRIORITY", "2026-03-03T12:00", "2026-03-03T13:00").await;
    let exam = ada.exam("2026-03-03T14:00", 120).await;
    let pieces =
        [interval("2026-03-02T19:00", "2026-03-02T20:30"), interval("2026-03-02T21:00", "2026-03-02T22:30")];
    let actions = vec![
        Action::Create { at: interval("2026-03-02T12:00", "2026-03-02T14:00") },
        Action::Split { event: event_id(&hike), pieces },
        Action::Delete { event: event_id(&nap) },
    ];
    let user = rows::user(&api.db.client().await.unwrap(), "ada").await;
    let store = api.db.store(&api.clock).unwrap();
    let made = by_hand::propose(store.as_ref(), &api.clock, &user, task_id(&exam), actions, Vec::new()).await;
    Ask::get("/api/rebalancing/proposals/{id}").at(&made.id.to_string()).by(&ada).await.json(200)
}

/// The same without the ids that are never the same.
fn without_ids(proposal: &Value) -> Value {
    with(proposal, json!({"proposal_id": "…", "snapshot_id": "…"}))
}
