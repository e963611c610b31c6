//! What tests of this crate share: a clock that is told the time, and tokens signed by hand.

use std::sync::{Arc, Mutex};

use jsonwebtoken::{DecodingKey, EncodingKey};
use planner_core::time::Moment;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair};
use ring::{hmac, signature};
use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::auth::Verifier;
use crate::clock::Clock;
use crate::config::{ClerkSettings, KeySource};

pub(crate) const ISSUER: &str = "https://clerk.example.com";
pub(crate) const PARTY: &str = "http://localhost:3000";
pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-02 12:00 UTC);

const FIRST_PRIVATE: &str = include_str!("../tests/fixtures/keys/first.private.pem");
pub(crate) const FIRST_PUBLIC: &str = include_str!("../tests/fixtures/keys/first.public.pem");
const FIRST_JWK: &str = include_str!("../tests/fixtures/keys/first.jwk.json");
const SECOND_PRIVATE: &str = include_str!("../tests/fixtures/keys/second.private.pem");
const SECOND_JWK: &str = include_str!("../tests/fixtures/keys/second.jwk.json");

/// A clock that stands still until it is told to go on.
#[derive(Debug)]
pub(crate) struct ManualClock(Mutex<OffsetDateTime>);

impl ManualClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(NOW)))
    }

    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        (*self.0.lock().unwrap()).into()
    }
}

/// An issuer's key pair.
pub(crate) struct TestKey {
    private: &'static str,
    jwk: &'static str,
}

pub(crate) const FIRST: TestKey = TestKey { private: FIRST_PRIVATE, jwk: FIRST_JWK };
pub(crate) const SECOND: TestKey = TestKey { private: SECOND_PRIVATE, jwk: SECOND_JWK };

impl TestKey {
    pub(crate) fn jwk(&self) -> Value {
        serde_json::from_str(self.jwk).unwrap()
    }

    pub(crate) fn kid(&self) -> String {
        self.jwk()["kid"].as_str().unwrap().to_owned()
    }

    /// A token with the usual header and claims, each changed by `changes`.
    pub(crate) fn token(&self, changes: &Value) -> String {
        let header = merged(&json!({"alg": "RS256", "typ": "JWT", "kid": self.kid()}), &changes["header"]);
        let claims = merged(&claims(), &changes["claims"]);
        self.sign(&header, &claims)
    }

    /// Signs as the header says, or as well as can be.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", encoded(header), encoded(claims));
        let signature = match header["alg"].as_str() {
            Some("RS256") => self.rsa(&RSA_PKCS1_SHA256, &message),
            Some("RS512") => self.rsa(&RSA_PKCS1_SHA512, &message),
            // The classic confusion: the public key's text as the shared secret.
            Some("HS256") => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, FIRST_PUBLIC.as_bytes());
                hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
            }
            Some("EdDSA") => {
                let key = signature::Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
                key.sign(message.as_bytes()).as_ref().to_vec()
            }
            _ => Vec::new(),
        };
        format!("{message}.{}", base64url(&signature))
    }

    fn rsa(&self, padding: &'static dyn RsaEncoding, message: &str) -> Vec<u8> {
        let private = EncodingKey::from_rsa_pem(self.private.as_bytes()).unwrap();
        let pair = RsaKeyPair::from_der(private.as_bytes()).unwrap();
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(padding, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        signature
    }
}

/// Claims of a version 2 session token that is good at [`NOW`].
pub(crate) fn claims() -> Value {
    let now = NOW.unix_timestamp();
    json!({
        "v": 2, "iss": ISSUER, "azp": PARTY, "sub": "user_2abc", "sid": "sess_1", "fva": [0, -1],
        "iat": now - 10, "nbf": now - 20, "exp": now + 50, "jti": "1", "pla": "u:free", "sts": "active",
    })
}

/// Accepts tokens of [`FIRST`] under [`ISSUER`] for [`PARTY`].
pub(crate) fn verifier(clock: Arc<dyn Clock>) -> Verifier {
    let key = DecodingKey::from_rsa_pem(FIRST_PUBLIC.as_bytes()).unwrap();
    Verifier::clerk(&settings(KeySource::Static(key)), clock).unwrap()
}

pub(crate) fn settings(keys: KeySource) -> ClerkSettings {
    ClerkSettings {
        issuer: ISSUER.to_owned(),
        keys,
        authorized_parties: vec![PARTY.to_owned()],
        admin_organizations: Vec::new(),
    }
}

/// `base` with the members of `changes`; null takes a member away.
fn merged(base: &Value, changes: &Value) -> Value {
    let mut merged = base.clone();
    for (name, value) in changes.as_object().into_iter().flatten() {
        if value.is_null() {
            merged.as_object_mut().unwrap().remove(name);
        } else {
            merged[name] = value.clone();
        }
    }
    merged
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn encoded(value: &Value) -> String {
    base64url(value.to_string().as_bytes())
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, i| bits << 8 | u32::from(*chunk.get(i).unwrap_or(&0)));
        for i in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(bits >> (18 - 6 * i)) as usize & 63]));
        }
    }
    text.replace('+', "-").replace('/', "_")
}
