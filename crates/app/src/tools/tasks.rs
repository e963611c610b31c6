use async_trait::async_trait;
use planner_core::model::{Priority, TaskId, TaskKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::words::{Time, Untrusted};
use super::{CallError, Definition, Hints};
use crate::App;
use crate::identity::User;
use crate::ports::{Page, Position, TaskFields, TaskRecord, TaskStatus};

const MOST_LISTED: u16 = 100;

pub(super) struct ListTasks;
pub(super) struct CreateTask;
pub(super) struct TaskSlack;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListInput {
    /// How many to list, 1 to 100. Null: 50.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u16>,
    /// Go on after this task, by its id. Null: from the first.
    #[serde(default)]
    after_task_id: Option<Uuid>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Listed {
    /// The tasks, the oldest first.
    #[schemars(length(max = 100))]
    tasks: Vec<TaskTold>,
    /// Whether there are more; send the last one's id as `after_task_id`.
    has_more: bool,
}

/// Something to get done.
#[derive(Serialize, JsonSchema)]
pub(super) struct TaskTold {
    task_id: Uuid,
    title: Untrusted,
    #[serde(rename = "type")]
    kind: KindName,
    /// When it is due. Null: at no time.
    due: Option<Time>,
    /// How much it matters, 0 to 100.
    #[schemars(range(min = 0.0, max = 100.0))]
    priority: f64,
    /// Minutes of study that it asks for in all.
    #[schemars(range(min = 0, max = 525_600))]
    effort_minutes: u32,
    is_done: bool,
}

#[derive(Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum KindName {
    Exam,
    Assignment,
    Other,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateInput {
    /// What the user calls it.
    #[schemars(length(min = 1, max = 500))]
    title: String,
    /// What it is.
    #[serde(rename = "type")]
    kind: KindName,
    /// When it is due: a whole minute, as RFC 3339 with an offset. Null: at no time, and then nothing can be planned for it.
    #[serde(default)]
    due: Option<Time>,
    /// How much it matters, 0 to 100. From the user's threshold on, which is 70 unless they say otherwise, a plan is proposed by itself.
    /// Null: 50.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100))]
    priority: Option<u8>,
    /// Minutes of study that it asks for in all, 0 to 525600. Ask the user rather than guess.
    #[schemars(range(min = 0, max = 525_600))]
    effort_minutes: u32,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SlackInput {
    /// The task, by its id from `list_tasks`.
    task_id: Uuid,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct SlackTold {
    task_id: Uuid,
    /// Minutes of study that it still asks for.
    #[schemars(range(min = 0, max = 10_000_000))]
    needed_minutes: u32,
    /// Minutes in which study could still be placed before it is due.
    #[schemars(range(min = 0, max = 10_000_000))]
    available_minutes: u32,
    /// What is available less what is needed. Below 0 there is too little room.
    #[schemars(range(min = -10_000_000, max = 10_000_000))]
    slack_minutes: i64,
    /// Room is counted up to here.
    counted_until: Time,
    due: Time,
}

#[async_trait]
impl Definition for ListTasks {
    const NAME: &'static str = "list_tasks";
    const TITLE: &'static str = "List tasks";
    const DESCRIPTION: &'static str = "Lists what the user has to get done: exams, assignments and the like, with their ids, due times and how much \
        they matter.";
    const HINTS: Hints = Hints::LOOKS;
    type Input = ListInput;
    type Output = Listed;

    async fn call(app: &App, user: &User, input: ListInput) -> Result<Listed, CallError> {
        let limit = input.limit.unwrap_or(50);
        if !(1..=MOST_LISTED).contains(&limit) {
            return Err(CallError::Arguments("limit: must be in 1..=100".to_owned()));
        }
        let after = match input.after_task_id {
            None => None,
            Some(id) => {
                let task = app.task(user, TaskId(id)).await?;
                Some(Position { at: task.created_at, id })
            }
        };
        let (tasks, has_more) = app.list_tasks(user, Page { after, limit }).await?;
        Ok(Listed { tasks: tasks.iter().map(TaskTold::from).collect(), has_more })
    }
}

#[async_trait]
impl Definition for CreateTask {
    const NAME: &'static str = "create_task";
    const TITLE: &'static str = "Add a task";
    const DESCRIPTION: &'static str = "Adds something to get done, such as an exam. It moves nothing in the calendar; use propose_plan to find room \
        for it.";
    const HINTS: Hints = Hints::ADDS;
    type Input = CreateInput;
    type Output = TaskTold;

    async fn call(app: &App, user: &User, input: CreateInput) -> Result<TaskTold, CallError> {
        let fields = TaskFields {
            title: input.title,
            kind: input.kind.into(),
            due_ts: input.due.map(|due| due.0),
            priority: Priority::from_thousandths(i64::from(input.priority.unwrap_or(50)) * 1000),
            effort_minutes: input.effort_minutes,
            status: TaskStatus::Open,
        };
        Ok(TaskTold::from(&app.create_task(user, fields).await?))
    }
}

#[async_trait]
impl Definition for TaskSlack {
    const NAME: &'static str = "slack";
    const TITLE: &'static str = "How much room is left for a task";
    const DESCRIPTION: &'static str = "Counts how many minutes of study still fit in the calendar as it stands before a task is due, less those that \
        it needs. Use it to say how urgent a task is. It changes nothing.";
    const HINTS: Hints = Hints::LOOKS;
    type Input = SlackInput;
    type Output = SlackTold;

    async fn call(app: &App, user: &User, input: SlackInput) -> Result<SlackTold, CallError> {
        let found = app.task_slack(user, TaskId(input.task_id)).await?;
        Ok(SlackTold {
            task_id: input.task_id,
            needed_minutes: found.slack.needed_minutes,
            available_minutes: found.slack.available_minutes,
            slack_minutes: found.slack.minutes(),
            counted_until: Time(found.slack.counted_until.into()),
            due: Time(found.due.into()),
        })
    }
}

impl From<&TaskRecord> for TaskTold {
    fn from(record: &TaskRecord) -> Self {
        let fields = &record.fields;
        #[expect(clippy::cast_precision_loss, reason = "a priority has few digits")]
        let priority = fields.priority.thousandths() as f64 / 1000.0;
        Self {
            task_id: record.id.0,
            title: Untrusted::new(&fields.title),
            kind: fields.kind.into(),
            due: fields.due_ts.map(Time),
            priority,
            effort_minutes: fields.effort_minutes,
            is_done: fields.status == TaskStatus::Done,
        }
    }
}

impl From<TaskKind> for KindName {
    fn from(kind: TaskKind) -> Self {
        match kind {
            TaskKind::Exam => Self::Exam,
            TaskKind::Assignment => Self::Assignment,
            TaskKind::Other => Self::Other,
        }
    }
}

impl From<KindName> for TaskKind {
    fn from(name: KindName) -> Self {
        match name {
            KindName::Exam => Self::Exam,
            KindName::Assignment => Self::Assignment,
            KindName::Other => Self::Other,
        }
    }
}
