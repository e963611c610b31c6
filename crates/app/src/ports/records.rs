use std::fmt;

use planner_core::check::Rule;
use planner_core::lifecycle::{Proposal, Status, Touched, Write};
use planner_core::model::{
    Answer, Change, Event, EventId, Kind, Note, Objective, Priority, Problem, Settings, Task, TaskId,
    TaskKind,
};
use planner_core::slack::Slack;
use planner_core::time::{Interval, Moment};
use planner_core::why_not::WhyNot;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

/// Where a row came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The system that owns it: `canvascal` for what was entered or planned here.
    pub source: String,
    /// Its name there.
    pub source_id: Option<String>,
}

impl Origin {
    /// Entered or planned here.
    pub fn own() -> Self {
        Self { source: "canvascal".to_owned(), source_id: None }
    }
}

/// What a user says of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct EventFields {
    /// What it is called.
    pub title: String,
    /// When it begins.
    pub start_ts: OffsetDateTime,
    /// When it is over.
    pub end_ts: OffsetDateTime,
    /// What it is.
    pub kind: Kind,
    /// Whether the planner may move it.
    pub is_movable: bool,
    /// Whether it is locked.
    pub protected: bool,
    /// Whether something else may happen meanwhile.
    pub transparent: bool,
    /// The task that it serves.
    pub task_id: Option<TaskId>,
    /// Whatever else the caller keeps with it.
    pub metadata: Map<String, Value>,
}

/// A stored event.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRecord {
    /// Its identity.
    pub id: EventId,
    /// What the user says of it.
    pub fields: EventFields,
    /// Where it came from.
    pub origin: Origin,
    /// Counts its changes from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    pub updated_at: OffsetDateTime,
}

/// Whether a task still asks for time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaskStatus {
    /// It does.
    #[default]
    Open,
    /// It is done.
    Done,
}

impl TaskStatus {
    /// The name used in the database and over HTTP.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Done => "DONE",
        }
    }

    /// The status called `name`, or `None`.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Open, Self::Done].into_iter().find(|status| status.as_str() == name)
    }
}

/// What a user says of a task.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskFields {
    /// What it is called.
    pub title: String,
    /// What it is.
    pub kind: TaskKind,
    /// When it is due, if at any time.
    pub due_ts: Option<OffsetDateTime>,
    /// How much it matters.
    pub priority: Priority,
    /// Minutes of study that it asks for in all.
    pub effort_minutes: u32,
    /// Whether it still asks for time.
    pub status: TaskStatus,
}

/// A stored task.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRecord {
    /// Its identity.
    pub id: TaskId,
    /// What the user says of it.
    pub fields: TaskFields,
    /// Where it came from.
    pub origin: Origin,
    /// When its due time last changed.
    pub due_changed_at: Option<OffsetDateTime>,
    /// Counts its changes from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    pub updated_at: OffsetDateTime,
}

/// What a user has settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSettings {
    /// How to plan.
    pub planning: Settings,
    /// Tasks of at least this priority set off a proposal.
    pub priority_threshold: Priority,
}

impl Default for UserSettings {
    fn default() -> Self {
        Self {
            planning: Settings::default(),
            priority_threshold: planner_core::lifecycle::Policy::default().threshold,
        }
    }
}

/// Where a page of a list goes on: after this row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The row's place in the list's order: an event's start, a task's creation.
    pub at: OffsetDateTime,
    /// The row's identity, which decides between rows of one place.
    pub id: Uuid,
}

/// A page of a list, in a stable order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where it goes on; `None` for the first page.
    pub after: Option<Position>,
    /// The most rows to give.
    pub limit: u16,
}

impl Page {
    /// The same page and one row more, which tells whether another page follows.
    pub(crate) fn and_one_more(self) -> Self {
        Self { limit: self.limit.saturating_add(1), ..self }
    }

    /// This page of the rows that [`and_one_more`](Self::and_one_more) gave, and whether more follow.
    pub(crate) fn cut<T>(self, mut rows: Vec<T>) -> (Vec<T>, bool) {
        let limit = usize::from(self.limit);
        let more = rows.len() > limit;
        rows.truncate(limit);
        (rows, more)
    }
}

/// A page of the events that touch a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPage {
    /// Only events that end after this.
    pub from: Option<OffsetDateTime>,
    /// Only events that start before this.
    pub to: Option<OffsetDateTime>,
    /// Which page.
    pub page: Page,
}

/// A page of proposals, by their creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProposalPage {
    /// Only those that stand so.
    pub status: Option<Status>,
    /// Only those for this task.
    pub trigger: Option<TaskId>,
    /// Only those made then or later.
    pub from: Option<OffsetDateTime>,
    /// Only those made before.
    pub to: Option<OffsetDateTime>,
    /// Which page.
    pub page: Page,
}

/// A page of the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// Only what tells of this.
    pub action: Option<AuditAction>,
    /// Only what is about this proposal.
    pub proposal_id: Option<Uuid>,
    /// Only what is about this task.
    pub trigger: Option<TaskId>,
    /// Only what happened then or later.
    pub from: Option<OffsetDateTime>,
    /// Only what happened before.
    pub to: Option<OffsetDateTime>,
    /// Which page.
    pub page: Page,
}

/// What of a calendar a planning problem is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeekSpan {
    /// Every event that touches this stretch.
    pub span: Interval,
    /// All focus that serves this task as well, whenever it is.
    pub trigger: Option<TaskId>,
    /// These events as well, whenever they are.
    pub also: Vec<EventId>,
    /// Acceptances after this moment are told with the events they changed.
    pub accepted_after: Moment,
}

/// The rows of a planning problem.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WeekRows {
    /// The events, with their versions, in order of start and id. Times that are no whole minutes are widened to such.
    pub events: Vec<(Event, i64)>,
    /// The open or done tasks with a due time that the events refer to, and the trigger if it has one. A link to any
    /// other task is left out of the event.
    pub tasks: Vec<Task>,
    /// When other calendars that the user has chosen for that are busy, as far as it touches the span; earliest first,
    /// each stretch once.
    pub busy: Vec<Interval>,
    /// Those of them of which it is not known for all of the span.
    pub unknown: Vec<UnknownCalendar>,
}

/// A calendar of which it is not known when it is busy. It is not free for that.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownCalendar {
    /// What it is called.
    pub title: String,
    /// When it was last asked about; `None` if never.
    pub since: Option<Moment>,
}

/// A change as a proposal keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct ProposedChange {
    /// What, and why.
    pub change: Change,
    /// Where the event was; `None` for a block that is made.
    pub from: Option<Interval>,
    /// The trigger's priority.
    pub base_priority: Priority,
    /// The mean energy of the time it goes to, in hundredths; 100 where it goes nowhere.
    pub energy_hundredths: u32,
}

/// What a planner was asked, and what it answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The question.
    pub problem: Problem,
    /// The answer.
    pub answer: Answer,
}

/// What is stored of a [`Planned`], as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedOn {
    /// The problem's document.
    pub problem: Value,
    /// The SHA-256 of the answer as `canvascal plan` prints it.
    pub answer_sha256: Vec<u8>,
}

/// Why study stays uncovered, with what was in its way then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// Why.
    pub why_not: WhyNot,
    /// The events that it names as in the way, in its order.
    pub in_the_way: Vec<InTheWay>,
}

/// An event that stands where study would otherwise go, as it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InTheWay {
    /// Its identity.
    pub event: EventId,
    /// What it was called.
    pub title: String,
    /// When it was.
    pub at: Interval,
}

/// A proposal to be stored with its snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct NewProposal {
    /// Its identity.
    pub id: Uuid,
    /// The identity of its snapshot: the rows of every touched event as they are now.
    pub snapshot_id: Uuid,
    /// The task that it is for; `None` where it resolves conflicts.
    pub trigger: Option<TaskId>,
    /// The look-ahead that was asked for.
    pub lookahead_days: Option<u8>,
    /// The cap that was asked for.
    pub override_churn_cap: Option<u32>,
    /// When it was made.
    pub created_at: Moment,
    /// From when on it can no longer be accepted.
    pub expires_at: Moment,
    /// What it amounts to, for people.
    pub summary: String,
    /// The changes, in canonical order.
    pub changes: Vec<ProposedChange>,
    /// Blocks to link to the task, in the order of claiming.
    pub claims: Vec<EventId>,
    /// The events that are changed or claimed, with the versions planned on.
    pub touched: Vec<(EventId, Touched)>,
    /// Remarks on what stays.
    pub notes: Vec<Note>,
    /// Blocks left after the due time.
    pub left_stranded: Vec<EventId>,
    /// What calendars are called of which it was not known when they are busy.
    pub unknown_calendars: Vec<String>,
    /// Minutes to be placed.
    pub need_minutes: u32,
    /// How good the plan is.
    pub objective: Objective,
    /// Whether no better plan exists.
    pub proven_optimal: bool,
    /// What it was planned on; `None` where no planner made it.
    pub planned: Option<Planned>,
    /// Why study stays uncovered, where some does.
    pub shortfall: Option<Shortfall>,
    /// The room that is left for the trigger, if it was counted.
    pub slack: Option<Slack>,
    /// The rules that the checker found kept.
    pub rules_kept: &'static [Rule],
    /// How many microseconds the planning took, if it was measured.
    pub planning_micros: Option<u64>,
}

/// A stored proposal.
#[derive(Clone, Debug, PartialEq)]
pub struct ProposalRecord {
    /// Its identity.
    pub id: Uuid,
    /// The identity of its snapshot.
    pub snapshot_id: Uuid,
    /// What decisions are made on.
    pub proposal: Proposal,
    /// The changes with their reasons, in canonical order.
    pub changes: Vec<ProposedChange>,
    /// The look-ahead that was asked for.
    pub lookahead_days: Option<u8>,
    /// The cap that was asked for.
    pub override_churn_cap: Option<u32>,
    /// What it amounts to, for people.
    pub summary: String,
    /// Remarks on what stays.
    pub notes: Vec<Note>,
    /// Blocks left after the due time.
    pub left_stranded: Vec<EventId>,
    /// What calendars are called of which it was not known when they are busy.
    pub unknown_calendars: Vec<String>,
    /// Minutes to be placed.
    pub need_minutes: u32,
    /// How good the plan is.
    pub objective: Objective,
    /// Whether no better plan exists.
    pub proven_optimal: bool,
    /// No plan is better than this; `None` where it was not kept.
    pub bound: Option<Objective>,
    /// Why study stayed uncovered, where some did.
    pub shortfall: Option<Shortfall>,
    /// The room that was left for the trigger, if it was counted.
    pub slack: Option<Slack>,
    /// When it was made.
    pub created_at: Moment,
    /// When it was accepted.
    pub accepted_at: Option<Moment>,
    /// Until when it can be undone.
    pub reversible_until: Option<Moment>,
    /// When it was rejected, expired or undone.
    pub closed_at: Option<Moment>,
}

impl ProposalRecord {
    /// The same as it stands at `now`: left undecided for too long, it is expired.
    #[must_use]
    pub fn standing_at(mut self, now: Moment) -> Self {
        if self.proposal.status == Status::Proposed && self.proposal.expires_at <= now {
            self.proposal.status = Status::Expired;
        }
        self
    }

    /// Why it changes what it changes, and why the rest stays: each reason once, in alphabetical order.
    pub fn reason_codes(&self) -> Vec<&'static str> {
        let changes = self.changes.iter().map(|proposed| proposed.change.reason.as_str());
        let mut codes: Vec<_> = changes.chain(self.notes.iter().map(|note| note.reason.as_str())).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}

/// An accepted change, ready to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct AppliedChange {
    /// What to write.
    pub write: Write,
    /// The identity of the event that it makes: a new block, or the second piece of a split.
    pub new_event: Option<EventId>,
}

/// A secret that undoes a proposal. Prints as nothing; only its digest is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct UndoToken(String);

impl UndoToken {
    /// A token with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one who may undo.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UndoToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UndoToken(…)")
    }
}

/// What an audit row tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuditAction {
    /// A proposal was made.
    Created,
    /// None was made.
    CreateRefused,
    /// A proposal was replaced by a newer one.
    Superseded,
    /// A proposal was applied.
    Accepted,
    /// It was not.
    AcceptRefused,
    /// A proposal was turned down.
    Rejected,
    /// It was not.
    RejectRefused,
    /// A proposal was left undecided for too long.
    Expired,
    /// A proposal was taken back.
    Undone,
    /// It was not.
    UndoRefused,
    /// An agent called a tool.
    ToolCalled,
}

impl AuditAction {
    /// Every one there is.
    pub const ALL: [Self; 11] = [
        Self::Created,
        Self::CreateRefused,
        Self::Superseded,
        Self::Accepted,
        Self::AcceptRefused,
        Self::Rejected,
        Self::RejectRefused,
        Self::Expired,
        Self::Undone,
        Self::UndoRefused,
        Self::ToolCalled,
    ];

    /// The one called `name`, or `None`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }

    /// The name used in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::CreateRefused => "CREATE_REFUSED",
            Self::Superseded => "SUPERSEDED",
            Self::Accepted => "ACCEPTED",
            Self::AcceptRefused => "ACCEPT_REFUSED",
            Self::Rejected => "REJECTED",
            Self::RejectRefused => "REJECT_REFUSED",
            Self::Expired => "EXPIRED",
            Self::Undone => "UNDONE",
            Self::UndoRefused => "UNDO_REFUSED",
            Self::ToolCalled => "TOOL_CALLED",
        }
    }
}

/// A row of the audit.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Its identity.
    pub id: Uuid,
    /// What it tells of.
    pub action: AuditAction,
    /// The proposal, as far as one is known or was named.
    pub proposal_id: Option<Uuid>,
    /// The task, as far as one is known or was named.
    pub trigger: Option<TaskId>,
    /// The reason codes: of the changes, or of the refusal.
    pub reason_codes: Vec<String>,
    /// Counts and other facts.
    pub detail: Map<String, Value>,
    /// When it happened.
    pub at: Moment,
}
