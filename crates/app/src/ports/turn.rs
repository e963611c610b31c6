use std::collections::BTreeMap;

use async_trait::async_trait;
use planner_core::time::Moment;

use super::{Access, StoreError, Unit};

/// Names a request that takes effect once, however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKey {
    /// How it asks, such as `POST`.
    pub method: String,
    /// What it asks for.
    pub path: String,
    /// What its sender calls it.
    pub key: String,
    /// The SHA-256 of what it says: under one name it always says the same.
    pub fingerprint: [u8; 32],
}

/// What was answered to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The status.
    pub status: u16,
    /// The headers that belong to the answer and not to the way it was sent.
    pub headers: BTreeMap<String, String>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

/// Where a request stands that takes effect once.
pub enum TurnClaim {
    /// It was not answered yet, and this is the one to be.
    Fresh(Box<dyn Turn>),
    /// It was answered before.
    Answered(KeptAnswer),
    /// The name was used for a request that said something else.
    Reused,
    /// Another one of this name is being answered right now.
    InProgress,
}

/// The turn of a request that takes effect once. Nobody else gets one under its name while this lives.
///
/// Dropped, it leaves nothing behind, and neither does the unit of work that it began.
#[async_trait]
pub trait Turn: Send {
    /// Begins the turn's one unit of work. Its commit only says that the work is done: it lasts with the answer.
    async fn begin(&mut self, access: Access) -> Result<Box<dyn Unit>, StoreError>;

    /// Ends the turn. Where its work is done, that lasts from here on, together with the answer if it is to be given
    /// again until then; else nothing does.
    async fn conclude(self: Box<Self>, keep: Option<(KeptAnswer, Moment)>) -> Result<(), StoreError>;
}
