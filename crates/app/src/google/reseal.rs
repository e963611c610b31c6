//! New keys for old secrets.

use super::SyncError;
use super::account::REFRESH_TOKEN;
use crate::App;
use crate::ports::google::VaultError;

/// Tokens that are looked through at once.
const AT_ONCE: u16 = 200;

/// What became of everybody's tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Those that the newest key seals since.
    pub resealed: usize,
    /// Those that it sealed before.
    pub fresh: usize,
    /// Those that could not be opened, and stay as they are.
    pub unopened: usize,
}

impl App {
    /// Seals every token anew that the newest key has not sealed. May be cut off and done again.
    ///
    /// # Errors
    /// [`SyncError::NotConnected`] where there is no vault, [`SyncError::Store`] where the store fails.
    pub async fn reseal_tokens(&self) -> Result<Resealed, SyncError> {
        let vault = &self.side()?.vault;
        let (mut done, mut after) = (Resealed::default(), None);
        loop {
            let tokens = self.store.sealed_tokens(after, AT_ONCE).await?;
            let Some((last, _)) = tokens.last() else { return Ok(done) };
            after = Some(*last);
            for (user, old) in tokens {
                if vault.is_fresh(&old) {
                    done.fresh += 1;
                    continue;
                }
                let new = match vault.open(user, REFRESH_TOKEN, &old) {
                    Ok(token) => vault.seal(user, REFRESH_TOKEN, &token),
                    Err(error @ (VaultError::UnknownKey | VaultError::Broken)) => {
                        tracing::warn!(%user, "a token cannot be sealed anew: {error}");
                        done.unopened += 1;
                        continue;
                    }
                };
                // One that was replaced meanwhile was sealed by a program that runs, which may have older keys.
                if self.store.put_sealed_token(user, &old, &new).await? {
                    done.resealed += 1;
                }
            }
        }
    }
}
