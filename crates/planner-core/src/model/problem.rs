use std::collections::BTreeSet;

use super::{Event, Settings, Task, TaskId};
use crate::time::{Instant, Interval, Moment};

/// What the planner is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Make room to study for this task.
    Demand {
        /// The task that the proposal is made for.
        trigger: TaskId,
    },
    /// Move what stands in the way of fixed events, or of each other.
    Conflict,
}

/// A planning problem: all that the planner may know.
///
/// The order of `tasks`, `events` and `busy` carries no meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is asked.
    pub mode: Mode,
    /// The moment at which it is asked.
    pub now: Moment,
    /// The student's settings.
    pub settings: Settings,
    /// Churn applied on the student's local day so far, undone or not.
    pub used_churn_today: u32,
    /// The cap that this request asks for, if it asks for one.
    pub override_churn_cap: Option<u32>,
    /// Every task that the trigger or an event refers to.
    pub tasks: Vec<Task>,
    /// Every event that may matter: the window, what lies within a rest gap of it, and all focus of the trigger.
    pub events: Vec<Event>,
    /// Opaque time from other calendars; it may overlap anything.
    pub busy: Vec<Interval>,
}

/// A problem that contradicts itself or leaves the bounds of what can be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct InvalidProblem {
    /// The path of the offending field, such as `events[3].task_id`.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl InvalidProblem {
    /// A complaint about `field`.
    pub fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }
}

impl Problem {
    /// A minute count that no effort or churn of a student reaches; it keeps sums far from overflow.
    const MOST_MINUTES: u32 = 10_000_000;

    /// The task that the proposal is made for, if the mode has one.
    pub fn trigger(&self) -> Option<&Task> {
        match self.mode {
            Mode::Demand { trigger } => self.tasks.iter().find(|task| task.id == trigger),
            Mode::Conflict => None,
        }
    }

    /// Churn that is left for this proposal: the cap less what was used today, never below 0.
    pub fn budget(&self) -> u32 {
        self.settings.effective_cap(self.override_churn_cap).saturating_sub(self.used_churn_today)
    }

    /// Says which field makes the problem one that cannot be judged, if one does.
    ///
    /// # Errors
    /// [`InvalidProblem`] with the path of the first such field.
    pub fn validate(&self) -> Result<(), InvalidProblem> {
        self.settings.validate()?;
        instant_in_bounds("now", self.now.floor())?;
        let tasks = self.validate_tasks()?;
        if let Mode::Demand { trigger } = self.mode
            && !tasks.contains(&trigger)
        {
            return Err(InvalidProblem::new("trigger_task_id", "names no task of tasks"));
        }
        self.validate_events(&tasks)?;
        for (index, busy) in self.busy.iter().enumerate() {
            interval_in_bounds(&format!("busy[{index}]"), *busy)?;
        }
        Ok(())
    }

    fn validate_tasks(&self) -> Result<BTreeSet<TaskId>, InvalidProblem> {
        let mut seen = BTreeSet::new();
        for (index, task) in self.tasks.iter().enumerate() {
            if !seen.insert(task.id) {
                return Err(InvalidProblem::new(format!("tasks[{index}].id"), "is there twice"));
            }
            instant_in_bounds(&format!("tasks[{index}].due"), task.due)?;
            if task.effort_minutes > Self::MOST_MINUTES {
                return Err(InvalidProblem::new(format!("tasks[{index}].effort_minutes"), "is too large"));
            }
        }
        Ok(seen)
    }

    fn validate_events(&self, tasks: &BTreeSet<TaskId>) -> Result<(), InvalidProblem> {
        let mut seen = BTreeSet::new();
        for (index, event) in self.events.iter().enumerate() {
            if !seen.insert(event.id) {
                return Err(InvalidProblem::new(format!("events[{index}].id"), "is there twice"));
            }
            interval_in_bounds(&format!("events[{index}]"), event.interval)?;
            if event.task.is_some_and(|task| !tasks.contains(&task)) {
                return Err(InvalidProblem::new(
                    format!("events[{index}].task_id"),
                    "names no task of tasks",
                ));
            }
        }
        Ok(())
    }
}

fn interval_in_bounds(field: &str, interval: Interval) -> Result<(), InvalidProblem> {
    instant_in_bounds(&format!("{field}.start"), interval.start())?;
    instant_in_bounds(&format!("{field}.end"), interval.end())
}

fn instant_in_bounds(field: &str, instant: Instant) -> Result<(), InvalidProblem> {
    // A month inside the representable years, so that no window around the instant leaves them.
    const MARGIN: i64 = 31 * 24 * 60;
    if Instant::MIN.plus(MARGIN) <= instant && instant <= Instant::MAX.plus(-MARGIN) {
        Ok(())
    } else {
        Err(InvalidProblem::new(field, "must lie in the years 1 to 9998"))
    }
}
