use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Object, Span, event_id, instant, kind, moment, optional_moment, parse, span_as_json, task_id, task_kind,
};
use crate::model::{
    Event, EventId, InvalidProblem, Kind, Mode, Priority, Problem, Settings, Task, TaskId, TaskKind,
};
use crate::time::{Instant, Moment, Zone};

/// A problem with the name that its file gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedProblem {
    /// The instance's name.
    pub name: String,
    /// The problem.
    pub problem: Problem,
}

/// Reads and validates a problem document.
///
/// # Errors
/// [`InvalidProblem`] with the path of the first field that is wrong; `document` where it is no JSON at all.
pub fn read_problem(text: &str) -> Result<NamedProblem, InvalidProblem> {
    let document: ProblemDocument = parse(text)?;
    let named = document.into_problem()?;
    named.problem.validate()?;
    Ok(named)
}

/// Writes a problem as a document that [`read_problem`] reads back.
pub fn write_problem(name: &str, problem: &Problem) -> Value {
    let settings = &problem.settings;
    let (mode, trigger) = match problem.mode {
        Mode::Demand { trigger } => ("demand", Some(trigger.to_string())),
        Mode::Conflict => ("conflict", None),
    };
    let moment = |moment: Option<Moment>| moment.map(|moment| moment.to_string());
    let task = |task: &Task| {
        json!({
            "id": task.id.to_string(), "title": task.title, "kind": task.kind.as_str(), "due": task.due.to_string(),
            "priority_score": priority_as_number(task.priority), "effort_minutes": task.effort_minutes,
            "due_changed_at": moment(task.due_changed_at),
        })
    };
    let event = |event: &Event| {
        json!({
            "id": event.id.to_string(), "title": event.title, "start": event.interval.start().to_string(),
            "end": event.interval.end().to_string(), "kind": event.kind.as_str(), "is_movable": event.is_movable,
            "protected": event.protected, "transparent": event.transparent,
            "task_id": event.task.map(|task| task.to_string()), "accepted_at": moment(event.accepted_at),
        })
    };
    json!({
        "schema": 1, "id": name, "mode": mode, "now": problem.now.to_string(),
        "settings": {
            "zone": settings.zone.name(), "day_start_min": settings.day_start_minute,
            "day_end_min": settings.day_end_minute, "rest_gap_min": settings.rest_gap_minutes,
            "focus_min": settings.focus_min_minutes, "focus_max": settings.focus_max_minutes,
            "lookahead_days": settings.lookahead_days, "lead_minutes": settings.lead_minutes,
            "relocation_spill_days": settings.relocation_spill_days, "allow_delete": settings.allow_delete,
            "energy": settings.energy, "churn_cap": settings.churn_cap, "churn_cap_max": settings.churn_cap_max,
        },
        "used_churn_today": problem.used_churn_today, "override_churn_cap": problem.override_churn_cap,
        "trigger_task_id": trigger,
        "tasks": problem.tasks.iter().map(task).collect::<Vec<_>>(),
        "events": problem.events.iter().map(event).collect::<Vec<_>>(),
        "busy": problem.busy.iter().map(|busy| span_as_json(*busy)).collect::<Vec<_>>(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProblemDocument {
    schema: u64,
    #[serde(default)]
    id: String,
    mode: ModeName,
    #[serde(deserialize_with = "moment")]
    now: Moment,
    #[serde(default)]
    settings: Object<SettingsDocument>,
    #[serde(default)]
    used_churn_today: u32,
    #[serde(default)]
    override_churn_cap: Option<u32>,
    #[serde(default, deserialize_with = "task_id::optional")]
    trigger_task_id: Option<TaskId>,
    #[serde(default)]
    tasks: Vec<Object<TaskDocument>>,
    #[serde(default)]
    events: Vec<Object<EventDocument>>,
    #[serde(default)]
    busy: Vec<Object<Span>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ModeName {
    Demand,
    Conflict,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SettingsDocument {
    zone: Option<String>,
    day_start_min: Option<u16>,
    day_end_min: Option<u16>,
    rest_gap_min: Option<u16>,
    focus_min: Option<u16>,
    focus_max: Option<u16>,
    lookahead_days: Option<u8>,
    lead_minutes: Option<u16>,
    relocation_spill_days: Option<u8>,
    allow_delete: Option<bool>,
    energy: Option<[u8; 24]>,
    churn_cap: Option<u8>,
    churn_cap_max: Option<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskDocument {
    #[serde(deserialize_with = "task_id::one")]
    id: TaskId,
    #[serde(default)]
    title: String,
    #[serde(deserialize_with = "task_kind")]
    kind: TaskKind,
    #[serde(deserialize_with = "instant")]
    due: Instant,
    #[serde(deserialize_with = "priority")]
    priority_score: Priority,
    effort_minutes: u32,
    #[serde(default, deserialize_with = "optional_moment")]
    due_changed_at: Option<Moment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventDocument {
    #[serde(deserialize_with = "event_id::one")]
    id: EventId,
    #[serde(default)]
    title: String,
    #[serde(deserialize_with = "instant")]
    start: Instant,
    #[serde(deserialize_with = "instant")]
    end: Instant,
    #[serde(deserialize_with = "kind")]
    kind: Kind,
    is_movable: bool,
    #[serde(default)]
    protected: bool,
    #[serde(default)]
    transparent: bool,
    #[serde(default, deserialize_with = "task_id::optional")]
    task_id: Option<TaskId>,
    #[serde(default, deserialize_with = "optional_moment")]
    accepted_at: Option<Moment>,
}

impl ProblemDocument {
    fn into_problem(self) -> Result<NamedProblem, InvalidProblem> {
        if self.schema != 1 {
            return Err(InvalidProblem::new("schema", format!("is {}, and only 1 is known", self.schema)));
        }
        let mode = match (self.mode, self.trigger_task_id) {
            (ModeName::Demand, Some(trigger)) => Mode::Demand { trigger },
            (ModeName::Conflict, None) => Mode::Conflict,
            (ModeName::Demand, None) => {
                return Err(InvalidProblem::new("trigger_task_id", "must be there in demand mode"));
            }
            (ModeName::Conflict, Some(_)) => {
                return Err(InvalidProblem::new("trigger_task_id", "must be null in conflict mode"));
            }
        };
        let events: Result<Vec<Event>, InvalidProblem> = self
            .events
            .into_iter()
            .enumerate()
            .map(|(index, Object(event))| event.into_event(index))
            .collect();
        let busy: Result<Vec<_>, InvalidProblem> = self
            .busy
            .into_iter()
            .enumerate()
            .map(|(index, Object(busy))| busy.interval(|| format!("busy[{index}]")))
            .collect();
        let problem = Problem {
            mode,
            now: self.now,
            settings: self.settings.0.into_settings()?,
            used_churn_today: self.used_churn_today,
            override_churn_cap: self.override_churn_cap,
            tasks: self.tasks.into_iter().map(|Object(task)| task.into_task()).collect(),
            events: events?,
            busy: busy?,
        };
        Ok(NamedProblem { name: self.id, problem })
    }
}

impl SettingsDocument {
    fn into_settings(self) -> Result<Settings, InvalidProblem> {
        let default = Settings::default();
        let zone = match self.zone {
            Some(name) => Zone::named(&name)
                .map_err(|error| InvalidProblem::new("settings.zone", format!("{name:?} is an {error}")))?,
            None => default.zone,
        };
        Ok(Settings {
            zone,
            day_start_minute: self.day_start_min.unwrap_or(default.day_start_minute),
            day_end_minute: self.day_end_min.unwrap_or(default.day_end_minute),
            rest_gap_minutes: self.rest_gap_min.unwrap_or(default.rest_gap_minutes),
            focus_min_minutes: self.focus_min.unwrap_or(default.focus_min_minutes),
            focus_max_minutes: self.focus_max.unwrap_or(default.focus_max_minutes),
            lookahead_days: self.lookahead_days.unwrap_or(default.lookahead_days),
            lead_minutes: self.lead_minutes.unwrap_or(default.lead_minutes),
            relocation_spill_days: self.relocation_spill_days.unwrap_or(default.relocation_spill_days),
            allow_delete: self.allow_delete.unwrap_or(default.allow_delete),
            energy: self.energy.unwrap_or(default.energy),
            churn_cap: self.churn_cap.unwrap_or(default.churn_cap),
            churn_cap_max: self.churn_cap_max.unwrap_or(default.churn_cap_max),
        })
    }
}

impl TaskDocument {
    fn into_task(self) -> Task {
        Task {
            id: self.id,
            title: self.title,
            kind: self.kind,
            due: self.due,
            priority: self.priority_score,
            effort_minutes: self.effort_minutes,
            due_changed_at: self.due_changed_at,
        }
    }
}

impl EventDocument {
    fn into_event(self, index: usize) -> Result<Event, InvalidProblem> {
        let span = Span { start: self.start, end: self.end };
        Ok(Event {
            id: self.id,
            title: self.title,
            interval: span.interval(|| format!("events[{index}]"))?,
            kind: self.kind,
            is_movable: self.is_movable,
            protected: self.protected,
            transparent: self.transparent,
            task: self.task_id,
            accepted_at: self.accepted_at,
        })
    }
}

/// A number with at most three decimals.
fn priority<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Priority, D::Error> {
    const LARGEST: f64 = 1e9;
    let number = f64::deserialize(deserializer)?;
    let thousandths = (number * 1000.0).round();
    if !number.is_finite() || number.abs() > LARGEST || (number * 1000.0 - thousandths).abs() > 1e-3 {
        return Err(serde::de::Error::custom(format!("{number} is no number with at most 3 decimals")));
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number of at most 10^12")]
    Ok(Priority::from_thousandths(thousandths as i64))
}

fn priority_as_number(priority: Priority) -> Value {
    if priority.thousandths() % 1000 == 0 {
        return json!(priority.thousandths() / 1000);
    }
    #[expect(clippy::cast_precision_loss, reason = "read back with three decimals, of which none is lost")]
    let number = priority.thousandths() as f64 / 1000.0;
    json!(number)
}
