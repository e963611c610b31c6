//! A week under construction.

use planner_core::model::{
    Action, Answer, Change, Event, EventId, Kind, Mode, Note, Plan, Priority, Problem, ReasonCode, Settings,
    Task, TaskId, TaskKind,
};
use planner_core::time::{Interval, LocalDay, Zone};
use uuid::Uuid;

use crate::Outcome;

/// A problem, and its plan if it has one.
pub(crate) type Scene = (Problem, Option<Plan>);

/// Events and changes, told by the day of a month and the wall time, such as `9:30-11`.
pub(crate) struct Week {
    pub(crate) problem: Problem,
    /// The year and the month that days are of.
    pub(crate) month: (i16, i8),
    plan: Plan,
}

impl Week {
    pub(crate) fn new(zone: &str, month: (i16, i8), now: &str) -> Outcome<Self> {
        let problem = Problem {
            mode: Mode::Conflict,
            now: now.parse()?,
            settings: Settings { zone: Zone::named(zone)?, ..Settings::default() },
            used_churn_today: 0,
            override_churn_cap: None,
            tasks: Vec::new(),
            events: Vec::new(),
            busy: Vec::new(),
        };
        Ok(Self { problem, month, plan: Plan::default() })
    }

    /// What is due, and the minutes of study that it asks for.
    pub(crate) fn exam(&mut self, title: &str, day: i8, time: &str, effort_minutes: u32) -> Outcome<()> {
        let id = TaskId(Uuid::from_u128(1));
        self.problem.tasks.push(Task {
            id,
            title: title.to_owned(),
            kind: TaskKind::Exam,
            due: self.at(day, &format!("{time}-24"))?.start(),
            priority: Priority::from_thousandths(80_000),
            effort_minutes,
            due_changed_at: None,
        });
        self.problem.mode = Mode::Demand { trigger: id };
        Ok(())
    }

    pub(crate) fn event(&mut self, title: &str, kind: Kind, day: i8, times: &str) -> Outcome<EventId> {
        let id = EventId(Uuid::from_u128(self.problem.events.len() as u128 + 1));
        self.problem.events.push(Event {
            id,
            title: title.to_owned(),
            interval: self.at(day, times)?,
            kind,
            is_movable: kind.may_move(),
            protected: false,
            transparent: false,
            task: None,
            accepted_at: None,
        });
        Ok(id)
    }

    /// The event made last, to change what is special about it.
    pub(crate) fn last(&mut self) -> Outcome<&mut Event> {
        Ok(self.problem.events.last_mut().ok_or("no event yet")?)
    }

    pub(crate) fn busy(&mut self, day: i8, times: &str) -> Outcome<()> {
        let at = self.at(day, times)?;
        self.problem.busy.push(at);
        Ok(())
    }

    pub(crate) fn makes(&mut self, day: i8, times: &str) -> Outcome<()> {
        let at = self.at(day, times)?;
        let detail = format!(
            "Focus on {} for {}, since too little study time exists before it is due.",
            self.span(at),
            self.trigger()
        );
        self.change(Action::Create { at }, ReasonCode::InsufficientCapacityCreateFocus, detail);
        Ok(())
    }

    pub(crate) fn moves(&mut self, event: EventId, day: i8, times: &str) -> Outcome<()> {
        let to = self.at(day, times)?;
        let (title, from) = self.told(event)?;
        let detail = format!("{title} moves from {from} to {} {}.", self.span(to), self.aim());
        self.change(Action::Move { event, to }, ReasonCode::ConflictWithChill, detail);
        Ok(())
    }

    pub(crate) fn splits(&mut self, event: EventId, first: (i8, &str), second: (i8, &str)) -> Outcome<()> {
        let pieces = [self.at(first.0, first.1)?, self.at(second.0, second.1)?];
        let (title, from) = self.told(event)?;
        let [one, other] = pieces.map(|piece| self.span(piece));
        let detail = format!("{title} on {from} is split into {one} and {other} {}.", self.aim());
        self.change(Action::Split { event, pieces }, ReasonCode::HighPriorityPreemption, detail);
        Ok(())
    }

    pub(crate) fn gives_up(&mut self, event: EventId) -> Outcome<()> {
        let (title, from) = self.told(event)?;
        let detail = format!("{title} on {from} is given up {}.", self.aim());
        self.change(Action::Delete { event }, ReasonCode::ConflictWithChill, detail);
        Ok(())
    }

    pub(crate) fn keeps(&mut self, event: EventId) -> Outcome<()> {
        let (title, when) = self.told(event)?;
        let detail = format!("{title} on {when} is taken for {} and stays.", self.trigger());
        self.plan.claims.push(event);
        self.plan.notes.push(Note { event, reason: ReasonCode::PreserveFocus, detail });
        Ok(())
    }

    /// The scene with the changes told.
    pub(crate) fn as_told(&self) -> Scene {
        (self.problem.clone(), Some(self.plan.clone()))
    }

    /// The scene as the planner sees it.
    pub(crate) fn planned(self) -> Outcome<Scene> {
        let plan = match planner_core::plan(&self.problem)? {
            Answer::Planned(plan) => Some(plan),
            Answer::NothingToPlan | Answer::Refused(_) => None,
        };
        Ok((self.problem, plan))
    }

    fn change(&mut self, action: Action, reason: ReasonCode, detail: String) {
        self.plan.changes.push(Change { action, reason, detail });
    }

    fn trigger(&self) -> String {
        self.problem.trigger().map(|task| format!("“{}”", task.title)).unwrap_or_default()
    }

    fn aim(&self) -> String {
        format!("to make room to study for {}", self.trigger())
    }

    /// The title of an event, and when it is.
    fn told(&self, id: EventId) -> Outcome<(String, String)> {
        let event = self.problem.events.iter().find(|event| event.id == id).ok_or("no such event")?;
        Ok((format!("“{}”", event.title), self.span(event.interval)))
    }

    fn span(&self, at: Interval) -> String {
        let local = |instant| self.problem.settings.zone.local(instant);
        let end = local(at.end()).minute_of_day;
        format!("{}–{:02}:{:02}", local(at.start()), end / 60, end % 60)
    }

    /// From one wall time to another, on the next day where that is earlier.
    fn at(&self, day: i8, times: &str) -> Outcome<Interval> {
        let (start, end) = times.split_once('-').ok_or("from-to")?;
        let minute = |time: &str| -> Outcome<u16> {
            let (hour, minute) = time.split_once(':').unwrap_or((time, "0"));
            Ok(hour.parse::<u16>()? * 60 + minute.parse::<u16>()?)
        };
        let (start, end) = (minute(start)?, minute(end)?);
        let day = LocalDay::new(self.month.0, self.month.1, day).ok_or("no such day")?;
        let zone = &self.problem.settings.zone;
        let evening =
            zone.between(day, start, if start < end { end } else { 24 * 60 }).ok_or("no such time")?;
        let morning = if start < end { None } else { zone.between(day.next(), 0, end) };
        let end = morning.map_or(evening.end(), Interval::end);
        Ok(Interval::new(evening.start(), end).ok_or("no time at all")?)
    }
}
