use std::fmt;

use uuid::Uuid;

use super::{TaskId, names};
use crate::time::{Interval, Moment};

/// Names an event of the student's calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub Uuid);

impl From<Uuid> for EventId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

names! {
    /// What an event is, and with that whether the planner may ever touch it.
    pub enum Kind {
        /// A lecture, a seminar, a lab.
        Class = "CLASS",
        /// A paid shift.
        Work = "WORK",
        /// Sleep.
        Sleep = "SLEEP",
        /// Time in which nobody may disturb.
        Dnd = "DND",
        /// The exam itself.
        Exam = "EXAM",
        /// Concentrated study. Two of them keep a rest between them.
        Focus = "FOCUS",
        /// Recreation that can be had at another time.
        Chill = "CHILL",
        /// Chores that can be done at another time.
        LowPriority = "LOW_PRIORITY",
        /// Anything else.
        Other = "OTHER",
    }
}

impl Kind {
    /// Whether events of this kind may be moved at all.
    pub const fn may_move(self) -> bool {
        matches!(self, Self::Focus | Self::Chill | Self::LowPriority)
    }

    /// Whether events of this kind may be given up, where the student allows it.
    pub const fn may_be_deleted(self) -> bool {
        matches!(self, Self::Chill | Self::LowPriority)
    }
}

/// An event of the student's calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its identity.
    pub id: EventId,
    /// What the student calls it.
    pub title: String,
    /// When it is.
    pub interval: Interval,
    /// What it is.
    pub kind: Kind,
    /// The student lets it be moved.
    pub is_movable: bool,
    /// The student has locked it; this wins over `is_movable`.
    pub protected: bool,
    /// It takes no time away: something else may happen meanwhile.
    pub transparent: bool,
    /// The task it serves.
    pub task: Option<TaskId>,
    /// When a proposal that changed or created it was last accepted, unless that was undone.
    pub accepted_at: Option<Moment>,
}

impl Event {
    /// Whether it keeps others out of its time.
    pub const fn blocks(&self) -> bool {
        !self.transparent
    }

    /// Whether it counts for the rest between focus blocks.
    pub fn is_focus(&self) -> bool {
        self.kind == Kind::Focus
    }
}
