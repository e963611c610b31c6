//! Judges one token: the signature by the issuer's key, then every claim.

use std::fmt;
use std::sync::Arc;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};

use super::claims::{Claims, Demands};
use super::crypto;
use super::identity::{Identity, user_id};
use super::jwks::{NoCertificates, RemoteKeys};
use super::rejection::{Fault, Rejection};
use time::OffsetDateTime;

use crate::clock::Clock;
use crate::config::{ClerkSettings, KeySource};

/// Clerk's mark on session tokens. Tokens from before the mark have none.
pub(super) const SESSION_CATEGORY: &str = "cl_B7d4PD111AAA";

/// Longer than any session token: they must fit into a cookie of 4 KB.
const LONGEST_TOKEN: usize = 8 * 1024;

/// Accepts the session tokens of one issuer.
pub struct Verifier {
    algorithm: Algorithm,
    keys: Keys,
    demands: Demands,
    clock: Arc<dyn Clock>,
}

enum Keys {
    /// One key, whatever the token calls it.
    One(DecodingKey),
    /// The issuer's set, by `kid`.
    Remote(Arc<RemoteKeys>),
}

impl Verifier {
    /// Accepts Clerk's tokens: RS256 and nothing else.
    ///
    /// # Errors
    /// When keys must be fetched over https and the machine has no CA certificates.
    pub fn clerk(settings: &ClerkSettings, clock: Arc<dyn Clock>) -> Result<Self, NoCertificates> {
        crypto::install();
        let keys = match &settings.keys {
            KeySource::Static(key) => Keys::One(key.clone()),
            KeySource::Jwks(url) => Keys::Remote(Arc::new(RemoteKeys::new(url.clone(), Arc::clone(&clock))?)),
        };
        let demands = Demands {
            issuer: settings.issuer.clone(),
            parties: settings.authorized_parties.clone(),
            admin_organizations: settings.admin_organizations.clone(),
        };
        Ok(Self { algorithm: Algorithm::RS256, keys, demands, clock })
    }

    /// Accepts what this process signs itself: `EdDSA` by that one key and nothing else.
    pub(super) fn development(key: DecodingKey, demands: Demands, clock: Arc<dyn Clock>) -> Self {
        crypto::install();
        Self { algorithm: Algorithm::EdDSA, keys: Keys::One(key), demands, clock }
    }

    /// Who vouches for callers (`iss`).
    pub fn issuer(&self) -> &str {
        &self.demands.issuer
    }

    /// Whether this is the origin of a front end that tokens are made for.
    pub(crate) fn knows_origin(&self, origin: &str) -> bool {
        self.demands.parties.iter().any(|party| party == origin)
    }

    /// Who sent this token.
    ///
    /// # Errors
    /// Why it is not accepted. Nothing of the token is in the error.
    pub async fn verify(&self, token: &str) -> Result<Identity, Rejection> {
        if token.len() > LONGEST_TOKEN {
            return Err(Fault::Malformed.into());
        }
        let header = decode_header(token).map_err(|error| fault(error.kind()))?;
        self.judge_header(&header)?;
        let key = self.key(&header).await?;
        let claims: Claims =
            decode(token, &key, &self.signature_only()).map_err(|error| fault(error.kind()))?.claims;
        claims.judge(&self.demands, OffsetDateTime::from(self.clock.now()).unix_timestamp())?;
        Ok(self.identity(claims))
    }

    /// Before a key is looked up, so that nonsense never makes us fetch one.
    fn judge_header(&self, header: &Header) -> Result<(), Fault> {
        if header.alg != self.algorithm {
            return Err(Fault::Algorithm);
        }
        let typ_fits = header.typ.as_deref().is_none_or(|typ| typ == "JWT");
        let category_fits =
            header.extras.inner().get("cat").is_none_or(|category| category == SESSION_CATEGORY);
        // `crit` lists extensions a receiver must know; we know none.
        if !typ_fits || !category_fits || header.crit.is_some() {
            return Err(Fault::NotASessionToken);
        }
        Ok(())
    }

    /// A fetched set is asked by `kid` only: trying every key would let a token choose its judge.
    /// With one configured key there is nothing to choose, and the `kid` is ignored.
    async fn key(&self, header: &Header) -> Result<DecodingKey, Rejection> {
        match &self.keys {
            Keys::One(key) => Ok(key.clone()),
            Keys::Remote(keys) => keys.find(header.kid.as_deref().ok_or(Fault::NoKeyId)?).await,
        }
    }

    /// The claims are ours to judge: the library would ask the machine's clock.
    fn signature_only(&self) -> Validation {
        let mut validation = Validation::new(self.algorithm);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        validation
    }

    fn identity(&self, claims: Claims) -> Identity {
        let admin = claims.is_admin(&self.demands);
        let impersonator = claims.impersonator().map(str::to_owned);
        let may_write = claims.may_write();
        let external_id = claims.sub.unwrap_or_default();
        Identity {
            user_id: user_id(&self.demands.issuer, &external_id),
            external_id,
            session_id: claims.sid.unwrap_or_default(),
            issuer: self.demands.issuer.clone(),
            admin,
            impersonator,
            may_write,
        }
    }
}

fn fault(kind: &ErrorKind) -> Fault {
    match kind {
        ErrorKind::InvalidSignature => Fault::Signature,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName | ErrorKind::UnsupportedAlgorithm => {
            Fault::Algorithm
        }
        _ => Fault::Malformed,
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("algorithm", &self.algorithm)
            .field("demands", &self.demands)
            .finish_non_exhaustive()
    }
}
