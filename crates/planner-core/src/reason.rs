//! Why a change is made: a code for programs, a sentence for people.

use std::collections::{BTreeMap, BTreeSet};

use crate::constraint::rest;
use crate::model::{Action, Change, Event, EventId, Kind, Mode, Note, Problem, ReasonCode};
use crate::time::{Interval, Zone, spell_minutes};

/// Gives every action its reason. `stranded` are the focus events that serve the trigger only if moved.
pub(crate) fn explain(problem: &Problem, stranded: &[EventId], actions: Vec<Action>) -> Vec<Change> {
    let reasons = Reasons { problem, stranded, events: by_id(problem), actions: &actions };
    let codes: Vec<Because> =
        actions.iter().map(|action| reasons.because(action, &mut BTreeSet::new())).collect();
    let details: Vec<String> =
        actions.iter().zip(&codes).map(|(action, because)| reasons.detail(action, because)).collect();
    actions
        .into_iter()
        .zip(codes)
        .zip(details)
        .map(|((action, because), detail)| Change { action, reason: because.code, detail })
        .collect()
}

/// Remarks on the focus that stays as it is since it serves the trigger: claimed, or linked to it in the window.
pub(crate) fn notes(problem: &Problem, claims: &[EventId], window: Interval) -> Vec<Note> {
    let Some(trigger) = problem.trigger() else { return Vec::new() };
    let mut kept: Vec<&Event> = problem
        .events
        .iter()
        .filter(|event| {
            let linked = event.task == Some(trigger.id) && window.contains(event.interval);
            event.is_focus() && (linked || claims.contains(&event.id))
        })
        .collect();
    kept.sort_by_key(|event| (event.interval.start(), event.id));
    let note = |event: &Event| {
        let when = problem.settings.zone.spell(event.interval);
        let serves = if event.task.is_none() { "is taken for" } else { "already serves" };
        Note {
            event: event.id,
            reason: ReasonCode::PreserveFocus,
            detail: format!(
                "{} on {when} {serves} {} and stays.",
                quoted(&event.title),
                quoted(&trigger.title)
            ),
        }
    };
    kept.into_iter().map(note).collect()
}

/// A reason code, and what is made room for.
struct Because {
    code: ReasonCode,
    room_for: Option<EventId>,
}

impl From<ReasonCode> for Because {
    fn from(code: ReasonCode) -> Self {
        Self { code, room_for: None }
    }
}

struct Reasons<'a> {
    problem: &'a Problem,
    stranded: &'a [EventId],
    events: BTreeMap<EventId, &'a Event>,
    actions: &'a [Action],
}

impl Reasons<'_> {
    fn because(&self, action: &Action, seen: &mut BTreeSet<EventId>) -> Because {
        let Some(event) = action.event().and_then(|id| self.events.get(&id).copied()) else {
            return ReasonCode::InsufficientCapacityCreateFocus.into();
        };
        if self.problem.mode == Mode::Conflict {
            return ReasonCode::ProtectedWindow.into();
        }
        if self.is_study(action) {
            return ReasonCode::DeadlineProximity.into();
        }
        seen.insert(event.id);
        let study = || self.actions.iter().filter(|other| self.is_study(other)).flat_map(Action::intervals);
        if study().any(|at| at.overlaps(event.interval)) {
            return own_code(event.kind).into();
        }
        if event.is_focus() && study().any(|at| self.too_close(*at, event.interval)) {
            return ReasonCode::RestConstraint.into();
        }
        self.because_of_another_move(event, seen)
    }

    /// The event makes room for one that itself makes room: its reason is theirs.
    fn because_of_another_move(&self, event: &Event, seen: &mut BTreeSet<EventId>) -> Because {
        let needs_the_place = |action: &&Action| {
            action.event().and_then(|id| self.events.get(&id).copied()).is_some_and(|other| {
                let is_too_close = |at: &Interval| {
                    at.overlaps(event.interval)
                        || (event.is_focus() && other.is_focus() && self.too_close(*at, event.interval))
                };
                !seen.contains(&other.id) && action.intervals().iter().any(is_too_close)
            })
        };
        // Actions are in canonical order, so the first found is the one to name.
        match self.actions.iter().find(needs_the_place) {
            Some(action) => Because { code: self.because(action, seen).code, room_for: action.event() },
            None => own_code(event.kind).into(),
        }
    }

    fn is_study(&self, action: &Action) -> bool {
        action.event().is_none_or(|id| self.stranded.contains(&id))
    }

    fn too_close(&self, one: Interval, other: Interval) -> bool {
        rest::broken(one, other, i64::from(self.problem.settings.rest_gap_minutes))
    }

    fn detail(&self, action: &Action, because: &Because) -> String {
        let zone = &self.problem.settings.zone;
        let event = action.event().and_then(|id| self.events.get(&id).copied());
        let title = quoted(event.map_or("", |event| &event.title));
        let from = event.map(|event| zone.spell(event.interval)).unwrap_or_default();
        let trigger = quoted(self.problem.trigger().map_or("", |task| &task.title));
        let aim = self.aim(because, &trigger);
        match action {
            Action::Create { at } => format!(
                "{} of focus on {} for {trigger}, since too little study time exists before it is due.",
                spell_minutes(at.minutes()),
                zone.spell(*at)
            ),
            Action::Move { to, .. } if because.code == ReasonCode::DeadlineProximity => {
                format!("{title} moves from {from}, after {trigger} is due, to {}.", zone.spell(*to))
            }
            Action::Move { to, .. } => format!("{title} moves from {from} to {} {aim}.", zone.spell(*to)),
            Action::Split { pieces: [first, second], .. } => format!(
                "{title} on {from} is split into {} and {} {aim}.",
                zone.spell(*first),
                zone.spell(*second)
            ),
            Action::Delete { .. } => format!("{title} on {from} is given up {aim}."),
        }
    }

    fn aim(&self, because: &Because, trigger: &str) -> String {
        if let Some(other) = because.room_for.and_then(|id| self.events.get(&id)) {
            return format!("to make room for {}, which moves too", quoted(&other.title));
        }
        match because.code {
            ReasonCode::RestConstraint => format!("to leave enough rest around the study for {trigger}"),
            ReasonCode::ProtectedWindow => "since something that can't move needs the place".to_owned(),
            _ => format!("to make room to study for {trigger}"),
        }
    }
}

fn by_id(problem: &Problem) -> BTreeMap<EventId, &Event> {
    problem.events.iter().map(|event| (event.id, event)).collect()
}

fn own_code(kind: Kind) -> ReasonCode {
    if kind == Kind::Chill { ReasonCode::ConflictWithChill } else { ReasonCode::HighPriorityPreemption }
}

fn quoted(title: &str) -> String {
    format!("“{title}”")
}

/// An event by its title and time: `“Gym” on Thu 6 Mar 14:30–16:00`.
pub(crate) fn named(zone: &Zone, event: &Event) -> String {
    format!("{} on {}", quoted(&event.title), zone.spell(event.interval))
}
