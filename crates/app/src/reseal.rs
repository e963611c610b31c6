//! New keys for old secrets.

use crate::App;
use crate::identity::UserId;
use crate::ports::{Holder, StoreError, Vault, VaultError};
use crate::{canvas, google};

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
    /// [`StoreError`] where the store fails.
    pub async fn reseal_tokens(&self, vault: &dyn Vault) -> Result<Resealed, StoreError> {
        let mut done = Resealed::default();
        for holder in Holder::ALL {
            self.reseal_tokens_of(holder, vault, &mut done).await?;
        }
        Ok(done)
    }

    async fn reseal_tokens_of(
        &self,
        holder: Holder,
        vault: &dyn Vault,
        done: &mut Resealed,
    ) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let tokens = self.store.sealed_tokens(holder, after, AT_ONCE).await?;
            let Some((last, _)) = tokens.last() else { return Ok(()) };
            after = Some(*last);
            for (user, old) in tokens {
                if vault.is_fresh(&old) {
                    done.fresh += 1;
                    continue;
                }
                let Some(new) = resealed(holder, vault, user, &old) else {
                    done.unopened += 1;
                    continue;
                };
                // One that was replaced meanwhile was sealed by a program that runs, which may have older keys.
                if self.store.put_sealed_token(holder, user, &old, &new).await? {
                    done.resealed += 1;
                }
            }
        }
    }
}

/// The same token under the newest key, unless it cannot be opened.
fn resealed(holder: Holder, vault: &dyn Vault, user: UserId, old: &str) -> Option<String> {
    let purpose = match holder {
        Holder::Google => google::REFRESH_TOKEN,
        Holder::Canvas => canvas::TOKEN,
    };
    match vault.open(user, purpose, old) {
        Ok(token) => Some(vault.seal(user, purpose, &token)),
        Err(error @ (VaultError::UnknownKey | VaultError::Broken)) => {
            tracing::warn!(%user, "a token cannot be sealed anew: {error}");
            None
        }
    }
}
