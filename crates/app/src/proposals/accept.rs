use std::collections::BTreeMap;

use planner_core::lifecycle::{
    self, AcceptFacts, AcceptRefusal, Acceptance, Limits, Outdated, Status, Write,
};
use planner_core::model::EventId;
use planner_core::time::Moment;
use serde_json::{Value, json};
use uuid::Uuid;

use super::policy;
use crate::identity::User;
use crate::ports::{
    Access, Actor, AppliedChange, AuditAction, ProposalRecord, StoreError, UndoToken, Unit, UserSettings,
};
use crate::week::{self, Asked};
use crate::{App, Failure};

/// Why a proposal was not applied.
pub type AcceptFailure = Failure<AcceptRefusal>;

/// An applied proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Undoes it, once.
    pub undo_token: UndoToken,
    /// How much may still change today.
    pub limits: Limits,
    /// Until when it can be undone.
    pub reversible_until: Moment,
}

impl App {
    /// Applies a proposal, if the week is still the one that was planned on. All of it, or nothing.
    ///
    /// # Errors
    /// [`Failure::Refused`] with the first reason why not; it is in the audit, and nothing else is written.
    pub async fn accept_proposal(&self, user: &User, id: Uuid) -> Result<Accepted, AcceptFailure> {
        let now = self.now();
        let mut unit = self.begin(user, Access::Write(Actor::Planner)).await?;
        let settings = unit.settings().await?;
        let Some(record) = unit.proposal(id).await? else {
            return Err(self.refuse_unknown(unit, AuditAction::AcceptRefused, Some(id), now).await);
        };
        let facts = accept_facts(unit.as_mut(), &record, &settings, now).await?;
        match lifecycle::accept(&facts, now) {
            Ok(acceptance) => self.apply(unit, &record, &acceptance, &settings, now).await,
            Err(refusal) => {
                self.keep_refusal(unit, &record, &refusal, now).await?;
                Err(Failure::Refused(refusal))
            }
        }
    }

    async fn apply(
        &self,
        mut unit: Box<dyn Unit>,
        record: &ProposalRecord,
        acceptance: &Acceptance,
        settings: &UserSettings,
        now: Moment,
    ) -> Result<Accepted, AcceptFailure> {
        let undo_token = self.ids.undo_token();
        let changes: Vec<AppliedChange> = acceptance
            .writes
            .iter()
            .map(|write| AppliedChange {
                new_event: matches!(write, Write::Insert { .. } | Write::Split { .. })
                    .then(|| EventId(self.ids.id())),
                write: write.clone(),
            })
            .collect();
        unit.apply(record.id, acceptance, &changes, &undo_token, now).await?;
        unit.record_attempt(self.ids.id(), record.id, None, now).await?;
        let entry = self
            .audit_entry(AuditAction::Accepted, now)
            .of_proposal(record.id)
            .of_trigger(record.proposal.trigger)
            .of_changes(record.changes.iter().map(|proposed| &proposed.change))
            .of_notes(&record.notes)
            .with("claims", record.proposal.claims.len())
            .with("churn", acceptance.churn);
        entry.write(unit.as_mut()).await?;
        let used = unit.churn_on(acceptance.local_day).await?;
        unit.commit().await?;
        let limits = lifecycle::limits(&settings.planning, used, now);
        Ok(Accepted { undo_token, limits, reversible_until: acceptance.reversible_until })
    }

    /// Leaves the refusal in the audit and among the attempts; a proposal found expired is marked so.
    async fn keep_refusal(
        &self,
        mut unit: Box<dyn Unit>,
        record: &ProposalRecord,
        refusal: &AcceptRefusal,
        now: Moment,
    ) -> Result<(), StoreError> {
        if record.proposal.status == Status::Proposed && matches!(refusal, AcceptRefusal::Expired { .. }) {
            self.expire(unit.as_mut(), record, now).await?;
        }
        unit.record_attempt(self.ids.id(), record.id, Some(code(refusal)), now).await?;
        let mut entry = self
            .audit_entry(AuditAction::AcceptRefused, now)
            .of_proposal(record.id)
            .of_trigger(record.proposal.trigger)
            .because(code(refusal));
        if let AcceptRefusal::Stale { changed } = refusal {
            entry = entry.with("changed", changed.iter().map(describe).collect::<Vec<_>>());
        }
        entry.write(unit.as_mut()).await?;
        unit.commit().await
    }

    /// Marks an open proposal as expired.
    pub(crate) async fn expire(
        &self,
        unit: &mut dyn Unit,
        record: &ProposalRecord,
        now: Moment,
    ) -> Result<(), StoreError> {
        unit.close_proposal(record.id, Status::Expired, now).await?;
        unit.release_snapshot(record.id).await?;
        let entry = self.audit_entry(AuditAction::Expired, now).of_proposal(record.id);
        entry.of_trigger(record.proposal.trigger).write(unit).await
    }
}

async fn accept_facts(
    unit: &mut dyn Unit,
    record: &ProposalRecord,
    settings: &UserSettings,
    now: Moment,
) -> Result<AcceptFacts, AcceptFailure> {
    let proposal = record.proposal.clone();
    let touched: Vec<EventId> = proposal.touched.keys().copied().collect();
    let asked =
        Asked { lookahead_days: record.lookahead_days, override_churn_cap: record.override_churn_cap };
    let task = match proposal.trigger {
        Some(trigger) => unit.task(trigger).await?,
        None => None,
    };
    let week = if proposal.trigger.is_some() && task.is_none() {
        None
    } else {
        let used = unit.churn_on(settings.planning.zone.day_of(now)).await?;
        week::load(unit, asked, task.as_ref(), settings, used, touched, now).await?
    };
    let (problem, versions) = match week {
        Some((problem, rows)) => {
            let versions: BTreeMap<EventId, i64> =
                rows.events.iter().map(|(event, version)| (event.id, *version)).collect();
            (Some(problem), versions)
        }
        None => (None, BTreeMap::new()),
    };
    Ok(AcceptFacts { proposal, versions, problem, policy: policy(settings) })
}

/// What changed, for the audit: identities and rules, no titles.
fn describe(outdated: &Outdated) -> Value {
    match outdated {
        Outdated::TriggerGone { task } => json!({"kind": "trigger_gone", "task_id": task.to_string()}),
        Outdated::EventEdited { event, .. } => json!({"kind": "event_edited", "event_id": event.to_string()}),
        Outdated::EventGone { event, .. } => json!({"kind": "event_gone", "event_id": event.to_string()}),
        Outdated::RuleBroken(violation) => json!({"kind": "rule_broken", "rule": violation.rule.as_str()}),
    }
}

/// The refusal's name in the audit and among the attempts.
const fn code(refusal: &AcceptRefusal) -> &'static str {
    match refusal {
        AcceptRefusal::NotOpen { .. } => "NOT_OPEN",
        AcceptRefusal::Expired { .. } => "EXPIRED",
        AcceptRefusal::ChurnCapExceeded { .. } => "CHURN_CAP_EXCEEDED",
        AcceptRefusal::Stale { .. } => "STALE",
    }
}
