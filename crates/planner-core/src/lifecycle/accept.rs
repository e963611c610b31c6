use std::collections::BTreeMap;

use super::{Policy, Status};
use crate::check;
use crate::model::{Action, EventId, Problem, TaskId};
use crate::time::{Interval, LocalDay, Moment};

/// An event that a proposal changes or claims, as it was when the proposal was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The version that was planned on.
    pub version: i64,
    /// What it was called.
    pub title: String,
}

/// A stored proposal, as far as decisions need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Where it stands.
    pub status: Status,
    /// From when on it can no longer be accepted.
    pub expires_at: Moment,
    /// The task that it was made for; `None` where it resolves conflicts.
    pub trigger: Option<TaskId>,
    /// What it would change, in canonical order.
    pub actions: Vec<Action>,
    /// The blocks that it would link to its task.
    pub claims: Vec<EventId>,
    /// Every event that it changes or claims.
    pub touched: BTreeMap<EventId, Touched>,
}

impl Proposal {
    /// What accepting it costs of the day's changes.
    pub fn churn(&self) -> u32 {
        self.actions.iter().map(Action::churn).sum()
    }
}

/// What [`accept`] has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptFacts {
    /// The proposal.
    pub proposal: Proposal,
    /// The present version of each touched event that still exists.
    pub versions: BTreeMap<EventId, i64>,
    /// The planning problem as it is now, with the request's look-ahead and cap; `None` where the task no longer
    /// exists or is no longer due at any time.
    pub problem: Option<Problem>,
    /// The times and limits that hold.
    pub policy: Policy,
}

/// Something that makes a proposal out of date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outdated {
    /// The task that it was made for is gone, or is no longer due.
    TriggerGone {
        /// Which.
        task: TaskId,
    },
    /// An event that it touches was edited since.
    EventEdited {
        /// Which.
        event: EventId,
        /// What it was called.
        title: String,
    },
    /// An event that it touches no longer exists.
    EventGone {
        /// Which.
        event: EventId,
        /// What it was called.
        title: String,
    },
    /// The changes break a rule in the week as it is now.
    RuleBroken(check::Violation),
}

/// Why a proposal is not applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AcceptRefusal {
    /// It has been decided on already.
    #[error("the proposal is {status}")]
    NotOpen {
        /// Where it stands.
        status: Status,
    },
    /// It was left undecided for too long.
    #[error("the proposal expired at {expired_at}")]
    Expired {
        /// When.
        expired_at: Moment,
    },
    /// It would change more than may change today.
    #[error("the proposal costs {cost}, and {used} of {cap} changes are used today")]
    ChurnCapExceeded {
        /// The cap that holds for this proposal.
        cap: u32,
        /// Churn applied today.
        used: u32,
        /// What this proposal costs.
        cost: u32,
    },
    /// The week is no longer the one that was planned on.
    #[error("the week has changed since the proposal was made")]
    Stale {
        /// What changed.
        changed: Vec<Outdated>,
    },
}

/// One write to the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Make a movable focus block for a task.
    Insert {
        /// When.
        at: Interval,
        /// What to call it.
        title: String,
        /// The task that it serves.
        task: TaskId,
    },
    /// Put an event at another time.
    Reschedule {
        /// Which.
        event: EventId,
        /// Where to.
        to: Interval,
    },
    /// Put an event at the first piece's time, and a copy of it at the second's.
    Split {
        /// Which.
        event: EventId,
        /// Where to, in time order.
        pieces: [Interval; 2],
    },
    /// Remove an event.
    Delete {
        /// Which.
        event: EventId,
    },
    /// Say which task an event serves.
    Link {
        /// Which.
        event: EventId,
        /// The task.
        task: TaskId,
    },
}

/// What to write when a proposal is accepted, all of it or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// The writes: one for each action in their order, then one for each claim in theirs.
    pub writes: Vec<Write>,
    /// What to enter into the churn ledger.
    pub churn: u32,
    /// The day to enter it for: the user's local day now.
    pub local_day: LocalDay,
    /// The churn that is allowed on that day, for this proposal.
    pub cap: u32,
    /// Until when it can be undone.
    pub reversible_until: Moment,
}

/// Decides whether a proposal may be applied to the week as it is now.
///
/// The whole plan is checked again: an event that was edited, a new one in the way, a changed setting, or time that
/// has passed make a proposal stale, and nothing is written.
///
/// # Errors
/// The first reason why not, in the order of [`AcceptRefusal`]'s variants.
pub fn accept(facts: &AcceptFacts, now: Moment) -> Result<Acceptance, AcceptRefusal> {
    let proposal = &facts.proposal;
    if proposal.status == Status::Expired
        || (proposal.status == Status::Proposed && proposal.expires_at <= now)
    {
        return Err(AcceptRefusal::Expired { expired_at: proposal.expires_at });
    }
    if proposal.status != Status::Proposed {
        return Err(AcceptRefusal::NotOpen { status: proposal.status });
    }
    let Some(problem) = &facts.problem else {
        let gone = proposal.trigger.map(|task| Outdated::TriggerGone { task });
        return Err(AcceptRefusal::Stale { changed: gone.into_iter().collect() });
    };
    let cost = proposal.churn();
    let cap = problem.settings.effective_cap(problem.override_churn_cap);
    if cost > problem.budget() {
        return Err(AcceptRefusal::ChurnCapExceeded { cap, used: problem.used_churn_today, cost });
    }
    let changed = outdated(facts, problem);
    if !changed.is_empty() {
        return Err(AcceptRefusal::Stale { changed });
    }
    Ok(Acceptance {
        writes: writes(proposal, problem),
        churn: cost,
        local_day: problem.settings.zone.day_of(now),
        cap,
        reversible_until: now.plus_minutes(facts.policy.reversible_minutes),
    })
}

fn outdated(facts: &AcceptFacts, problem: &Problem) -> Vec<Outdated> {
    let edits: Vec<Outdated> = facts
        .proposal
        .touched
        .iter()
        .filter_map(|(event, touched)| {
            let (event, title) = (*event, touched.title.clone());
            match facts.versions.get(&event) {
                None => Some(Outdated::EventGone { event, title }),
                Some(version) if *version != touched.version => Some(Outdated::EventEdited { event, title }),
                Some(_) => None,
            }
        })
        .collect();
    if !edits.is_empty() {
        return edits;
    }
    // The facts come from a database whose checks are weaker than ours, so a contradiction is told, not assumed away.
    match check::check_changes(problem, &facts.proposal.claims, &facts.proposal.actions) {
        Ok(violations) => violations.into_iter().map(Outdated::RuleBroken).collect(),
        Err(invalid) => vec![Outdated::RuleBroken(invalid.into())],
    }
}

fn writes(proposal: &Proposal, problem: &Problem) -> Vec<Write> {
    let title = problem.trigger().map_or_else(String::new, |trigger| format!("Study: {}", trigger.title));
    // Study is made and claimed for a task alone: the check has seen to that.
    let changes = proposal.actions.iter().filter_map(|action| match action {
        Action::Create { at } => {
            proposal.trigger.map(|task| Write::Insert { at: *at, title: title.clone(), task })
        }
        Action::Move { event, to } => Some(Write::Reschedule { event: *event, to: *to }),
        Action::Split { event, pieces } => Some(Write::Split { event: *event, pieces: *pieces }),
        Action::Delete { event } => Some(Write::Delete { event: *event }),
    });
    let claims = proposal
        .trigger
        .into_iter()
        .flat_map(|task| proposal.claims.iter().map(move |event| Write::Link { event: *event, task }));
    changes.chain(claims).collect()
}
