//! Session tokens as the identity provider signs them, good and bad.

use std::sync::Arc;

use api::auth::{self, Verifier};
use api::config::{ClerkSettings, KeySource};
use app::ports::Clock;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde_json::{Value, json};
use testkit::TestClock;

pub(crate) const ISSUER: &str = "https://clerk.example.com";
pub(crate) const PARTY: &str = "http://localhost:3000";
const PRIVATE_KEY: &str = include_str!("../../../bins/api/tests/fixtures/keys/first.private.pem");
pub(crate) const PUBLIC_KEY: &str = include_str!("../../../bins/api/tests/fixtures/keys/first.public.pem");

/// Trusts [`Token`]s.
pub(super) fn verifier(clock: &TestClock) -> Verifier {
    auth::install_crypto();
    let settings = ClerkSettings {
        issuer: ISSUER.to_owned(),
        keys: KeySource::Static(DecodingKey::from_rsa_pem(PUBLIC_KEY.as_bytes()).unwrap()),
        authorized_parties: vec![PARTY.to_owned()],
        admin_organizations: Vec::new(),
    };
    Verifier::clerk(&settings, Arc::new(clock.clone())).unwrap()
}

/// A session token to be.
pub(crate) struct Token(Value);

impl Token {
    /// A token of the user called `name` that is good for ten years, since tests move the clock.
    pub(crate) fn of(name: &str, clock: &TestClock) -> Self {
        let now = clock.now().unix_micros() / 1_000_000;
        Self(json!({
            "v": 2, "iss": ISSUER, "azp": PARTY, "sub": format!("user_{name}"), "sid": format!("sess_{name}"),
            "iat": now - 10, "nbf": now - 20, "exp": now + 315_360_000, "sts": "active",
        }))
    }

    /// The same token with another claim; null takes the claim away.
    pub(crate) fn with(mut self, claim: &str, value: impl Into<Value>) -> Self {
        match value.into() {
            Value::Null => drop(self.0.as_object_mut().unwrap().remove(claim)),
            value => self.0[claim] = value,
        }
        self
    }

    /// The same token as it looks when it is past its time.
    pub(crate) fn expired(self, clock: &TestClock) -> Self {
        let now = clock.now().unix_micros() / 1_000_000;
        self.with("exp", now - 60)
    }

    /// The signed token.
    pub(crate) fn text(&self) -> String {
        auth::install_crypto();
        let key = EncodingKey::from_rsa_pem(PRIVATE_KEY.as_bytes()).unwrap();
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &self.0, &key).unwrap()
    }
}
