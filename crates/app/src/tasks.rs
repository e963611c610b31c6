//! What there is to get done.

use planner_core::lifecycle::{TaskState, sets_off};
use planner_core::model::TaskId;
use planner_core::time::Moment;

use crate::identity::{User, UserId};
use crate::ports::canvas::SyncedTask;
use crate::ports::{Access, Actor, Origin, Page, StoreError, TaskFields, TaskRecord, TaskStatus, Unit};
use crate::work::{proposing, proposing_imported};
use crate::{App, Failure, FieldError, TaskTriggers, validate};

/// No reason but the common ones keeps an owner from editing their own tasks.
pub type TaskFailure = Failure<std::convert::Infallible>;

impl App {
    /// A page of the user's tasks, and whether more follow.
    ///
    /// # Errors
    /// [`Failure::Store`] where the store fails.
    pub async fn list_tasks(&self, user: &User, page: Page) -> Result<(Vec<TaskRecord>, bool), TaskFailure> {
        let mut unit = self.begin(user, Access::Read).await?;
        let tasks = unit.tasks(&page.and_one_more()).await?;
        unit.commit().await?;
        Ok(page.cut(tasks))
    }

    /// One task.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the user has no such task.
    pub async fn task(&self, user: &User, id: TaskId) -> Result<TaskRecord, TaskFailure> {
        let mut unit = self.begin(user, Access::Read).await?;
        let task = unit.task(id).await?;
        unit.commit().await?;
        task.ok_or(Failure::NotFound)
    }

    /// Adds a task.
    ///
    /// # Errors
    /// [`Failure::Invalid`] where a field is out of bounds.
    pub async fn create_task(&self, user: &User, fields: TaskFields) -> Result<TaskRecord, TaskFailure> {
        check(&fields)?;
        let mut unit = self.begin(user, Access::Write(Actor::Owner)).await?;
        let task = unit.insert_task(TaskId(self.ids.id()), &fields, &Origin::own()).await?;
        self.watch(unit.as_mut(), user, None, &task).await?;
        unit.commit().await?;
        Ok(task)
    }

    /// Changes what a task says, if it is the one that is `meant`; `edit` gets it as it is.
    ///
    /// # Errors
    /// [`Failure::NotFound`], [`Failure::Outdated`] where another version is meant, or [`Failure::Invalid`] where a
    /// field is out of bounds.
    pub async fn edit_task(
        &self,
        user: &User,
        id: TaskId,
        meant: impl FnOnce(&TaskRecord) -> bool + Send,
        edit: impl FnOnce(TaskFields) -> TaskFields + Send,
    ) -> Result<TaskRecord, TaskFailure> {
        let mut unit = self.begin(user, Access::Write(Actor::Owner)).await?;
        let record = unit.task(id).await?.ok_or(Failure::NotFound)?;
        if !meant(&record) {
            return Err(Failure::Outdated);
        }
        let state = state(&record.fields);
        let fields = edit(record.fields);
        check(&fields)?;
        let task = unit.update_task(id, &fields).await?.ok_or(Failure::NotFound)?;
        self.watch(unit.as_mut(), user, Some(&state), &task).await?;
        unit.commit().await?;
        Ok(task)
    }

    /// Removes a task, if it is the one that is `meant`. Events that served it stay, and serve none.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the user has no such task, [`Failure::Outdated`] where another version is meant.
    pub async fn delete_task(
        &self,
        user: &User,
        id: TaskId,
        meant: impl FnOnce(&TaskRecord) -> bool + Send,
    ) -> Result<(), TaskFailure> {
        let mut unit = self.begin(user, Access::Write(Actor::Owner)).await?;
        let record = unit.task(id).await?.ok_or(Failure::NotFound)?;
        if !meant(&record) {
            return Err(Failure::Outdated);
        }
        unit.delete_task(id).await?;
        unit.commit().await?;
        Ok(())
    }
}

impl App {
    /// Asks for a proposal where writing a task sets one off, unless the database does.
    async fn watch(
        &self,
        unit: &mut dyn Unit,
        user: &User,
        before: Option<&TaskState>,
        task: &TaskRecord,
    ) -> Result<(), StoreError> {
        if self.task_triggers == TaskTriggers::Database {
            return Ok(());
        }
        let (threshold, now) = (unit.settings().await?.priority_threshold, self.now());
        if sets_off(before, &state(&task.fields), threshold, now) {
            unit.enqueue(&proposing(user.id, task.id, now)).await?;
        }
        Ok(())
    }

    /// The same for a task that was imported, whose proposal waits until it is due before long: what was not asked for one
    /// by one is not proposed all at once.
    pub(crate) async fn watch_imported(
        &self,
        unit: &mut dyn Unit,
        user: UserId,
        before: Option<&TaskState>,
        task: &SyncedTask,
    ) -> Result<(), StoreError> {
        if self.task_triggers == TaskTriggers::Database {
            return Ok(());
        }
        let (threshold, now, after) =
            (unit.settings().await?.priority_threshold, self.now(), state(&task.fields));
        if let Some(due) = after.due
            && sets_off(before, &after, threshold, now)
        {
            unit.enqueue(&proposing_imported(user, task.id, due, now)).await?;
        }
        Ok(())
    }
}

/// What of a task decides whether it sets off a proposal.
pub(crate) fn state(fields: &TaskFields) -> TaskState {
    TaskState {
        is_open: fields.status == TaskStatus::Open,
        due: fields.due_ts.map(Moment::from),
        priority: fields.priority,
    }
}

fn check(fields: &TaskFields) -> Result<(), TaskFailure> {
    let mut errors = Vec::new();
    validate::title(&mut errors, &fields.title);
    if let Some(due) = fields.due_ts {
        validate::whole_minute(&mut errors, "due_ts", due);
    }
    if !(0..=100_000).contains(&fields.priority.thousandths()) {
        errors.push(FieldError::new("priority_score", "must be in 0..=100"));
    }
    if fields.effort_minutes > validate::MAX_EFFORT_MINUTES {
        errors.push(FieldError::new(
            "effort_minutes",
            format!("must be at most {}", validate::MAX_EFFORT_MINUTES),
        ));
    }
    validate::verdict(errors)
}
