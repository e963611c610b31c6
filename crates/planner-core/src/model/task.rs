use std::fmt;

use uuid::Uuid;

use super::names;
use crate::time::{Instant, Moment};

/// Names a task.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub Uuid);

impl From<Uuid> for TaskId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

names! {
    /// What a task is.
    pub enum TaskKind {
        /// An exam to study for.
        Exam = "EXAM",
        /// Something to hand in.
        Assignment = "ASSIGNMENT",
        /// Anything else that has a due time.
        Other = "OTHER",
    }
}

/// How much a task matters, 0 and up, to three decimals. 70 and more sets off a proposal unless the student says
/// otherwise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority(i64);

impl Priority {
    /// The priority of `thousandths` / 1000.
    pub const fn from_thousandths(thousandths: i64) -> Self {
        Self(thousandths)
    }

    /// A thousand times the score.
    pub const fn thousandths(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / 1000, self.0.unsigned_abs() % 1000);
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let decimals = format!("{rest:03}");
        write!(f, "{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }
}

impl fmt::Debug for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Something to get done by a time, such as an exam.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its identity.
    pub id: TaskId,
    /// What the student calls it.
    pub title: String,
    /// What it is.
    pub kind: TaskKind,
    /// When it is due: study after that is of no use.
    pub due: Instant,
    /// How much it matters.
    pub priority: Priority,
    /// Minutes of study that it asks for in all.
    pub effort_minutes: u32,
    /// When the due time was last changed.
    pub due_changed_at: Option<Moment>,
}

impl Task {
    /// Whether this task goes before `other`: the more important, then the earlier due, then the larger one.
    ///
    /// The smaller id decides between tasks that agree in all three, so two different tasks never tie.
    pub fn ranks_before(&self, other: &Self) -> bool {
        let key = |task: &Self| {
            (std::cmp::Reverse(task.priority), task.due, std::cmp::Reverse(task.effort_minutes), task.id)
        };
        key(self) < key(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_priority_is_written_without_useless_zeros() {
        let text = |thousandths| Priority::from_thousandths(thousandths).to_string();
        assert_eq!([text(80_000), text(70_500), text(1), text(-2_250)], ["80", "70.5", "0.001", "-2.25"]);
    }
}
