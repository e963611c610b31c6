use std::collections::BTreeMap;
use std::time::Duration;

use planner_core::check::Rule;
use planner_core::lifecycle::{
    self, CreateFacts, CreateRefusal, CreateRequest, Draft, Drafted, Idle, Quota, Status, Touched, Trigger,
};
use planner_core::model::{Action, Answer, Change, Event, EventId, InvalidProblem, Plan, Priority, Problem};
use planner_core::slack::{self, Slack};
use planner_core::time::{Interval, Moment};
use planner_core::why_not;
use uuid::Uuid;

use super::audit::{Entry, keep};
use super::automatic::finish;
use super::policy;
use crate::identity::User;
use crate::ports::{
    Access, Actor, AuditAction, InTheWay, Lease, NewProposal, Planned, ProposalRecord, ProposedChange,
    Shortfall, StoreError, TaskRecord, TaskStatus, Unit, UserSettings, WeekRows,
};
use crate::week;
use crate::{App, Failure, FieldError, validate};

/// Why no proposal was made.
pub type CreateFailure = Failure<CreateRefusal>;

/// What asking for a proposal led to, and how often the user may still ask.
#[derive(Debug)]
pub struct Requested {
    /// What it led to.
    pub outcome: Result<Created, CreateFailure>,
    /// What is left to ask for; `None` where that could not be seen.
    pub quota: Option<Quota>,
}

/// What requests for a proposal are called where they are limited.
const REQUESTS: &str = "proposals";

/// What asking for a proposal led to.
#[derive(Clone, Debug, PartialEq)]
pub enum Created {
    /// A proposal.
    Proposal(Box<ProposalRecord>),
    /// Nothing to propose.
    Nothing {
        /// Why.
        idle: Idle,
        /// Why study stays uncovered, where a plan was possible.
        shortfall: Option<Shortfall>,
    },
}

/// What a proposal is made on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Occasion<'a> {
    /// The user asks for it, or asks too often and may again from this moment on.
    Request(Result<(), Moment>),
    /// A task set it off. The job ends in the same unit of work, whatever comes of it.
    Job(&'a Lease),
}

impl Occasion<'_> {
    /// The row of the audit, marked where nobody asked.
    fn tell(self, entry: Entry) -> Entry {
        match self {
            Self::Request(_) => entry,
            Self::Job(_) => entry.with("automatic", true),
        }
    }

    /// Ends the job, right before the commit: until then nobody has to wait who asks for it once more.
    async fn close(self, unit: &mut dyn Unit) -> Result<(), StoreError> {
        match self {
            Self::Request(_) => Ok(()),
            Self::Job(lease) => finish(unit, lease).await,
        }
    }
}

impl App {
    /// Makes a proposal for a task, or to resolve conflicts. It changes nothing but the list of proposals; an open one of the same kind is
    /// replaced.
    ///
    /// A refusal has the first reason why not; it is in the audit.
    pub async fn create_proposal(&self, user: &User, request: CreateRequest) -> Requested {
        let mut quota = None;
        let outcome = self.create_within(&mut quota, user, request).await;
        Requested { outcome, quota }
    }

    /// Makes a proposal within what the user may ask for; `quota` gets what is left of that.
    async fn create_within(
        &self,
        quota: &mut Option<Quota>,
        user: &User,
        request: CreateRequest,
    ) -> Result<Created, CreateFailure> {
        let now = self.now();
        let mut unit = self.begin(user, Access::Write(Actor::Planner)).await?;
        let settings = unit.settings().await?;
        let limit = policy(&settings).requests;
        check(&request, &settings)?;
        let (left, took) = self.limiter.take(unit.as_mut(), REQUESTS, limit, now).await?;
        *quota = Some(left);
        let task = match request.trigger {
            Some(trigger) => unit.task(trigger).await?,
            None => None,
        };
        self.propose(unit, &request, &settings, task, Occasion::Request(took), now).await
    }

    /// Makes a proposal within `unit`, on whatever occasion.
    pub(super) async fn propose(
        &self,
        mut unit: Box<dyn Unit>,
        request: &CreateRequest,
        settings: &UserSettings,
        task: Option<TaskRecord>,
        occasion: Occasion<'_>,
        now: Moment,
    ) -> Result<Created, CreateFailure> {
        let facts = create_facts(unit.as_mut(), request, settings, task.as_ref(), now).await?;
        if let Err(refusal) = lifecycle::admit(&facts, request, now) {
            return Err(self.refuse(unit, request, refusal, occasion, now).await);
        }
        if let Occasion::Request(Err(retry_at)) = occasion {
            let refusal = CreateRefusal::RateLimited { retry_at };
            return Err(self.refuse(unit, request, refusal, occasion, now).await);
        }
        let asked = week::Asked {
            lookahead_days: request.lookahead_days,
            override_churn_cap: request.override_churn_cap,
        };
        let used = facts.used_churn_today;
        let Some((problem, rows)) =
            week::load(unit.as_mut(), asked, task.as_ref(), settings, used, Vec::new(), now).await?
        else {
            return Err(self.refuse(unit, request, CreateRefusal::TriggerNotDue, occasion, now).await);
        };
        let (drafted, took) = self.plan(&problem, &facts.policy)?;
        match drafted {
            Drafted::Nothing { idle, plan } => {
                let entry = self.audit_entry(AuditAction::CreateRefused, now).of_trigger(request.trigger);
                occasion.close(unit.as_mut()).await?;
                keep(unit, occasion.tell(entry.because(idle.as_str()))).await?;
                // Nobody waits for the reasons: what is locked is free again.
                Ok(Created::Nothing { idle, shortfall: plan.and_then(|plan| shortfall(&problem, &plan)) })
            }
            Drafted::Proposal(draft) => {
                let slack = match &task {
                    Some(task) => slack(unit.as_mut(), task, settings, now).await?,
                    None => None,
                };
                let proposal = self.new_proposal(request, problem, &rows, *draft, slack, took);
                let stored = self.store_proposal(unit.as_mut(), &proposal, occasion, now).await?;
                occasion.close(unit.as_mut()).await?;
                unit.commit().await?;
                Ok(Created::Proposal(Box::new(stored)))
            }
        }
    }

    /// Leaves the refusal in the audit, and nothing else.
    async fn refuse(
        &self,
        mut unit: Box<dyn Unit>,
        request: &CreateRequest,
        refusal: CreateRefusal,
        occasion: Occasion<'_>,
        now: Moment,
    ) -> CreateFailure {
        let entry = self.audit_entry(AuditAction::CreateRefused, now).of_trigger(request.trigger);
        if let Err(error) = occasion.close(unit.as_mut()).await {
            return Failure::Store(error);
        }
        let written = keep(unit, occasion.tell(entry.because(code(&refusal)))).await;
        written.map_or_else(Failure::Store, |()| Failure::Refused(refusal))
    }

    fn new_proposal(
        &self,
        request: &CreateRequest,
        problem: Problem,
        rows: &WeekRows,
        draft: Draft,
        slack: Option<Slack>,
        took: Duration,
    ) -> NewProposal {
        let events: BTreeMap<EventId, (&Event, i64)> =
            rows.events.iter().map(|(event, version)| (event.id, (event, *version))).collect();
        let (plan, answer) = (draft.plan.clone(), Answer::Planned(draft.plan));
        // Within the lock: what is stored of a proposal is stored at once, and the limit on requests limits this too.
        let shortfall = shortfall(&problem, &plan);
        let changed = plan.changes.iter().filter_map(|change| change.action.event());
        let touched = changed
            .chain(plan.claims.iter().copied())
            .filter_map(|id| events.get(&id).map(|(event, version)| (id, (event, *version))))
            .map(|(id, (event, version))| (id, Touched { version, title: event.title.clone() }))
            .collect();
        let base_priority =
            problem.trigger().map_or(Priority::from_thousandths(0), |trigger| trigger.priority);
        let changes = plan
            .changes
            .into_iter()
            .map(|change| ProposedChange {
                from: change.action.event().and_then(|id| events.get(&id)).map(|(event, _)| event.interval),
                base_priority,
                energy_hundredths: mean_energy(&problem, &change),
                change,
            })
            .collect();
        NewProposal {
            id: self.ids.id(),
            snapshot_id: self.ids.id(),
            trigger: request.trigger,
            lookahead_days: request.lookahead_days,
            override_churn_cap: request.override_churn_cap,
            created_at: problem.now,
            expires_at: draft.expires_at,
            summary: draft.summary,
            changes,
            claims: plan.claims,
            touched,
            notes: plan.notes,
            left_stranded: plan.left_stranded,
            unknown_calendars: rows.unknown.iter().map(|calendar| calendar.title.clone()).collect(),
            need_minutes: plan.need_minutes,
            objective: plan.objective,
            proven_optimal: plan.proven_optimal,
            shortfall,
            planned: Some(Planned { problem, answer }),
            slack,
            rules_kept: Rule::ALL,
            planning_micros: u64::try_from(took.as_micros()).ok(),
        }
    }

    async fn store_proposal(
        &self,
        unit: &mut dyn Unit,
        proposal: &NewProposal,
        occasion: Occasion<'_>,
        now: Moment,
    ) -> Result<ProposalRecord, CreateFailure> {
        if let Some(old) = unit.open_proposal(proposal.trigger).await? {
            self.clear_away(unit, old, proposal.id, now).await?;
        }
        unit.insert_proposal(proposal).await?;
        let entry = self
            .audit_entry(AuditAction::Created, now)
            .of_proposal(proposal.id)
            .of_trigger(proposal.trigger)
            .of_changes(proposal.changes.iter().map(|proposed| &proposed.change))
            .of_notes(&proposal.notes)
            .with("claims", proposal.claims.len())
            .with("churn_cost", proposal.objective.churn)
            .with("unmet_minutes", proposal.objective.unmet_minutes);
        occasion.tell(entry).write(unit).await?;
        let stored = unit.proposal(proposal.id).await?;
        stored.ok_or_else(|| Failure::Contradiction("a stored proposal is not there".to_owned()))
    }

    /// Closes an open proposal that a newer one replaces. One that was left undecided for too long has expired already,
    /// and is not superseded.
    async fn clear_away(
        &self,
        unit: &mut dyn Unit,
        old: Uuid,
        superseded_by: Uuid,
        now: Moment,
    ) -> Result<(), CreateFailure> {
        let gone = || Failure::Contradiction("an open proposal is not there".to_owned());
        let record = unit.proposal(old).await?.ok_or_else(gone)?;
        if lifecycle::reject(record.proposal.status, record.proposal.expires_at, now).is_err() {
            return Ok(self.expire(unit, &record, now).await?);
        }
        unit.close_proposal(old, Status::Rejected, now).await?;
        unit.release_snapshot(old).await?;
        let entry = self.audit_entry(AuditAction::Superseded, now).of_proposal(old);
        let entry =
            entry.of_trigger(record.proposal.trigger).with("superseded_by", superseded_by.to_string());
        Ok(entry.write(unit).await?)
    }
}

fn check(request: &CreateRequest, settings: &UserSettings) -> Result<(), CreateFailure> {
    let mut errors = Vec::new();
    if request.lookahead_days.is_some_and(|days| !(1..=14).contains(&days)) {
        errors.push(FieldError::new("lookahead_days", "must be in 1..=14"));
    }
    let most = u32::from(settings.planning.churn_cap_max);
    if request.override_churn_cap.is_some_and(|cap| cap > most) {
        errors.push(FieldError::new("override_churn_cap", format!("must be at most {most}, your maximum")));
    }
    validate::verdict(errors)
}

async fn create_facts(
    unit: &mut dyn Unit,
    request: &CreateRequest,
    settings: &UserSettings,
    task: Option<&TaskRecord>,
    now: Moment,
) -> Result<CreateFacts, CreateFailure> {
    Ok(CreateFacts {
        trigger: task.map(|task| Trigger {
            is_done: task.fields.status == TaskStatus::Done,
            due: task.fields.due_ts.map(|due| Moment::from(due).floor()),
            priority: task.fields.priority,
            due_changed_at: task.due_changed_at.map(Moment::from),
        }),
        last_acceptance: match request.trigger {
            Some(trigger) => unit.last_acceptance(trigger).await?,
            None => None,
        },
        used_churn_today: unit.churn_on(settings.planning.zone.day_of(now)).await?,
        settings: settings.planning.clone(),
        policy: policy(settings),
    })
}

/// The room that is left for `task` as things stand.
async fn slack(
    unit: &mut dyn Unit,
    task: &TaskRecord,
    settings: &UserSettings,
    now: Moment,
) -> Result<Option<Slack>, CreateFailure> {
    let problem = week::load_until_due(unit, task, &settings.planning, now).await?;
    let slack = problem.as_ref().map(slack::of).transpose();
    slack.map_err(|error: InvalidProblem| Failure::Contradiction(error.to_string()))
}

/// Why `plan` leaves study uncovered, with the events in its way by name.
fn shortfall(problem: &Problem, plan: &Plan) -> Option<Shortfall> {
    let why_not = why_not::explain(problem, plan)?;
    let named = |id: &EventId| problem.events.iter().find(|event| event.id == *id);
    let in_the_way = why_not.in_the_way.iter().filter_map(named);
    let in_the_way = in_the_way
        .map(|event| InTheWay { event: event.id, title: event.title.clone(), at: event.interval })
        .collect();
    Some(Shortfall { why_not, in_the_way })
}

/// The mean energy of the minutes that a change goes to, in hundredths; 100 where it goes nowhere.
fn mean_energy(problem: &Problem, change: &Change) -> u32 {
    let minutes = |at: &Interval| u64::try_from(at.minutes()).unwrap_or(0);
    let intervals = match &change.action {
        Action::Delete { .. } => return 100,
        action => action.intervals(),
    };
    let total: u64 = intervals.iter().map(minutes).sum();
    let energy: u64 = intervals.iter().map(|at| problem.settings.energy_over(*at)).sum();
    u32::try_from(energy / total.max(1)).unwrap_or(100)
}

/// The refusal's name in the audit and over HTTP.
const fn code(refusal: &CreateRefusal) -> &'static str {
    match refusal {
        CreateRefusal::TriggerNotFound => "TRIGGER_NOT_FOUND",
        CreateRefusal::TriggerDone => "TRIGGER_DONE",
        CreateRefusal::TriggerNotDue => "TRIGGER_NOT_DUE",
        CreateRefusal::PriorityBelowThreshold { .. } => "PRIORITY_BELOW_THRESHOLD",
        CreateRefusal::TriggerExpired { .. } => "TRIGGER_EXPIRED",
        CreateRefusal::Cooldown { .. } => "COOLDOWN",
        CreateRefusal::ChurnCapExceeded { .. } => "CHURN_CAP_EXCEEDED",
        CreateRefusal::RateLimited { .. } => "RATE_LIMITED",
    }
}
