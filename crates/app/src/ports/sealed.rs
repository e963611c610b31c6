use async_trait::async_trait;

use super::StoreError;
use crate::identity::UserId;

/// Whose tokens are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Those of accounts at Google.
    Google,
    /// Those of accounts at a Canvas.
    Canvas,
}

impl Holder {
    /// Every holder of tokens.
    pub const ALL: [Self; 2] = [Self::Google, Self::Canvas];
}

/// What is asked across users, to seal under a newer key what was sealed under an older one.
#[async_trait]
pub trait Sealed: Send + Sync {
    /// The sealed tokens of everybody's accounts there, in order of user, those of users after `after` only.
    async fn sealed_tokens(
        &self,
        of: Holder,
        after: Option<UserId>,
        limit: u16,
    ) -> Result<Vec<(UserId, String)>, StoreError>;

    /// Replaces a user's sealed token by `new`, unless it is another one than `old` by now; whether it was replaced.
    async fn put_sealed_token(
        &self,
        of: Holder,
        user: UserId,
        old: &str,
        new: &str,
    ) -> Result<bool, StoreError>;
}
