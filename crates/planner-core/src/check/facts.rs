//! What the rules are about, worked out from the problem alone.

use std::collections::BTreeMap;

use crate::model::{Action, Event, EventId, Kind, Mode, Problem, Refusal, Task, TaskId};
use crate::time::{Instant, Interval};

const DAY: i64 = 24 * 60;
const GRID: i64 = 15;

/// A judged problem.
pub(super) struct Facts<'p> {
    pub(super) problem: &'p Problem,
    pub(super) trigger: Option<&'p Task>,
    pub(super) earliest: Instant,
    pub(super) window: Interval,
    /// Minutes to be placed, claims taken off.
    pub(super) need: i64,
    /// Claims in the order of claiming.
    pub(super) claims: Vec<EventId>,
    events: BTreeMap<EventId, &'p Event>,
    tasks: BTreeMap<TaskId, &'p Task>,
}

pub(super) enum Outcome<'p> {
    Week(Facts<'p>),
    Refused(Refusal),
    NothingToPlan,
}

/// Something in the resulting schedule.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question that a rule asks, and any may go with any"
)]
pub(super) struct Placed<'p> {
    /// The event; `None` for a block that is made.
    pub(super) event: Option<&'p Event>,
    pub(super) at: Interval,
    /// Whether a change puts it there.
    pub(super) is_proposed: bool,
    pub(super) blocks: bool,
    pub(super) is_focus: bool,
    /// Whether it is study for the trigger, placed by a change.
    pub(super) is_study: bool,
}

pub(super) fn of(problem: &Problem) -> Outcome<'_> {
    let settings = &problem.settings;
    let notice = problem.now.plus_minutes(i64::from(settings.lead_minutes)).ceil();
    // The first multiple of 15 minutes since the epoch that is not before the notice.
    let earliest = Instant::from_unix_minutes((notice.unix_minutes() + GRID - 1).div_euclid(GRID) * GRID);
    let lookahead = i64::from(settings.lookahead_days) * DAY;
    let trigger = match problem.mode {
        Mode::Demand { trigger } => problem.tasks.iter().find(|task| task.id == trigger),
        Mode::Conflict => None,
    };
    let (start, end) = match trigger {
        Some(trigger) => (trigger.due.plus(-lookahead).max(earliest), trigger.due),
        None => (earliest, earliest.plus(lookahead)),
    };
    let refusal = if problem.now >= end.moment() { Refusal::TriggerExpired } else { Refusal::WindowTooShort };
    let long_enough = end.minutes_since(start) >= i64::from(settings.focus_min_minutes);
    let Some(window) = Interval::new(start, end).filter(|_| trigger.is_none() || long_enough) else {
        return Outcome::Refused(refusal);
    };
    let mut facts = Facts {
        problem,
        trigger,
        earliest,
        window,
        need: 0,
        claims: Vec::new(),
        events: problem.events.iter().map(|event| (event.id, event)).collect(),
        tasks: problem.tasks.iter().map(|task| (task.id, task)).collect(),
    };
    let Some(trigger) = trigger else { return Outcome::Week(facts) };
    let mut missing = i64::from(trigger.effort_minutes);
    for event in &problem.events {
        if event.kind == Kind::Focus && event.task == Some(trigger.id) && event.interval.end() <= trigger.due
        {
            missing -= event.interval.minutes();
        }
    }
    if missing <= 0 {
        return Outcome::NothingToPlan;
    }
    facts.claim(trigger, missing);
    Outcome::Week(facts)
}

impl<'p> Facts<'p> {
    pub(super) fn event(&self, id: EventId) -> Option<&'p Event> {
        self.events.get(&id).copied()
    }

    pub(super) fn task(&self, id: Option<TaskId>) -> Option<&'p Task> {
        id.and_then(|id| self.tasks.get(&id).copied())
    }

    fn claim(&mut self, trigger: &Task, mut missing: i64) {
        let mut free: Vec<(i64, Instant, EventId, i64)> = Vec::new();
        for event in &self.problem.events {
            if event.kind == Kind::Focus && event.task.is_none() && self.why_fixed(event).is_none() {
                let start = event.interval.start();
                let hours_before = trigger.due.minutes_since(start);
                let band = i64::from(hours_before > 72 * 60) + i64::from(hours_before > 120 * 60);
                free.push((band, start, event.id, event.interval.minutes()));
            }
        }
        free.sort_unstable();
        for (_, _, id, minutes) in free {
            if missing > 0 {
                self.claims.push(id);
                missing -= minutes;
            }
        }
        self.need = self.round_up(missing.max(0));
    }

    /// Up to the grid, and to the shortest block where positive but smaller.
    pub(super) fn round_up(&self, minutes: i64) -> i64 {
        match minutes {
            0 => 0,
            _ => ((minutes + GRID - 1) / GRID * GRID).max(i64::from(self.problem.settings.focus_min_minutes)),
        }
    }

    /// Whether an event is focus for the trigger that ends after its due time and may be brought in.
    pub(super) fn is_stranded(&self, event: &Event) -> bool {
        self.trigger.is_some_and(|trigger| {
            event.kind == Kind::Focus
                && event.task == Some(trigger.id)
                && event.interval.start() >= self.earliest
                && event.interval.end() > trigger.due
                && self.why_locked(event).is_none()
        })
    }

    /// Why an event may not be changed, claims apart; `None` where it is flexible.
    pub(super) fn why_fixed(&self, event: &Event) -> Option<&'static str> {
        if let Some(why) = self.why_locked(event) {
            return Some(why);
        }
        if event.interval.start() < self.window.start() || event.interval.end() > self.window.end() {
            return Some("does not lie wholly inside the window");
        }
        if let (Kind::Focus, Some(trigger), Some(task)) = (event.kind, self.trigger, self.task(event.task)) {
            if task.id == trigger.id {
                return Some("serves the trigger already");
            }
            if outranks(task, trigger) {
                return Some("serves a task that goes before the trigger");
            }
        }
        None
    }

    fn why_locked(&self, event: &Event) -> Option<&'static str> {
        if !event.is_movable {
            return Some("is not movable");
        }
        if event.protected {
            return Some("is protected");
        }
        if !matches!(event.kind, Kind::Focus | Kind::Chill | Kind::LowPriority) {
            return Some("is of a kind that never changes");
        }
        let accepted = event.accepted_at?;
        let age = self.problem.now.micros_since(accepted);
        let due_moved_since = self.trigger.is_some_and(|trigger| {
            event.task == Some(trigger.id) && trigger.due_changed_at.is_some_and(|changed| changed > accepted)
        });
        (age < DAY * 60 * 1_000_000 && !due_moved_since)
            .then_some("was changed by a proposal accepted less than 24 hours ago")
    }

    /// The resulting schedule: everything that is unchanged, and everything that is proposed.
    pub(super) fn after(&self, actions: &[&Action]) -> Vec<Placed<'p>> {
        let changed = |id| actions.iter().any(|action| action.event() == Some(id));
        let mut layout: Vec<Placed<'p>> = Vec::new();
        for event in &self.problem.events {
            if !changed(event.id) {
                layout.push(Placed {
                    event: Some(event),
                    at: event.interval,
                    is_proposed: false,
                    blocks: !event.transparent,
                    is_focus: event.kind == Kind::Focus,
                    is_study: false,
                });
            }
        }
        for busy in &self.problem.busy {
            layout.push(Placed {
                event: None,
                at: *busy,
                is_proposed: false,
                blocks: true,
                is_focus: false,
                is_study: false,
            });
        }
        for action in actions {
            let event = action.event().and_then(|id| self.event(id));
            for at in action.intervals() {
                layout.push(Placed {
                    event,
                    at: *at,
                    is_proposed: true,
                    blocks: event.is_none_or(|event| !event.transparent),
                    is_focus: event.is_none_or(|event| event.kind == Kind::Focus),
                    is_study: event.is_none_or(|event| self.is_stranded(event)),
                });
            }
        }
        layout
    }
}

impl Placed<'_> {
    /// What to call it in a message.
    pub(super) fn name(&self) -> String {
        match self.event {
            Some(event) => format!("“{}” ({})", event.title, event.id),
            None if self.is_proposed => "a new study block".to_owned(),
            None => "busy time of another calendar".to_owned(),
        }
    }

    pub(super) fn id(&self) -> Option<EventId> {
        self.event.map(|event| event.id)
    }
}

/// Higher priority, then earlier due, then more effort, then the smaller id.
fn outranks(task: &Task, trigger: &Task) -> bool {
    if task.priority != trigger.priority {
        return task.priority > trigger.priority;
    }
    if task.due != trigger.due {
        return task.due < trigger.due;
    }
    if task.effort_minutes != trigger.effort_minutes {
        return task.effort_minutes > trigger.effort_minutes;
    }
    task.id < trigger.id
}
