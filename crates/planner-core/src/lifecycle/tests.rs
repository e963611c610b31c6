//! A proposal's life on facts alone.

use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::model::{Action, EventId, Problem, Settings, TaskId};
use crate::strategies;
use crate::time::{Instant, Moment};

const NOW: &str = "2026-03-02T08:00:00Z";

fn now() -> Moment {
    NOW.parse().unwrap()
}

fn in_minutes(minutes: i64) -> Moment {
    now().plus_minutes(minutes)
}

fn request() -> CreateRequest {
    CreateRequest {
        trigger: Some(TaskId(Uuid::from_u128(1))),
        lookahead_days: None,
        override_churn_cap: None,
    }
}

/// An exam in three days of a student who has changed nothing today.
fn facts() -> CreateFacts {
    CreateFacts {
        trigger: Some(Trigger {
            is_done: false,
            due: Some(in_minutes(3 * 1440).floor()),
            priority: Priority::from_thousandths(70_000),
            due_changed_at: None,
        }),
        last_acceptance: None,
        used_churn_today: 0,
        settings: Settings::default(),
        policy: Policy::default(),
    }
}

fn with_trigger(edit: impl FnOnce(&mut Trigger)) -> CreateFacts {
    let mut facts = facts();
    edit(facts.trigger.as_mut().unwrap());
    facts
}

#[test]
fn an_exam_that_matters_and_lies_ahead_is_admitted() {
    assert_eq!(admit(&facts(), &request(), now()), Ok(()));
}

#[test]
fn a_task_must_exist_be_open_and_due_matter_and_lie_ahead() {
    let refusal = |facts: CreateFacts| admit(&facts, &request(), now()).unwrap_err();
    assert_eq!(refusal(CreateFacts { trigger: None, ..facts() }), CreateRefusal::TriggerNotFound);
    assert_eq!(refusal(with_trigger(|trigger| trigger.is_done = true)), CreateRefusal::TriggerDone);
    assert_eq!(refusal(with_trigger(|trigger| trigger.due = None)), CreateRefusal::TriggerNotDue);
    let lesser = Priority::from_thousandths(69_999);
    assert!(matches!(
        refusal(with_trigger(|trigger| trigger.priority = lesser)),
        CreateRefusal::PriorityBelowThreshold { priority, .. } if priority == lesser
    ));
    let due: Instant = now().floor();
    assert_eq!(
        refusal(with_trigger(|trigger| trigger.due = Some(due))),
        CreateRefusal::TriggerExpired { due },
        "due this minute is past"
    );
}

#[test]
fn the_cooldown_lasts_a_day_unless_the_due_time_moved_since() {
    let accepted =
        |minutes_ago: i64| CreateFacts { last_acceptance: Some(in_minutes(-minutes_ago)), ..facts() };
    assert!(matches!(
        admit(&accepted(60), &request(), now()),
        Err(CreateRefusal::Cooldown { until, .. }) if until == in_minutes(23 * 60)
    ));
    assert_eq!(admit(&accepted(24 * 60), &request(), now()), Ok(()));
    let mut moved = accepted(60);
    moved.trigger.as_mut().unwrap().due_changed_at = Some(in_minutes(-30));
    assert_eq!(admit(&moved, &request(), now()), Ok(()));
    moved.trigger.as_mut().unwrap().due_changed_at = Some(in_minutes(-90));
    assert!(admit(&moved, &request(), now()).is_err(), "it moved before the acceptance");
}

#[test]
fn the_cap_counts_what_was_applied_and_an_override_raises_it_to_the_maximum() {
    let used = |used_churn_today| CreateFacts { used_churn_today, ..facts() };
    let raised = |cap| CreateRequest { override_churn_cap: Some(cap), ..request() };
    assert_eq!(admit(&used(2), &request(), now()), Ok(()));
    assert_eq!(admit(&used(3), &request(), now()), Err(CreateRefusal::ChurnCapExceeded { cap: 3, used: 3 }));
    assert_eq!(admit(&used(3), &raised(4), now()), Ok(()));
    assert_eq!(admit(&used(5), &raised(9), now()), Err(CreateRefusal::ChurnCapExceeded { cap: 5, used: 5 }));
    assert_eq!(admit(&used(2), &raised(1), now()), Ok(()), "an override never lowers the cap");
}

#[test]
fn the_first_reason_is_the_one_that_is_told() {
    let hopeless = CreateFacts {
        last_acceptance: Some(now()),
        used_churn_today: 9,
        ..with_trigger(|trigger| {
            trigger.due = Some(now().floor());
            trigger.priority = Priority::from_thousandths(0);
        })
    };
    assert!(matches!(admit(&hopeless, &request(), now()), Err(CreateRefusal::PriorityBelowThreshold { .. })));
}

#[test]
fn an_open_proposal_is_rejected_once_and_in_time() {
    let later = in_minutes(60);
    assert_eq!(reject(Status::Proposed, later, now()), Ok(()));
    assert_eq!(reject(Status::Proposed, now(), now()), Err(RejectRefusal::Expired { expired_at: now() }));
    for status in [Status::Applied, Status::Rejected, Status::Undone] {
        assert_eq!(reject(status, later, now()), Err(RejectRefusal::NotOpen { status }));
    }
}

#[test]
fn limits_are_those_of_the_local_day() {
    let settings =
        Settings { zone: crate::time::Zone::named("Pacific/Auckland").unwrap(), ..Settings::default() };
    let limits = limits(&settings, 2, "2026-03-02T11:30:00Z".parse().unwrap());
    assert_eq!(limits.local_day.to_string(), "2026-03-03");
    assert_eq!((limits.cap, limits.cap_max, limits.used, limits.remaining), (3, 5, 2, 1));
    assert_eq!(limits.resets_at.to_string(), "2026-03-03T11:00:00Z");
}

/// The proposal that `draft` makes of a problem, as it would be stored.
fn stored(problem: &Problem) -> Option<Proposal> {
    let Ok(Drafted::Proposal(draft)) = draft(problem, &Policy::default()) else { return None };
    let actions: Vec<Action> = draft.plan.changes.iter().map(|change| change.action.clone()).collect();
    let touched = actions.iter().filter_map(Action::event).chain(draft.plan.claims.iter().copied());
    Some(Proposal {
        status: Status::Proposed,
        expires_at: draft.expires_at,
        trigger: Some(problem.trigger()?.id),
        touched: touched.map(|event| (event, Touched { version: 1, title: event.to_string() })).collect(),
        claims: draft.plan.claims.clone(),
        actions,
    })
}

fn accept_facts(proposal: Proposal, problem: &Problem) -> AcceptFacts {
    let versions: BTreeMap<EventId, i64> = problem.events.iter().map(|event| (event.id, 1)).collect();
    AcceptFacts { proposal, versions, problem: Some(problem.clone()), policy: Policy::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_500) })]

    #[test]
    fn what_was_just_proposed_can_be_accepted(problem in strategies::problem()) {
        let Some(proposal) = stored(&problem) else { return Ok(()) };
        let cost = proposal.churn();
        let writes = proposal.actions.len() + proposal.claims.len();
        let acceptance = accept(&accept_facts(proposal, &problem), problem.now).unwrap();
        prop_assert_eq!(acceptance.churn, cost);
        prop_assert!(cost <= problem.budget());
        prop_assert_eq!(acceptance.writes.len(), writes);
    }

    #[test]
    fn an_edit_or_a_deletion_of_what_is_touched_makes_it_stale(problem in strategies::problem(), deleted: bool) {
        let Some(proposal) = stored(&problem) else { return Ok(()) };
        let Some(event) = proposal.touched.keys().next().copied() else { return Ok(()) };
        let mut facts = accept_facts(proposal, &problem);
        if deleted {
            facts.versions.remove(&event);
        } else {
            facts.versions.insert(event, 2);
        }
        let Err(AcceptRefusal::Stale { changed }) = accept(&facts, problem.now) else { panic!("accepted") };
        prop_assert_eq!(changed.len(), 1);
        let named = match &changed[0] {
            Outdated::EventGone { event, .. } if deleted => *event,
            Outdated::EventEdited { event, .. } if !deleted => *event,
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(named, event);
    }

    #[test]
    fn what_is_accepted_late_is_sound_then_or_refused(problem in strategies::problem(), minutes in 1..3 * 1440_i64) {
        let Some(proposal) = stored(&problem) else { return Ok(()) };
        let later = Problem { now: problem.now.plus_minutes(minutes), ..problem };
        let earliest = later.now.plus_minutes(i64::from(later.settings.lead_minutes)).ceil();
        let starts: Vec<_> = proposal.actions.iter().flat_map(Action::intervals).map(|at| at.start()).collect();
        match accept(&accept_facts(proposal.clone(), &later), later.now) {
            Ok(_) => prop_assert!(starts.iter().all(|start| *start >= earliest)),
            Err(AcceptRefusal::Expired { .. }) => prop_assert!(proposal.expires_at <= later.now),
            Err(AcceptRefusal::Stale { changed }) => prop_assert!(!changed.is_empty()),
            Err(other) => panic!("{other:?}"),
        }
    }
}
