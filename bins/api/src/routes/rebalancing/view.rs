//! A proposal as it is shown.

use app::ports::{ProposalRecord, ProposedChange};
use planner_core::model::{Action, Note, Objective};
use planner_core::time::{Interval, Moment};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder};
use uuid::Uuid;

use super::why_not::{SlackView, WhyNotView};
use crate::openapi::one_of;
use crate::routes::named;
use crate::value::Timestamp;

/// A stored proposal.
#[derive(Serialize, ToSchema)]
#[schema(as = Proposal, examples(json!({
    "proposal_id": "019588a4-5c00-7000-8000-0000000000b1", "snapshot_id": "019588a4-5c00-7000-8000-0000000000b2",
    "trigger_item_id": "019588a4-5c00-7000-8000-0000000000a1", "status": "PROPOSED",
    "summary": "1 change makes room for 60 minutes of study.",
    "proposed_changes": [{
        "event_id": null, "action": "CREATE", "duration_min": 60, "reason_code": "INSUFFICIENT_CAPACITY_CREATE_FOCUS",
        "to_range": {"start_ts": "2026-03-04T09:00:00Z", "end_ts": "2026-03-04T10:00:00Z"},
        "detail": "A study block for \"Algebra\".",
    }],
    "claims": [], "notes": [], "reason_codes": ["INSUFFICIENT_CAPACITY_CREATE_FOCUS"], "churn_cost": 1,
    "need_minutes": 60, "unmet_minutes": 0, "left_stranded": [],
    "objective": {
        "missing_blocks": 0, "deleted": 0, "focus_disturbed": 0, "churn": 1, "unmet_minutes": 0, "created": 1,
        "low_priority_disturbed": 0, "proximity": 0, "energy": 0, "displacement_minutes": 0, "lateness_minutes": 0,
    },
    "proven_optimal": true, "why_not": null, "slack": null, "lookahead_days": null, "override_churn_cap": null,
    "created_at": "2026-03-02T08:00:00Z", "expires_at": "2026-03-03T08:00:00Z", "accepted_at": null,
    "reversible_until": null, "closed_at": null,
})))]
pub(super) struct ProposalView {
    proposal_id: Uuid,
    snapshot_id: Uuid,
    /// The task; null where conflicts are resolved.
    #[schema(required)]
    trigger_item_id: Option<Uuid>,
    #[schema(schema_with = named::statuses)]
    status: &'static str,
    summary: String,
    proposed_changes: Vec<ChangeView>,
    /// Focus blocks that are taken for the task as they stand.
    claims: Vec<Uuid>,
    notes: Vec<NoteView>,
    #[schema(schema_with = reason_codes)]
    reason_codes: Vec<&'static str>,
    churn_cost: u32,
    need_minutes: u32,
    unmet_minutes: u32,
    /// Study blocks that stay after the due time, where they are of no use.
    left_stranded: Vec<Uuid>,
    /// Calendars of which it was not known when they are busy, by their titles; there where there are such. What is
    /// proposed may be at a time that is taken there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown_calendars: Vec<String>,
    objective: ObjectiveView,
    proven_optimal: bool,
    /// No plan is better than this; there where the plan itself is not proven to be the best.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    bound: Option<ObjectiveView>,
    #[schema(required)]
    why_not: Option<WhyNotView>,
    #[schema(required)]
    slack: Option<SlackView>,
    #[schema(required)]
    lookahead_days: Option<u8>,
    #[schema(required)]
    override_churn_cap: Option<u32>,
    created_at: Timestamp,
    expires_at: Timestamp,
    #[schema(required)]
    accepted_at: Option<Timestamp>,
    #[schema(required)]
    reversible_until: Option<Timestamp>,
    #[schema(required)]
    closed_at: Option<Timestamp>,
}

/// A stretch of time.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[schema(as = Range)]
pub(super) struct RangeView {
    start_ts: Timestamp,
    end_ts: Timestamp,
}

/// A change, before and after.
#[derive(Serialize, ToSchema)]
#[schema(as = Change)]
struct ChangeView {
    #[schema(required)]
    event_id: Option<Uuid>,
    #[schema(schema_with = actions)]
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    from_range: Option<RangeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    to_range: Option<RangeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_items = 2, max_items = 2)]
    to_ranges: Option<[RangeView; 2]>,
    duration_min: i64,
    #[schema(schema_with = named::reason_codes)]
    reason_code: &'static str,
    detail: String,
}

/// A remark on what stays.
#[derive(Serialize, ToSchema)]
#[schema(as = Note)]
struct NoteView {
    event_id: Uuid,
    #[schema(schema_with = named::reason_codes)]
    reason_code: &'static str,
    detail: String,
}

/// How good the plan is; the first component that differs decides between two plans, and less is better.
#[derive(Serialize, ToSchema)]
#[schema(as = Objective)]
struct ObjectiveView {
    missing_blocks: u32,
    deleted: u32,
    focus_disturbed: u32,
    churn: u32,
    unmet_minutes: u32,
    created: u32,
    low_priority_disturbed: u32,
    proximity: u32,
    energy: u32,
    displacement_minutes: u32,
    lateness_minutes: u32,
}

fn reason_codes() -> ArrayBuilder {
    ArrayBuilder::new().items(named::reason_codes())
}

fn actions() -> ObjectBuilder {
    one_of(["CREATE", "MOVE", "SPLIT", "DELETE"])
}

impl From<ProposalRecord> for ProposalView {
    fn from(record: ProposalRecord) -> Self {
        let reason_codes = record.reason_codes();
        Self {
            proposal_id: record.id,
            snapshot_id: record.snapshot_id,
            trigger_item_id: record.proposal.trigger.map(|task| task.0),
            status: record.proposal.status.as_str(),
            summary: record.summary,
            churn_cost: record.proposal.churn(),
            proposed_changes: record.changes.into_iter().map(ChangeView::from).collect(),
            claims: record.proposal.claims.iter().map(|event| event.0).collect(),
            notes: record.notes.into_iter().map(NoteView::from).collect(),
            reason_codes,
            need_minutes: record.need_minutes,
            unmet_minutes: record.objective.unmet_minutes,
            left_stranded: record.left_stranded.iter().map(|event| event.0).collect(),
            unknown_calendars: record.unknown_calendars,
            objective: record.objective.into(),
            proven_optimal: record.proven_optimal,
            bound: record.bound.filter(|_| !record.proven_optimal).map(ObjectiveView::from),
            why_not: record.shortfall.map(WhyNotView::from),
            slack: record.slack.map(SlackView::from),
            lookahead_days: record.lookahead_days,
            override_churn_cap: record.override_churn_cap,
            created_at: timestamp(record.created_at),
            expires_at: timestamp(record.proposal.expires_at),
            accepted_at: record.accepted_at.map(timestamp),
            reversible_until: record.reversible_until.map(timestamp),
            closed_at: record.closed_at.map(timestamp),
        }
    }
}

impl From<ProposedChange> for ChangeView {
    fn from(proposed: ProposedChange) -> Self {
        let change = proposed.change;
        let (to_range, to_ranges) = match &change.action {
            Action::Create { at } => (Some(range(*at)), None),
            Action::Move { to, .. } => (Some(range(*to)), None),
            Action::Split { pieces: [first, second], .. } => (None, Some([range(*first), range(*second)])),
            Action::Delete { .. } => (None, None),
        };
        let lasts = proposed.from.or(change.action.intervals().first().copied());
        Self {
            event_id: change.action.event().map(|event| event.0),
            action: change.action.as_str(),
            from_range: proposed.from.map(range),
            to_range,
            to_ranges,
            duration_min: lasts.map_or(0, Interval::minutes),
            reason_code: change.reason.as_str(),
            detail: change.detail,
        }
    }
}

impl From<Note> for NoteView {
    fn from(note: Note) -> Self {
        Self { event_id: note.event.0, reason_code: note.reason.as_str(), detail: note.detail }
    }
}

impl From<Objective> for ObjectiveView {
    fn from(objective: Objective) -> Self {
        Self {
            missing_blocks: objective.missing_blocks,
            deleted: objective.deleted,
            focus_disturbed: objective.focus_disturbed,
            churn: objective.churn,
            unmet_minutes: objective.unmet_minutes,
            created: objective.created,
            low_priority_disturbed: objective.low_priority_disturbed,
            proximity: objective.proximity,
            energy: objective.energy,
            displacement_minutes: objective.displacement_minutes,
            lateness_minutes: objective.lateness_minutes,
        }
    }
}

/// A stretch of time as it is shown.
pub(super) fn range(interval: Interval) -> RangeView {
    RangeView { start_ts: Timestamp(interval.start().into()), end_ts: Timestamp(interval.end().into()) }
}

/// A moment as it is shown.
pub(super) fn timestamp(moment: Moment) -> Timestamp {
    Timestamp(moment.into())
}
