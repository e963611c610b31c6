//! Proposals that no planner has made, written through the store's port.

use app::identity::User;
use app::ports::{
    Access, Actor, AppliedChange, Clock, NewProposal, ProposedChange, Store, StoreError, UndoToken,
};
use planner_core::check::Rule;
use planner_core::lifecycle::{self, Acceptance, Status, Touched, UndoFacts, Write};
use planner_core::model::{Action, Change, EventId, Objective, Priority, ReasonCode, TaskId};
use planner_core::time::{Instant, Interval, Moment, Zone};
use serde_json::Value;
use testkit::TestClock;
use uuid::Uuid;

pub(crate) fn instant(text: &str) -> Instant {
    format!("{text}:00Z").parse().unwrap()
}

pub(crate) fn interval(start: &str, end: &str) -> Interval {
    Interval::new(instant(start), instant(end)).unwrap()
}

/// A proposal as if the planner had made it.
pub(crate) async fn propose(
    store: &dyn Store,
    clock: &TestClock,
    user: &User,
    trigger: TaskId,
    actions: Vec<Action>,
    claims: Vec<EventId>,
) -> NewProposal {
    let now = clock.now();
    let mut unit = store.begin(user, Access::Write(Actor::Planner)).await.unwrap();
    let mut touched = Vec::new();
    let mut changes = Vec::new();
    for event in actions.iter().filter_map(Action::event).chain(claims.iter().copied()) {
        let record = unit.event(event).await.unwrap().unwrap();
        touched.push((event, Touched { version: record.version, title: record.fields.title }));
    }
    let churn = actions.iter().map(Action::churn).sum();
    for action in actions {
        let from = match action.event() {
            Some(event) => {
                let fields = unit.event(event).await.unwrap().unwrap().fields;
                Interval::new(Moment::from(fields.start_ts).floor(), Moment::from(fields.end_ts).ceil())
            }
            None => None,
        };
        let change = Change { action, reason: ReasonCode::ConflictWithChill, detail: "By hand.".to_owned() };
        changes.push(ProposedChange {
            change,
            from,
            base_priority: Priority::from_thousandths(80_000),
            energy_hundredths: 100,
        });
    }
    let proposal = NewProposal {
        id: Uuid::new_v4(),
        snapshot_id: Uuid::new_v4(),
        trigger: Some(trigger),
        lookahead_days: None,
        override_churn_cap: None,
        created_at: now,
        expires_at: now.plus_minutes(24 * 60),
        summary: "By hand.".to_owned(),
        changes,
        claims,
        touched,
        notes: Vec::new(),
        left_stranded: Vec::new(),
        unknown_calendars: Vec::new(),
        need_minutes: 120,
        objective: Objective { churn, ..Objective::default() },
        proven_optimal: false,
        planned: None,
        shortfall: None,
        slack: None,
        rules_kept: Rule::ALL,
        planning_micros: None,
    };
    unit.insert_proposal(&proposal).await.unwrap();
    unit.commit().await.unwrap();
    proposal
}

pub(crate) fn event_id(event: &Value) -> EventId {
    EventId(event["id"].as_str().unwrap().parse().unwrap())
}

pub(crate) fn task_id(task: &Value) -> TaskId {
    TaskId(task["id"].as_str().unwrap().parse().unwrap())
}

/// Applies without asking whether that is a good idea.
pub(crate) async fn apply(
    store: &dyn Store,
    clock: &TestClock,
    user: &User,
    proposal: &NewProposal,
) -> Result<(), StoreError> {
    let now = clock.now();
    let task = proposal.trigger.expect("study is for a task");
    let writes = proposal.changes.iter().map(|proposed| match &proposed.change.action {
        Action::Create { at } => Write::Insert { at: *at, title: "Study".to_owned(), task },
        Action::Move { event, to } => Write::Reschedule { event: *event, to: *to },
        Action::Split { event, pieces } => Write::Split { event: *event, pieces: *pieces },
        Action::Delete { event } => Write::Delete { event: *event },
    });
    let links = proposal.claims.iter().map(|event| Write::Link { event: *event, task });
    let writes: Vec<Write> = writes.chain(links).collect();
    let changes: Vec<AppliedChange> = writes
        .iter()
        .map(|write| AppliedChange {
            new_event: matches!(write, Write::Insert { .. } | Write::Split { .. })
                .then(|| EventId(Uuid::new_v4())),
            write: write.clone(),
        })
        .collect();
    let acceptance = Acceptance {
        writes,
        churn: proposal.objective.churn,
        local_day: Zone::utc().day_of(now),
        cap: proposal.objective.churn,
        reversible_until: now.plus_minutes(60),
    };
    let mut unit = store.begin(user, Access::Write(Actor::Planner)).await.unwrap();
    let token = UndoToken::new(proposal.id.to_string());
    unit.apply(proposal.id, &acceptance, &changes, &token, now).await?;
    unit.commit().await
}

pub(crate) async fn restore(store: &dyn Store, clock: &TestClock, user: &User, proposal: Uuid) {
    let mut unit = store.begin(user, Access::Write(Actor::Planner)).await.unwrap();
    let record = unit.proposal(proposal).await.unwrap().unwrap();
    let facts = UndoFacts {
        status: record.proposal.status,
        reversible_until: record.reversible_until,
        events: unit.undoable(proposal).await.unwrap(),
        keep_edited: false,
    };
    let undo = lifecycle::undo(&facts, clock.now()).unwrap();
    unit.restore(proposal, &undo).await.unwrap();
    unit.close_proposal(proposal, Status::Undone, clock.now()).await.unwrap();
    unit.commit().await.unwrap();
}
