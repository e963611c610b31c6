use super::hours::Hours;
use crate::model::{EventId, Kind, ReasonCode};
use crate::time::{Instant, Interval, LocalDay, Moment, Zone};

/// What is drawn: some days of a calendar, and a plan laid over them.
///
/// [`Picture::of`] makes one. The fields are there to be read and to be changed; whatever they are, drawing them
/// succeeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// What it is about, in a line.
    pub headline: String,
    /// How much changes, in a line.
    pub subline: String,
    /// Where the wall clock hangs.
    pub zone: Zone,
    /// When the plan was asked for.
    pub now: Moment,
    /// The stretch in which something may be placed, if there is one.
    pub open: Option<Interval>,
    /// The waking hours, in minutes since 00:00 on the clock.
    pub waking_minutes: (u16, u16),
    /// When the study has to be done by.
    pub due: Option<Due>,
    /// The days shown, in rows of about a week.
    pub rows: Vec<Vec<LocalDay>>,
    /// The hours of the clock shown.
    pub hours: Hours,
    /// Everything that touches these days, in the order of time.
    pub blocks: Vec<Block>,
    /// What is said below.
    pub remarks: Vec<Remark>,
}

/// The due time of the trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// What is due.
    pub title: String,
    /// When.
    pub at: Instant,
    /// Minutes of study that it asks for in all.
    pub effort_minutes: u32,
}

/// A stretch of time with a title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// When.
    pub interval: Interval,
    /// What is in it; nothing is known of other calendars.
    pub title: String,
    /// What is done with it.
    pub look: Look,
    /// Something else may happen meanwhile.
    pub transparent: bool,
    /// It serves the task that the plan is made for.
    pub linked: bool,
    /// What it is, unless it is of another calendar.
    pub kind: Option<Kind>,
    /// Which event it is, if it is one.
    pub event: Option<EventId>,
    /// Ties it to a remark, and the new place of an event to the old one.
    pub mark: Option<Mark>,
    /// Why it changes, or stays.
    pub reason: Option<ReasonCode>,
}

/// What a plan does with a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// It stays, whatever else holds.
    Fixed,
    /// Opaque time from another calendar.
    Busy,
    /// It could be moved, and stays.
    Flexible,
    /// It stays, and is taken for the trigger.
    Claimed,
    /// It serves the trigger, but is too late for it.
    Stranded,
    /// It is made for the trigger.
    New,
    /// A changed event, where it goes.
    Moved,
    /// A piece of a split event, where it goes.
    Piece,
    /// A changed event, where it was.
    Ghost,
    /// An event that is given up.
    GivenUp,
}

impl Look {
    /// Whether the block is no longer there when the plan is carried out.
    pub const fn is_gone(self) -> bool {
        matches!(self, Self::Ghost | Self::GivenUp)
    }

    /// Whether the plan puts the block there.
    pub const fn is_proposed(self) -> bool {
        matches!(self, Self::New | Self::Moved | Self::Piece)
    }
}

/// What ties a block to a remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// The change of this number, counted from 1 in the order of the plan.
    Change(usize),
    /// Taken for the trigger.
    Claimed,
    /// After the due time.
    Stranded,
}

/// A sentence below the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What it is about.
    pub mark: Mark,
    /// What it says.
    pub sentence: String,
}

impl Picture {
    /// The days shown, in order.
    pub fn days(&self) -> impl Iterator<Item = LocalDay> + '_ {
        self.rows.iter().flatten().copied()
    }
}
