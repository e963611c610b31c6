use secrecy::SecretString;

use crate::identity::UserId;

/// Why a sealed secret stays sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// It was sealed under a key that is not there.
    #[error("it was sealed under a key that is not configured")]
    UnknownKey,
    /// It is not what was sealed, or was sealed for somebody or something else.
    #[error("it is not what was sealed")]
    Broken,
}

/// Keeps secrets at rest: what it gives out may be stored anywhere, and is of use to nobody without its keys.
pub trait Vault: Send + Sync {
    /// Seals a secret of a user's. `purpose` says what it is, such as `google.refresh_token`; it opens for no other user
    /// and no other purpose.
    fn seal(&self, user: UserId, purpose: &str, secret: &SecretString) -> String;

    /// What was sealed.
    ///
    /// # Errors
    /// [`VaultError`] where it cannot be opened.
    fn open(&self, user: UserId, purpose: &str, sealed: &str) -> Result<SecretString, VaultError>;

    /// Whether it was sealed under the newest key.
    fn is_fresh(&self, sealed: &str) -> bool;

    /// What a secret is known again by, without being kept.
    fn digest(&self, secret: &SecretString) -> Vec<u8>;

    /// Whether a digest is this secret's; how long that takes tells nothing of either.
    fn is_digest(&self, digest: &[u8], secret: &SecretString) -> bool;
}
