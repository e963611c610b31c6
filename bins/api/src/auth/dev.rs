//! Tokens for development: signed by this process, with a key it makes at start and never writes down.

use std::sync::Arc;

use app::identity::{User, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, encode};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::claims::Demands;
use super::crypto;
use super::verifier::{SESSION_CATEGORY, Verifier};
use crate::clock::Clock;

/// Fixed, so that a user keeps their id, and with it their data, from run to run.
const ISSUER: &str = "https://development.canvascal.invalid";
const PARTY: &str = "http://localhost";
/// The key dies with the process; the date only has to be later.
const LIFETIME: Duration = Duration::days(30);

/// Signs session tokens that only this process accepts.
pub struct DevIssuer {
    signing: EncodingKey,
    checking: DecodingKey,
    key_id: String,
    clock: Arc<dyn Clock>,
}

/// Whom a development token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DevUser {
    /// What follows `user_` in their id: letters, digits, `_`, `-`.
    pub name: String,
    /// Whether they are an admin.
    pub admin: bool,
}

/// No key could be made, or no token signed.
#[derive(Debug, thiserror::Error)]
#[error("cannot sign development tokens: {0}")]
pub struct DevIssuerError(String);

impl DevIssuer {
    /// Makes a key, and says loudly that there is one.
    ///
    /// # Errors
    /// When the machine has no randomness to give.
    pub fn generate(clock: Arc<dyn Clock>) -> Result<Self, DevIssuerError> {
        crypto::install();
        let random = SystemRandom::new();
        let failed = |what: &str| DevIssuerError(what.to_owned());
        let document = Ed25519KeyPair::generate_pkcs8(&random).map_err(|_| failed("no key"))?;
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).map_err(|_| failed("no usable key"))?;
        let mut id = [0; 8];
        random.fill(&mut id).map_err(|_| failed("no key id"))?;
        tracing::warn!(
            "DEVELOPMENT AUTHENTICATION IS ON: this process signs its own tokens, for this machine only. \
             Never run it so where others can reach it."
        );
        Ok(Self {
            signing: EncodingKey::from_ed_der(document.as_ref()),
            checking: DecodingKey::from_ed_der(pair.public_key().as_ref()),
            key_id: format!("ins_dev{:016x}", u64::from_be_bytes(id)),
            clock,
        })
    }

    /// A token that stands for `user` until the process ends.
    ///
    /// # Errors
    /// When signing fails.
    pub fn token(&self, user: &DevUser) -> Result<String, DevIssuerError> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.key_id.clone());
        header.extras.insert("cat", SESSION_CATEGORY);
        let now = OffsetDateTime::from(self.clock.now()).unix_timestamp();
        let mut claims = json!({
            "v": 2,
            "iss": ISSUER,
            "azp": PARTY,
            "sub": Self::external_id(user),
            "sid": format!("sess_dev_{}", user.name),
            "sts": "active",
            "fva": [0, -1],
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME.whole_seconds(),
            "jti": uuid::Uuid::now_v7(),
            "role": "authenticated",
        });
        if user.admin {
            claims["metadata"] = json!({ "role": "admin" });
        }
        encode(&header, &claims, &self.signing).map_err(|error| DevIssuerError(error.to_string()))
    }

    /// Accepts this issuer's tokens and no others.
    pub fn verifier(&self) -> Verifier {
        let demands = Demands {
            issuer: ISSUER.to_owned(),
            parties: vec![PARTY.to_owned()],
            admin_organizations: Vec::new(),
        };
        Verifier::development(self.checking.clone(), demands, Arc::clone(&self.clock))
    }

    /// The id `user` is kept under, the same in every run.
    pub fn user_id(user: &DevUser) -> uuid::Uuid {
        super::identity::user_id(ISSUER, &Self::external_id(user))
    }

    /// `user` as the use cases know them.
    pub fn user(user: &DevUser) -> User {
        User { id: UserId(Self::user_id(user)), external_id: Self::external_id(user) }
    }

    /// The id `user` has with this issuer.
    pub fn external_id(user: &DevUser) -> String {
        format!("user_{}", user.name)
    }
}
