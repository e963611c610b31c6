use super::{EventId, names};
use crate::time::Interval;

names! {
    /// Why a problem is turned down before any planning.
    pub enum Refusal {
        /// The trigger's due time is not in the future.
        TriggerExpired = "TRIGGER_EXPIRED",
        /// What is left before the due time cannot hold the shortest study block.
        WindowTooShort = "WINDOW_TOO_SHORT",
    }
}

names! {
    /// Why a change is made, or a block kept.
    pub enum ReasonCode {
        /// Too little study time exists before the due time: a block is made.
        InsufficientCapacityCreateFocus = "INSUFFICIENT_CAPACITY_CREATE_FOCUS",
        /// A study block stands after the due time and is brought before it.
        DeadlineProximity = "DEADLINE_PROXIMITY",
        /// Recreation yields to a study block.
        ConflictWithChill = "CONFLICT_WITH_CHILL",
        /// A chore, or focus for a lesser task, yields to a study block.
        HighPriorityPreemption = "HIGH_PRIORITY_PREEMPTION",
        /// A focus block sat too close to a study block to rest in between.
        RestConstraint = "REST_CONSTRAINT",
        /// A fixed event or opaque time needs the place.
        ProtectedWindow = "PROTECTED_WINDOW",
        /// A focus block that already serves the task stays where it is.
        PreserveFocus = "PRESERVE_FOCUS",
    }
}

/// What a change does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Makes a focus block for the trigger.
    Create {
        /// When.
        at: Interval,
    },
    /// Puts an event at another time, its length kept.
    Move {
        /// Which.
        event: EventId,
        /// Where to.
        to: Interval,
    },
    /// Puts an event into two pieces that together last as long.
    Split {
        /// Which.
        event: EventId,
        /// Where to, in time order.
        pieces: [Interval; 2],
    },
    /// Gives an event up.
    Delete {
        /// Which.
        event: EventId,
    },
}

impl Action {
    /// The event that is changed; `None` for one that is made.
    pub const fn event(&self) -> Option<EventId> {
        match self {
            Self::Create { .. } => None,
            Self::Move { event, .. } | Self::Split { event, .. } | Self::Delete { event } => Some(*event),
        }
    }

    /// The intervals that are proposed, in time order.
    pub fn intervals(&self) -> &[Interval] {
        match self {
            Self::Create { at } => std::slice::from_ref(at),
            Self::Move { to, .. } => std::slice::from_ref(to),
            Self::Split { pieces, .. } => pieces,
            Self::Delete { .. } => &[],
        }
    }

    /// What it costs of the day's changes: 2 for a split, else 1.
    pub const fn churn(&self) -> u32 {
        match self {
            Self::Split { .. } => 2,
            _ => 1,
        }
    }

    /// The name used in files and over HTTP.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Create { .. } => "CREATE",
            Self::Move { .. } => "MOVE",
            Self::Split { .. } => "SPLIT",
            Self::Delete { .. } => "DELETE",
        }
    }
}

/// One change of the calendar, with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it does.
    pub action: Action,
    /// Why, for programs.
    pub reason: ReasonCode,
    /// Why, for people.
    pub detail: String,
}

/// A remark on an event that stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Which event.
    pub event: EventId,
    /// Why it is worth a remark.
    pub reason: ReasonCode,
    /// The remark, for people.
    pub detail: String,
}

/// How good a plan is. Smaller is better, and the derived order *is* the goal.
///
/// A field decides only between plans that agree in all fields before it, so no number of small shifts outweighs a
/// study block that is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Objective {
    /// Study blocks of the shortest length that are still missing; in conflict mode the conflicts left.
    pub missing_blocks: u32,
    /// Events given up.
    pub deleted: u32,
    /// Focus events moved or split; those brought in from after the due time do not count.
    pub focus_disturbed: u32,
    /// The churn of all changes.
    pub churn: u32,
    /// Minutes of study still missing.
    pub unmet_minutes: u32,
    /// Blocks made.
    pub created: u32,
    /// Chores changed.
    pub low_priority_disturbed: u32,
    /// Study minutes far from the due time: 1 for each earlier than 72 h before it, 2 for each earlier than 120 h.
    pub proximity: u32,
    /// Over the study minutes placed, what the hour's energy lacks to 150 hundredths.
    pub energy: u32,
    /// Minutes by which events are moved.
    pub displacement_minutes: u32,
    /// Minutes from the window's start to each placed interval.
    pub lateness_minutes: u32,
}

impl Objective {
    /// The objective with these eleven components, the most important first.
    pub const fn from_components(components: [u32; 11]) -> Self {
        Self {
            missing_blocks: components[0],
            deleted: components[1],
            focus_disturbed: components[2],
            churn: components[3],
            unmet_minutes: components[4],
            created: components[5],
            low_priority_disturbed: components[6],
            proximity: components[7],
            energy: components[8],
            displacement_minutes: components[9],
            lateness_minutes: components[10],
        }
    }

    /// The eleven components, the most important first.
    pub const fn components(&self) -> [u32; 11] {
        [
            self.missing_blocks,
            self.deleted,
            self.focus_disturbed,
            self.churn,
            self.unmet_minutes,
            self.created,
            self.low_priority_disturbed,
            self.proximity,
            self.energy,
            self.displacement_minutes,
            self.lateness_minutes,
        ]
    }
}

/// The planner's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "an answer is made once and is nearly always a plan")]
pub enum Answer {
    /// A plan, which may be to change nothing where nothing can be done.
    Planned(Plan),
    /// The study that the trigger asks for is all there.
    NothingToPlan,
    /// The problem cannot be planned for.
    Refused(Refusal),
}

/// What to do. By default nothing, with nothing proven.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Minutes to be placed, after claims and rounding.
    pub need_minutes: u32,
    /// Minutes missing before rounding: what to tell a person.
    pub exact_need_minutes: u32,
    /// Unlinked focus events that are taken for the trigger as they stand, in the order of claiming.
    pub claims: Vec<EventId>,
    /// What to change, in canonical order: by event (blocks made come first), then start.
    pub changes: Vec<Change>,
    /// What deserves a remark though it stays.
    pub notes: Vec<Note>,
    /// Study blocks that the plan leaves after the due time, where they are of no use.
    pub left_stranded: Vec<EventId>,
    /// How good it is.
    pub objective: Objective,
    /// Whether no better plan exists.
    pub proven_optimal: bool,
    /// No plan is better than this: the objective itself where that is proven, else what the search got to before it
    /// had done all the work it may do.
    pub bound: Objective,
    /// Ways to place something that were looked at: the work done, counted, not timed.
    pub work: u64,
}

impl Plan {
    /// Whether accepting it would change anything: a change or a claim.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.claims.is_empty()
    }
}
