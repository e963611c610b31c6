use async_trait::async_trait;
use planner_core::model::TaskId;
use planner_core::time::Moment;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::StoreError;
use crate::identity::UserId;

/// What a live event tells of: what it is about, a dot, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveKind {
    /// A proposal was made.
    ProposalCreated,
    /// A proposal was replaced by a newer one.
    ProposalSuperseded,
    /// A proposal was applied.
    ProposalAccepted,
    /// A proposal was turned down.
    ProposalRejected,
    /// A proposal was left undecided for too long.
    ProposalExpired,
    /// A proposal was taken back.
    ProposalUndone,
    /// An event of ours was moved in another calendar, and is locked since.
    EventLocked,
    /// What was changed here was changed in another calendar too, and is as it is there.
    EventOverwritten,
    /// An event that was changed here was deleted in another calendar.
    EventDeletedElsewhere,
    /// An event that was deleted here is back, since it was changed in another calendar meanwhile.
    EventBack,
    /// The account at Google has to be connected again.
    GoogleReconnectRequired,
    /// The account at Canvas has to be connected again.
    CanvasReconnectRequired,
}

impl LiveKind {
    /// The name that onlookers know it by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProposalCreated => "proposal.created",
            Self::ProposalSuperseded => "proposal.superseded",
            Self::ProposalAccepted => "proposal.accepted",
            Self::ProposalRejected => "proposal.rejected",
            Self::ProposalExpired => "proposal.expired",
            Self::ProposalUndone => "proposal.undone",
            Self::EventLocked => "event.locked",
            Self::EventOverwritten => "event.overwritten",
            Self::EventDeletedElsewhere => "event.deleted_elsewhere",
            Self::EventBack => "event.back",
            Self::GoogleReconnectRequired => "google.reconnect_required",
            Self::CanvasReconnectRequired => "canvas.reconnect_required",
        }
    }
}

/// A live event that has no number yet.
#[derive(Clone, Debug, PartialEq)]
pub struct NewLiveEvent {
    /// What it tells of.
    pub kind: LiveKind,
    /// The proposal that it is about, if it is about one.
    pub proposal_id: Option<Uuid>,
    /// The task that this is for.
    pub trigger: Option<TaskId>,
    /// The rest: identities, codes and counts, and no titles.
    pub payload: Map<String, Value>,
    /// When it happened.
    pub at: Moment,
}

/// A live event as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveEvent {
    /// Its number among those of its user: they count from 1, in the order in which they were committed.
    pub seq: i64,
    /// What it tells of. A newer release may have written a kind that this one does not know.
    pub kind: String,
    /// The proposal that it is about, if it is about one.
    pub proposal_id: Option<Uuid>,
    /// The task that this is for.
    pub trigger: Option<TaskId>,
    /// The rest.
    pub payload: Map<String, Value>,
    /// When it happened.
    pub at: Moment,
}

/// Some of a user's live events, and how far they go.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LivePage {
    /// The number of the newest one that there ever was; 0 before the first.
    pub position: i64,
    /// Those asked for that are still there, in order.
    pub events: Vec<LiveEvent>,
}

/// Shows users' live events to those who look on.
#[async_trait]
pub trait LiveEvents: Send + Sync {
    /// The user's live events numbered higher than `after`, `limit` at most, and their present position.
    ///
    /// One question apart from any unit of work, since whoever looks on asks it often and changes nothing.
    async fn live_events(&self, user: UserId, after: i64, limit: u16) -> Result<LivePage, StoreError>;
}
