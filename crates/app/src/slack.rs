//! How much room is left for a task.

use planner_core::model::TaskId;
use planner_core::slack::{self, Slack};
use planner_core::time::{Instant, Moment};

use crate::identity::User;
use crate::ports::{Access, TaskStatus};
use crate::{App, Failure, week};

/// Why there is no slack to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlackRefusal {
    /// The task has no due time, so it has all the time there is.
    NotDue,
}

/// The room that is left for a task before it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskSlack {
    /// The room. A task that is done needs nothing.
    pub slack: Slack,
    /// When the task is due.
    pub due: Instant,
}

impl App {
    /// How much room is left for a task in the calendar as it stands.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the user has no such task, [`Failure::Refused`] where it has no due time.
    pub async fn task_slack(&self, user: &User, id: TaskId) -> Result<TaskSlack, Failure<SlackRefusal>> {
        let now = self.now();
        let mut unit = self.begin(user, Access::Read).await?;
        let task = unit.task(id).await?.ok_or(Failure::NotFound)?;
        let due = task.fields.due_ts.ok_or(Failure::Refused(SlackRefusal::NotDue))?;
        let settings = unit.settings().await?;
        let problem = week::load_until_due(unit.as_mut(), &task, &settings.planning, now).await?;
        unit.commit().await?;
        let problem = problem.ok_or(Failure::Refused(SlackRefusal::NotDue))?;
        let mut slack = slack::of(&problem).map_err(|error| Failure::Contradiction(error.to_string()))?;
        if task.fields.status == TaskStatus::Done {
            slack.needed_minutes = 0;
        }
        Ok(TaskSlack { slack, due: Moment::from(due).floor() })
    }
}
