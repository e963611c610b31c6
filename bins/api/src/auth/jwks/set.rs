//! A key set, cut down to the keys we can use.

use std::collections::HashMap;

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, KeyAlgorithm, PublicKeyUse};
use serde::Deserialize;
use serde_json::Value;

/// Keys that check RS256 signatures, by `kid`.
pub(super) struct KeySet(HashMap<String, DecodingKey>);

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl KeySet {
    /// Keys of other kinds, and keys we cannot read, do not spoil the set.
    pub(super) fn parse(body: &[u8]) -> Result<Self, serde_json::Error> {
        let document: Document = serde_json::from_slice(body)?;
        let mut keys = HashMap::new();
        for (kid, key) in document.keys.into_iter().filter_map(usable) {
            // Of two keys with one name the first counts.
            keys.entry(kid).or_insert(key);
        }
        Ok(Self(keys))
    }

    pub(super) fn get(&self, kid: &str) -> Option<DecodingKey> {
        self.0.get(kid).cloned()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

fn usable(value: Value) -> Option<(String, DecodingKey)> {
    let jwk: Jwk = serde_json::from_value(value).ok()?;
    let common = &jwk.common;
    let signs = common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
    let fits = common.key_algorithm.is_none_or(|algorithm| algorithm == KeyAlgorithm::RS256);
    let is_rsa = matches!(jwk.algorithm, AlgorithmParameters::RSA(_));
    if !(signs && fits && is_rsa) {
        return None;
    }
    Some((common.key_id.clone()?, DecodingKey::from_jwk(&jwk).ok()?))
}
