//! Secrets at rest: what is sealed here may lie in any database or backup, and opens only where the keys are.
//!
//! AES-256-GCM by ring, with a random nonce each time. A sealed secret is text: `v1.<key id>.<base64url of nonce, cipher
//! text and tag>`. What it was sealed under, for whom and for what purpose is authenticated with it, so that it opens
//! nowhere else. Keys come from whoever runs the program, newest first: the first seals, all of them open, and what
//! an older one sealed is [not fresh](Vault::is_fresh), to be sealed again.
//!
//! ```
//! use app::identity::UserId;
//! use app::ports::Vault as _;
//! use vault::{Key, Keyring};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = Key::generate("2026")?;
//! let ring = Keyring::parse(&key)?;
//! let ada = UserId(uuid::Uuid::from_u128(1));
//! let sealed = ring.seal(ada, "google.refresh_token", &"1//secret".into());
//! assert!(sealed.starts_with("v1.2026."));
//! assert!(ring.open(ada, "google.calendar", &sealed).is_err());
//! # Ok(())
//! # }
//! ```

mod key;
mod keyring;
#[cfg(test)]
mod tests;

#[cfg(doc)]
use app::ports::Vault;

pub use key::{Key, KeyError};
pub use keyring::{Keyring, KeysError};
