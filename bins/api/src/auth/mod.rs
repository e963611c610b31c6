//! Who is calling: bearer tokens of one issuer, checked to the letter.
//!
//! A [`Verifier`] accepts the session tokens of exactly one issuer, signed by exactly one
//! algorithm: RS256 for Clerk, `EdDSA` for the tokens this process signs itself in development. A
//! handler asks for an [`Identity`]; there is no other way round authentication.

mod claims;
mod crypto;
mod dev;
mod identity;
mod jwks;
mod rejection;
#[cfg(test)]
mod tests;
mod verifier;

pub(crate) use self::claims::{READ_SCOPE, WRITE_SCOPE};
pub use self::crypto::install as install_crypto;
pub use self::dev::{DevIssuer, DevIssuerError, DevUser};
pub use self::identity::{Admin, Identity, USER_NAMESPACE, user_id};
pub(crate) use self::identity::{authenticate, bearer};
pub use self::jwks::NoCertificates;
pub use self::rejection::{Fault, Rejection};
pub use self::verifier::Verifier;
