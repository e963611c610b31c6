use std::collections::BTreeSet;

use async_trait::async_trait;
use planner_core::model::{Priority, TaskId};
use planner_core::time::Moment;
use time::OffsetDateTime;
use uuid::Uuid;

use super::remote::ItemKind;
use super::service::Host;
use crate::ports::google::{AccountState, SyncHealth};
use crate::ports::{StoreError, TaskFields, TaskRecord};

/// How an account was connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// With a token that its owner made by hand.
    Personal,
    /// By signing in.
    Consent,
}

impl TokenKind {
    /// The name used in the database and over HTTP.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Personal => "PERSONAL",
            Self::Consent => "CONSENT",
        }
    }

    /// The kind called `name`, or `None`.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Personal, Self::Consent].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// How far a sync has come. One that was cut off goes on where it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunRecord {
    /// Counts syncs from 1; 0 before the first.
    pub number: i64,
    /// When it began.
    pub started_at: Option<Moment>,
    /// When it was over; `None` while it is not.
    pub finished_at: Option<Moment>,
    /// How many courses there are to be read, once that is known.
    pub courses: Option<u32>,
    /// Those that were read.
    pub done: BTreeSet<Uuid>,
    /// How many things to do were seen.
    pub items: u32,
}

impl RunRecord {
    /// Whether it was begun and is not over.
    pub fn is_open(&self) -> bool {
        self.started_at.is_some() && self.finished_at.is_none()
    }

    /// The next one, which begins now.
    #[must_use]
    pub fn next(&self, now: Moment) -> Self {
        Self { number: self.number + 1, started_at: Some(now), ..Self::default() }
    }
}

/// A user's account at a Canvas. There is at most one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRecord {
    /// Where it is.
    pub host: Host,
    /// Whether it may be used.
    pub state: AccountState,
    /// How it was connected.
    pub kind: TokenKind,
    /// The token, or what new access is got with, sealed; `None` where it is gone.
    pub sealed_token: Option<String>,
    /// The owner's id there.
    pub canvas_id: String,
    /// What the owner is called there.
    pub name: String,
    /// The IANA name of the owner's zone there.
    pub time_zone: Option<String>,
    /// When it was connected.
    pub connected_at: Moment,
    /// The last sync, or the one that is under way.
    pub run: RunRecord,
    /// How it has gone.
    pub health: SyncHealth,
}

/// A sign-in that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRecord {
    /// The digest of the `state` that comes back.
    pub state_digest: Vec<u8>,
    /// Where they were sent.
    pub host: Host,
    /// Where they are sent back to.
    pub redirect_uri: String,
    /// Good for nothing after this.
    pub expires_at: Moment,
}

/// What its owner has settled for a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CourseChoice {
    /// Whether nothing of it is to be done.
    pub is_ignored: bool,
    /// The effort that its tasks ask for, in hundredths of what the rules say.
    pub effort_percent: u16,
    /// How much its tasks matter, instead of what the rules say.
    pub priority: Option<Priority>,
}

impl Default for CourseChoice {
    fn default() -> Self {
        Self { is_ignored: false, effort_percent: 100, priority: None }
    }
}

/// A course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseRecord {
    /// Its identity here.
    pub id: Uuid,
    /// Its id at Canvas.
    pub canvas_id: String,
    /// What it is called.
    pub name: String,
    /// What it is called for short.
    pub code: String,
    /// The term that it is held in.
    pub term: Option<String>,
    /// The IANA name of its zone.
    pub time_zone: Option<String>,
    /// Whether its owner takes part in it now.
    pub is_active: bool,
    /// When it came back empty though there was something to do. A second such reading is believed.
    pub empty_since: Option<Moment>,
    /// What its owner has settled.
    pub choice: CourseChoice,
}

/// Something at Canvas, and the task that it became.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemRecord {
    /// The task.
    pub task: TaskId,
    /// The course, by its identity here; `None` where it belongs to none.
    pub course: Option<Uuid>,
    /// What it is.
    pub kind: ItemKind,
    /// Its id at Canvas.
    pub canvas_id: String,
    /// What was last imported. What the task says otherwise its owner has said.
    pub imported: TaskFields,
}

/// An item, and the task as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The item; `None` where it is not known yet, but its task is there.
    pub item: Option<ItemRecord>,
    /// The task; `None` where its owner has deleted it.
    pub task: Option<TaskRecord>,
}

/// A task as a sync leaves it.
#[derive(Clone, Debug, PartialEq)]
pub struct SyncedTask {
    /// Its identity, new or not.
    pub id: TaskId,
    /// What it says.
    pub fields: TaskFields,
    /// Its name at Canvas; kept as it is where the task is there already.
    pub source_id: String,
}

/// A page of a course, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRecord {
    /// The course, by its identity here.
    pub course: Uuid,
    /// What it is called, and how long it is.
    pub head: PageHead,
    /// What it says, as HTML; of one that is too long its beginning.
    pub body: String,
}

/// A page without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageHead {
    /// Its place in the course: `syllabus`, or `pages/` and what it is called in addresses.
    pub place: String,
    /// What it is called.
    pub title: String,
    /// Whether it was too long to be kept as a whole.
    pub is_cut: bool,
    /// When it was last changed at Canvas, if that is known.
    pub updated_at: Option<OffsetDateTime>,
    /// When it was first read as it is.
    pub read_at: Moment,
}

impl PageHead {
    /// Where the syllabus is.
    pub const SYLLABUS: &'static str = "syllabus";
}

/// What a unit of work keeps of a user's account at a Canvas.
#[async_trait]
pub trait CanvasRecords {
    /// The account, if one was connected.
    async fn canvas_account(&mut self) -> Result<Option<AccountRecord>, StoreError>;

    /// Adds or replaces the account.
    async fn put_canvas_account(&mut self, account: &AccountRecord) -> Result<(), StoreError>;

    /// Forgets the account and everything that is kept for it. Tasks stay.
    async fn forget_canvas(&mut self) -> Result<(), StoreError>;

    /// Remembers a sign-in, and forgets those that have expired at `now`. Of many the oldest are given up.
    async fn put_canvas_sign_in(&mut self, sign_in: &SignInRecord, now: Moment) -> Result<(), StoreError>;

    /// The sign-in of this digest, which is forgotten.
    async fn take_canvas_sign_in(&mut self, state_digest: &[u8]) -> Result<Option<SignInRecord>, StoreError>;

    /// Every course, in order of name and identity.
    async fn canvas_courses(&mut self) -> Result<Vec<CourseRecord>, StoreError>;

    /// One course.
    async fn canvas_course(&mut self, id: Uuid) -> Result<Option<CourseRecord>, StoreError>;

    /// Adds or replaces a course. One that says the same already is not written to.
    async fn put_canvas_course(&mut self, course: &CourseRecord) -> Result<(), StoreError>;

    /// The items of a course, or those of none, and their tasks, in order of task.
    async fn canvas_items(&mut self, course: Option<Uuid>) -> Result<Vec<Imported>, StoreError>;

    /// Those of these tasks that are there, with their items if they have any, in order of task.
    async fn canvas_items_of(&mut self, tasks: &[TaskId]) -> Result<Vec<Imported>, StoreError>;

    /// Adds or replaces items. One that says the same already is not written to.
    async fn put_canvas_items(&mut self, items: &[ItemRecord]) -> Result<(), StoreError>;

    /// Adds or replaces tasks. One that says the same already is not written to.
    async fn put_tasks(&mut self, tasks: &[SyncedTask]) -> Result<(), StoreError>;

    /// What pages there are of each course, in order of course and place.
    async fn canvas_page_heads(&mut self) -> Result<Vec<(Uuid, PageHead)>, StoreError>;

    /// The pages of a course, in order of place.
    async fn canvas_pages(&mut self, course: Uuid) -> Result<Vec<PageRecord>, StoreError>;

    /// Keeps these pages of a course and no others. One that says the same already is not written to.
    async fn put_canvas_pages(&mut self, course: Uuid, pages: &[PageRecord]) -> Result<(), StoreError>;
}
