use async_trait::async_trait;
use planner_core::lifecycle::{CreateRequest, Status};
use planner_core::model::{Action, TaskId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::words::{Range, Time, Untrusted};
use super::{CallError, Definition, Hints};
use crate::App;
use crate::identity::User;
use crate::ports::{Page, ProposalPage, ProposalRecord, ProposedChange, Shortfall};
use crate::proposals::Created;

/// What a plan may hold at most; it changes a few things a day.
const MOST_CHANGES: usize = 20;
const MOST_TEXTS: usize = 50;
const MOST_LISTED: u16 = 50;

pub(super) struct RescheduleConflicts;
pub(super) struct ProposePlan;
pub(super) struct ListProposals;
pub(super) struct ExplainProposal;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConflictsInput {
    /// How many days from now may change, 1 to 14. Null: what the user's settings say.
    #[serde(default)]
    #[schemars(range(min = 1, max = 14))]
    lookahead_days: Option<u8>,
    /// Raises the user's number of changes a day for this once, 0 to 5. Only where the user agreed. Null: leave it.
    #[serde(default)]
    #[schemars(range(min = 0, max = 5))]
    override_churn_cap: Option<u32>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanInput {
    /// The task to make room for, by its id from `list_tasks` or `create_task`.
    task_id: Uuid,
    /// How many days before the due time may change, 1 to 14. Null: what the user's settings say.
    #[serde(default)]
    #[schemars(range(min = 1, max = 14))]
    lookahead_days: Option<u8>,
    /// Raises the user's number of changes a day for this once, 0 to 5. Only where the user agreed. Null: leave it.
    #[serde(default)]
    #[schemars(range(min = 0, max = 5))]
    override_churn_cap: Option<u32>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Proposed {
    /// The proposal, which changes nothing until it is accepted. Null: there is nothing to propose, and `message` says why.
    proposal: Option<Explained>,
    /// What came of it.
    #[schemars(length(max = 200))]
    message: &'static str,
    /// What keeps the rest from fitting, where something stays out.
    why_not: Option<WhyNot>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListInput {
    /// Only those that stand so. Null: all.
    #[serde(default)]
    status: Option<Standing>,
    /// How many to list, 1 to 50, the newest first. Null: 20.
    #[serde(default)]
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u16>,
}

#[derive(Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Standing {
    Proposed,
    Applied,
    Rejected,
    Expired,
    Undone,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Listed {
    /// The proposals, the newest first.
    #[schemars(length(max = 50))]
    proposals: Vec<Brief>,
    /// Whether there are more.
    has_more: bool,
}

#[derive(Serialize, JsonSchema)]
struct Brief {
    proposal_id: Uuid,
    status: Standing,
    /// What it amounts to. Titles of the user's events and tasks are in it.
    summary: Untrusted,
    created_at: Time,
    /// From then on an open one can no longer be accepted.
    expires_at: Time,
    /// Until then an applied one can be undone. Null: it was not applied.
    reversible_until: Option<Time>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExplainInput {
    /// The proposal's id, from `list_proposals` or whoever proposed it.
    proposal_id: Uuid,
}

/// A proposal with the reason for every change.
#[derive(Serialize, JsonSchema)]
pub(super) struct Explained {
    proposal_id: Uuid,
    status: Standing,
    /// The task that it makes room for. Null: it resolves conflicts.
    task_id: Option<Uuid>,
    /// What it amounts to. Titles of the user's events and tasks are in it.
    summary: Untrusted,
    /// What would change.
    #[schemars(length(max = 20))]
    changes: Vec<ChangeTold>,
    /// Focus blocks that are taken for the task as they stand.
    #[schemars(length(max = 50))]
    claimed_event_ids: Vec<Uuid>,
    /// Of the user's changes of a day, how many it takes.
    #[schemars(range(min = 0, max = 1000))]
    churn_cost: u32,
    /// Minutes of study that the task still asks for.
    #[schemars(range(min = 0, max = 10_000_000))]
    need_minutes: u32,
    /// Minutes of them that find no place.
    #[schemars(range(min = 0, max = 10_000_000))]
    unmet_minutes: u32,
    /// What keeps the rest from fitting. Null: nothing stays out.
    why_not: Option<WhyNot>,
    /// Whether it is proven that no better plan exists.
    is_proven_best: bool,
    /// Calendars of which nobody knew when they are busy: what is proposed may be at a time that is taken there.
    #[schemars(length(max = 50))]
    unknown_calendars: Vec<Untrusted>,
    created_at: Time,
    /// From then on it can no longer be accepted.
    expires_at: Time,
    /// Until then it can be undone. Null: it was not applied.
    reversible_until: Option<Time>,
}

/// One thing that would change.
#[derive(Serialize, JsonSchema)]
struct ChangeTold {
    action: Kind,
    /// The event. Null: it is a new one.
    event_id: Option<Uuid>,
    /// When it is now. Null: it is a new one.
    from: Option<Range>,
    /// When it would be: two stretches for a split, none for one that is given up.
    #[schemars(length(max = 2))]
    to: Vec<Range>,
    /// Why, for programs.
    #[schemars(length(max = 60))]
    reason_code: &'static str,
    /// Why, in a sentence. Titles of the user's events are in it.
    reason: Untrusted,
}

#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Kind {
    Create,
    Move,
    Split,
    Delete,
}

/// Why study stays out, and what would help.
#[derive(Serialize, JsonSchema)]
struct WhyNot {
    /// Minutes that stay out.
    #[schemars(range(min = 0, max = 10_000_000))]
    uncovered_minutes: u32,
    /// The rules that keep them out.
    #[schemars(length(max = 10))]
    causes: Vec<Obstacle>,
    /// Events in the way, by their titles.
    #[schemars(length(max = 50))]
    in_the_way: Vec<Untrusted>,
    /// The smallest thing that the user might agree to so that more fits. Ask the user; do not decide it. Null: there is none.
    offer: Option<Untrusted>,
}

#[derive(Serialize, JsonSchema)]
struct Obstacle {
    #[schemars(length(max = 60))]
    rule: &'static str,
    /// Minutes that would fit without it.
    #[schemars(range(min = 0, max = 10_000_000))]
    minutes_gained: u32,
}

#[async_trait]
impl Definition for RescheduleConflicts {
    const NAME: &'static str = "reschedule_conflicts";
    const TITLE: &'static str = "Propose where to conflicts may go";
    const DESCRIPTION: &'static str = "Looks for events that stand in the way of fixed ones, of time that other calendars take, or of \
        each other, and proposes where they may go. It never moves classes, work, sleep or anything that is protected, and it applies \
        nothing: show the proposal to the user, and call accept_proposal only when they agree.";
    const HINTS: Hints = Hints::ADDS;
    type Input = ConflictsInput;
    type Output = Proposed;

    async fn call(app: &App, user: &User, input: ConflictsInput) -> Result<Proposed, CallError> {
        let (lookahead_days, override_churn_cap) = (input.lookahead_days, input.override_churn_cap);
        propose(app, user, CreateRequest { trigger: None, lookahead_days, override_churn_cap }).await
    }
}

#[async_trait]
impl Definition for ProposePlan {
    const NAME: &'static str = "propose_plan";
    const TITLE: &'static str = "Propose room for a task";
    const DESCRIPTION: &'static str = "Proposes the smallest change of the week that makes room to study for a task, with a reason for \
        every change. It applies nothing: show the proposal to the user, and call accept_proposal only when they agree. A newer proposal \
        for the same task replaces the older one.";
    const HINTS: Hints = Hints::ADDS;
    type Input = PlanInput;
    type Output = Proposed;

    async fn call(app: &App, user: &User, input: PlanInput) -> Result<Proposed, CallError> {
        let trigger = Some(TaskId(input.task_id));
        let (lookahead_days, override_churn_cap) = (input.lookahead_days, input.override_churn_cap);
        propose(app, user, CreateRequest { trigger, lookahead_days, override_churn_cap }).await
    }
}

async fn propose(app: &App, user: &User, request: CreateRequest) -> Result<Proposed, CallError> {
    Ok(match app.create_proposal(user, request).await.outcome? {
        Created::Proposal(record) => Proposed {
            proposal: Some(Explained::from(*record)),
            message: "Proposed. Nothing has changed yet; it waits for the user's decision.",
            why_not: None,
        },
        Created::Nothing { idle, shortfall } => {
            Proposed { proposal: None, message: idle.detail(), why_not: shortfall.map(WhyNot::from) }
        }
    })
}

#[async_trait]
impl Definition for ListProposals {
    const NAME: &'static str = "list_proposals";
    const TITLE: &'static str = "List proposals";
    const DESCRIPTION: &'static str = "Lists the user's proposals as they stand, the newest first. Use explain_proposal for what one would \
        change and why.";
    const HINTS: Hints = Hints::LOOKS;
    type Input = ListInput;
    type Output = Listed;

    async fn call(app: &App, user: &User, input: ListInput) -> Result<Listed, CallError> {
        let limit = input.limit.unwrap_or(20);
        if !(1..=MOST_LISTED).contains(&limit) {
            return Err(CallError::Arguments("limit: must be in 1..=50".to_owned()));
        }
        let page = ProposalPage {
            status: input.status.map(Status::from),
            trigger: None,
            from: None,
            to: None,
            page: Page { after: None, limit },
        };
        let (proposals, has_more) = app.list_proposals(user, page).await?;
        Ok(Listed { proposals: proposals.iter().map(Brief::from).collect(), has_more })
    }
}

#[async_trait]
impl Definition for ExplainProposal {
    const NAME: &'static str = "explain_proposal";
    const TITLE: &'static str = "Explain a proposal";
    const DESCRIPTION: &'static str = "Says what a proposal would change, from when to when, and why: one reason for every change. Show \
        this to the user before they decide.";
    const HINTS: Hints = Hints::LOOKS;
    type Input = ExplainInput;
    type Output = Explained;

    async fn call(app: &App, user: &User, input: ExplainInput) -> Result<Explained, CallError> {
        Ok(app.proposal(user, input.proposal_id).await?.into())
    }
}

impl From<&ProposalRecord> for Brief {
    fn from(record: &ProposalRecord) -> Self {
        Self {
            proposal_id: record.id,
            status: record.proposal.status.into(),
            summary: Untrusted::new(&record.summary),
            created_at: record.created_at.into(),
            expires_at: record.proposal.expires_at.into(),
            reversible_until: record.reversible_until.map(Time::from),
        }
    }
}

impl From<ProposalRecord> for Explained {
    fn from(record: ProposalRecord) -> Self {
        let texts =
            |texts: &[String]| texts.iter().take(MOST_TEXTS).map(|text| Untrusted::new(text)).collect();
        Self {
            proposal_id: record.id,
            status: record.proposal.status.into(),
            task_id: record.proposal.trigger.map(|task| task.0),
            summary: Untrusted::new(&record.summary),
            churn_cost: record.proposal.churn(),
            claimed_event_ids: record.proposal.claims.iter().take(MOST_TEXTS).map(|event| event.0).collect(),
            unknown_calendars: texts(&record.unknown_calendars),
            changes: record.changes.iter().take(MOST_CHANGES).map(ChangeTold::from).collect(),
            need_minutes: record.need_minutes,
            unmet_minutes: record.objective.unmet_minutes,
            why_not: record.shortfall.map(WhyNot::from),
            is_proven_best: record.proven_optimal,
            created_at: record.created_at.into(),
            expires_at: record.proposal.expires_at.into(),
            reversible_until: record.reversible_until.map(Time::from),
        }
    }
}

impl From<&ProposedChange> for ChangeTold {
    fn from(proposed: &ProposedChange) -> Self {
        let action = &proposed.change.action;
        let (kind, to) = match action {
            Action::Create { at } => (Kind::Create, vec![*at]),
            Action::Move { to, .. } => (Kind::Move, vec![*to]),
            Action::Split { pieces, .. } => (Kind::Split, pieces.to_vec()),
            Action::Delete { .. } => (Kind::Delete, Vec::new()),
        };
        Self {
            action: kind,
            event_id: action.event().map(|event| event.0),
            from: proposed.from.map(Range::from),
            to: to.into_iter().map(Range::from).collect(),
            reason_code: proposed.change.reason.as_str(),
            reason: Untrusted::new(&proposed.change.detail),
        }
    }
}

impl From<Shortfall> for WhyNot {
    fn from(shortfall: Shortfall) -> Self {
        let causes = shortfall.why_not.causes.iter().take(10);
        Self {
            uncovered_minutes: shortfall.why_not.uncovered_minutes,
            causes: causes
                .map(|cause| Obstacle { rule: cause.obstacle.as_str(), minutes_gained: cause.minutes_gained })
                .collect(),
            in_the_way: shortfall
                .in_the_way
                .iter()
                .take(MOST_TEXTS)
                .map(|one| Untrusted::new(&one.title))
                .collect(),
            offer: shortfall.why_not.offer.map(|offer| Untrusted::new(&offer.detail)),
        }
    }
}

impl From<Standing> for Status {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Proposed => Self::Proposed,
            Standing::Applied => Self::Applied,
            Standing::Rejected => Self::Rejected,
            Standing::Expired => Self::Expired,
            Standing::Undone => Self::Undone,
        }
    }
}

impl From<Status> for Standing {
    fn from(status: Status) -> Self {
        match status {
            Status::Proposed => Self::Proposed,
            Status::Applied => Self::Applied,
            Status::Rejected => Self::Rejected,
            Status::Expired => Self::Expired,
            Status::Undone => Self::Undone,
        }
    }
}
