//! What something to do at Canvas becomes here. All of it is decided by what Canvas says and what the owner has settled,
//! and by no clock, so that a sync which finds nothing new writes nothing. `docs/how-to/canvas.md` tells the same.

use std::collections::BTreeMap;

use planner_core::model::{Priority, TaskId, TaskKind};
use uuid::Uuid;

use crate::identity::UserId;
use crate::ports::canvas::{
    CourseChoice, Form, Host, Imported, ItemKind, ItemRecord, RemoteGroup, RemoteItem, SyncedTask,
};
use crate::ports::{TaskFields, TaskStatus};
use crate::validate::MAX_TITLE_CHARS;

/// Names of what comes from a Canvas are made in here.
const NAMES: Uuid = Uuid::from_u128(0x6a1d_3c52_0f0e_4b8b_9d57_c2f4_11a8_7e30);

/// The most effort that is guessed, before its owner says how it is with this course.
const MOST_MINUTES: u64 = 600;

/// Effort is told in quarters of an hour.
const STEP_MINUTES: u64 = 15;

/// The most that a guess says something matters.
const MOST_PRIORITY: i64 = 95_000;

/// The most of a grade that something is guessed to decide where no group has a weight, in thousandths: at the beginning of a
/// term there is one thing to do, which is not all that the grade is made of.
const MOST_BY_POINTS: u32 = 100;

/// Words of a title by which an exam is known.
const EXAM_WORDS: [&str; 11] = [
    "exam",
    "exams",
    "examination",
    "midterm",
    "midterms",
    "finals",
    "test",
    "klausur",
    "prüfung",
    "abschlussprüfung",
    "examen",
];

/// A course's identity here.
pub(super) fn course_id(user: UserId, host: &Host, canvas_id: &str) -> Uuid {
    Uuid::new_v5(&NAMES, format!("{user}/{host}/course/{canvas_id}").as_bytes())
}

/// The identity of the task that an item becomes.
pub(super) fn task_id(user: UserId, host: &Host, kind: ItemKind, canvas_id: &str) -> TaskId {
    TaskId(Uuid::new_v5(&NAMES, format!("{user}/{}", source_id(host, kind, canvas_id)).as_bytes()))
}

/// An item's name at Canvas.
pub(super) fn source_id(host: &Host, kind: ItemKind, canvas_id: &str) -> String {
    format!("{host}/{}/{canvas_id}", kind.as_str())
}

/// What the grade of a course is made of.
#[derive(Debug, Default)]
pub(super) struct Grade {
    /// In thousandths, by group, where groups have weights.
    weights: Option<BTreeMap<String, u32>>,
    /// Points by group, or all of them under no group.
    points: BTreeMap<Option<String>, u64>,
}

impl Grade {
    /// The grade of a course with these groups and items.
    pub(super) fn new(is_weighted: bool, groups: &[RemoteGroup], items: &[RemoteItem]) -> Self {
        let weights = is_weighted
            .then(|| groups.iter().map(|group| (group.id.clone(), group.weight_permille)).collect());
        let mut grade = Self { weights, points: BTreeMap::new() };
        for item in items.iter().filter(|item| counts(item)) {
            let points = grade.points.entry(grade.pot(item)).or_default();
            *points = points.saturating_add(item.points.unwrap_or_default());
        }
        grade
    }

    fn pot(&self, item: &RemoteItem) -> Option<String> {
        item.group.clone().filter(|_| self.weights.is_some())
    }

    /// How much of the grade an item decides, in thousandths.
    pub(super) fn share_permille(&self, item: &RemoteItem) -> u32 {
        let Some(points) = item.points.filter(|_| counts(item)) else { return 0 };
        let pot = self.pot(item);
        let of = self.points.get(&pot).copied().unwrap_or_default();
        if of == 0 {
            return 0;
        }
        let (whole, most) = match &self.weights {
            Some(weights) => {
                let weight = pot.and_then(|group| weights.get(&group).copied()).unwrap_or_default();
                (weight.min(1000), 1000)
            }
            None => (1000, MOST_BY_POINTS),
        };
        let share = u128::from(whole) * u128::from(points) / u128::from(of);
        u32::try_from(share).map_or(most, |share| share.min(most))
    }
}

fn counts(item: &RemoteItem) -> bool {
    item.is_counted && item.is_published
}

/// What an item is for whoever has to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Exam,
    Quiz,
    Assignment,
    Discussion,
    Note,
    Page,
}

impl Sort {
    fn of(item: &RemoteItem) -> Self {
        match item.kind {
            ItemKind::Assignment | ItemKind::Quiz if is_exam(&item.title) => Self::Exam,
            ItemKind::Assignment => match item.form {
                Form::Work => Self::Assignment,
                Form::Quiz => Self::Quiz,
                Form::Discussion => Self::Discussion,
            },
            ItemKind::Quiz => Self::Quiz,
            ItemKind::Discussion => Self::Discussion,
            ItemKind::Note => Self::Note,
            ItemKind::Page => Self::Page,
        }
    }

    fn kind(self) -> TaskKind {
        match self {
            Self::Exam => TaskKind::Exam,
            Self::Quiz | Self::Assignment | Self::Discussion => TaskKind::Assignment,
            Self::Note | Self::Page => TaskKind::Other,
        }
    }

    /// Minutes that it takes, and how much it matters, where it decides nothing of the grade.
    fn base(self) -> (u64, i64) {
        match self {
            Self::Exam => (240, 70),
            Self::Assignment => (90, 45),
            Self::Quiz => (60, 45),
            Self::Discussion => (45, 35),
            Self::Note => (30, 30),
            Self::Page => (30, 20),
        }
    }
}

fn is_exam(title: &str) -> bool {
    let title = title.to_lowercase();
    title.split(|c: char| !c.is_alphanumeric()).any(|word| EXAM_WORDS.contains(&word))
}

/// What the task of an item says, where its owner says nothing else. `label` is what the course is called for short.
pub(super) fn fields(
    item: &RemoteItem,
    label: &str,
    share_permille: u32,
    choice: &CourseChoice,
) -> TaskFields {
    let sort = Sort::of(item);
    let (minutes, priority) = sort.base();
    let is_to_be_done = !item.is_done && item.is_published && !choice.is_ignored;
    TaskFields {
        title: title(&item.title, label),
        kind: sort.kind(),
        due_ts: item.due,
        priority: choice.priority.unwrap_or_else(|| {
            let thousandths = priority * 1000 + i64::from(share_permille) * 200;
            Priority::from_thousandths(thousandths.min(MOST_PRIORITY))
        }),
        effort_minutes: effort(minutes, share_permille, choice.effort_percent),
        status: if is_to_be_done { TaskStatus::Open } else { TaskStatus::Done },
    }
}

/// A quarter of an hour more for each percent of the grade; then what the owner says of the course.
fn effort(base: u64, share_permille: u32, percent: u16) -> u32 {
    let minutes = (base + u64::from(share_permille) * 3 / 2).min(MOST_MINUTES) * u64::from(percent) / 100;
    let steps = ((minutes + STEP_MINUTES / 2) / STEP_MINUTES).max(1);
    u32::try_from(steps * STEP_MINUTES).unwrap_or(u32::MAX)
}

/// One line, of which the course is a part: many courses have a first homework.
fn title(title: &str, label: &str) -> String {
    let title = one_line(title);
    let title = if title.is_empty() { "Untitled".to_owned() } else { title };
    let label = one_line(label);
    let suffix = if label.is_empty() { String::new() } else { format!(" ({})", cut(&label, 60)) };
    let room = MAX_TITLE_CHARS - suffix.chars().count();
    format!("{}{suffix}", cut(&title, room))
}

pub(super) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

pub(super) fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

/// What a task says that was imported once and is imported again: what its owner has changed stays, field by field.
fn merged(before: &TaskFields, task: &TaskFields, now: &TaskFields) -> TaskFields {
    fn pick<T: Clone + PartialEq>(before: &T, task: &T, now: &T) -> T {
        if task == before { now.clone() } else { task.clone() }
    }
    TaskFields {
        title: pick(&before.title, &task.title, &now.title),
        kind: pick(&before.kind, &task.kind, &now.kind),
        due_ts: pick(&before.due_ts, &task.due_ts, &now.due_ts),
        priority: pick(&before.priority, &task.priority, &now.priority),
        effort_minutes: pick(&before.effort_minutes, &task.effort_minutes, &now.effort_minutes),
        status: pick(&before.status, &task.status, &now.status),
    }
}

/// What is to be written for something that was imported.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Writes {
    pub(super) items: Vec<ItemRecord>,
    pub(super) tasks: Vec<SyncedTask>,
}

impl Writes {
    /// Notes what is to be written so that `item` is what was imported. A task that its owner has deleted stays deleted, and
    /// what is new and not wanted becomes none.
    pub(super) fn import(
        &mut self,
        host: &Host,
        item: ItemRecord,
        known: Option<&Imported>,
        is_wanted: bool,
    ) {
        let before = known.and_then(|known| known.item.as_ref());
        let task = known.and_then(|known| known.task.as_ref());
        let fields = match (before, task) {
            (None, None) if !is_wanted => return,
            (None, _) => Some(item.imported.clone()),
            (Some(_), None) => None,
            (Some(before), Some(task)) => Some(merged(&before.imported, &task.fields, &item.imported)),
        };
        if let Some(fields) = fields.filter(|fields| task.is_none_or(|task| task.fields != *fields)) {
            let source_id = source_id(host, item.kind, &item.canvas_id);
            self.tasks.push(SyncedTask { id: item.task, fields, source_id });
        }
        if before != Some(&item) {
            self.items.push(item);
        }
    }

    /// Notes that there is nothing left to do for something that has disappeared.
    pub(super) fn close(&mut self, host: &Host, known: &Imported) {
        let Some(item) = &known.item else { return };
        let imported = TaskFields { status: TaskStatus::Done, ..item.imported.clone() };
        self.import(host, ItemRecord { imported, ..item.clone() }, Some(known), false);
    }
}

#[cfg(test)]
mod tests;
