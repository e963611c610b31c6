//! Who is asking.

use std::fmt;

use uuid::Uuid;

/// Names a user inside CanvasCal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub Uuid);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A user whose identity has been proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The identity inside CanvasCal, derived from the issuer's name and the user's name there.
    pub id: UserId,
    /// The user's name at the issuer.
    pub external_id: String,
}
