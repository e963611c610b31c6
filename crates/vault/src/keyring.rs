use std::collections::BTreeSet;

use app::identity::UserId;
use app::ports::{Vault, VaultError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{Aad, NONCE_LEN, Nonce};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::key::{Key, KeyError};

/// Says how a secret was sealed, should there ever be another way.
const VERSION: &str = "v1";

/// Why a list of keys is not taken. Shows nothing of them; keys are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// Nothing in it.
    #[error("there is no key; it takes `id:base64(32 bytes)`, several with commas between, newest first")]
    Empty,
    /// One that is none.
    #[error("key {0} {1}")]
    Key(usize, KeyError),
    /// Two of one id.
    #[error("key {0} has the id of one before it")]
    Twice(usize),
}

/// The keys that there are, newest first. The first one seals.
#[derive(Debug)]
pub struct Keyring {
    newest: Key,
    older: Vec<Key>,
    random: SystemRandom,
}

impl Keyring {
    /// Reads `id:base64(32 bytes)`, several with commas between, newest first.
    ///
    /// # Errors
    /// [`KeysError`] where there is none, or one that is not good.
    pub fn parse(keys: &SecretString) -> Result<Self, KeysError> {
        let text = keys.expose_secret().trim();
        if text.is_empty() {
            return Err(KeysError::Empty);
        }
        let mut ids = BTreeSet::new();
        let mut read = Vec::new();
        for (number, key) in (1..).zip(text.split(',')) {
            let key = Key::parse(key.trim()).map_err(|error| KeysError::Key(number, error))?;
            if !ids.insert(key.id.clone()) {
                return Err(KeysError::Twice(number));
            }
            read.push(key);
        }
        let mut keys = read.into_iter();
        let newest = keys.next().ok_or(KeysError::Empty)?;
        Ok(Self { newest, older: keys.collect(), random: SystemRandom::new() })
    }

    /// The id of the key that a sealed secret needs, where it is not among these.
    pub fn missing_key<'a>(&self, sealed: &'a str) -> Option<&'a str> {
        parts(sealed).map(|(id, _)| id).filter(|id| self.key(id).is_none())
    }

    fn key(&self, id: &str) -> Option<&Key> {
        std::iter::once(&self.newest).chain(&self.older).find(|key| key.id == id)
    }
}

impl Vault for Keyring {
    /// # Panics
    /// Where the operating system gives no random numbers: sealing without them would give the key away.
    fn seal(&self, user: UserId, purpose: &str, secret: &SecretString) -> String {
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).expect("the machine gives random numbers");
        // What is sealed takes the secret's place; the room for the tag is there, so that no copy is left behind.
        let plain = secret.expose_secret().as_bytes();
        let mut sealed = Vec::with_capacity(plain.len() + self.newest.cipher.algorithm().tag_len());
        sealed.extend_from_slice(plain);
        let bound = Aad::from(bound(&self.newest.id, user, purpose));
        let nonce_used = Nonce::assume_unique_for_key(nonce);
        self.newest
            .cipher
            .seal_in_place_append_tag(nonce_used, bound, &mut sealed)
            .expect("a secret is shorter than 64 GiB");
        let bytes = [nonce.as_slice(), &sealed].concat();
        format!("{VERSION}.{}.{}", self.newest.id, URL_SAFE_NO_PAD.encode(bytes))
    }

    fn open(&self, user: UserId, purpose: &str, sealed: &str) -> Result<SecretString, VaultError> {
        let (id, text) = parts(sealed).ok_or(VaultError::Broken)?;
        let key = self.key(id).ok_or(VaultError::UnknownKey)?;
        let mut bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).map_err(|_| VaultError::Broken)?);
        let (nonce, body) = bytes.split_first_chunk_mut::<NONCE_LEN>().ok_or(VaultError::Broken)?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let bound = Aad::from(bound(id, user, purpose));
        let plain = key.cipher.open_in_place(nonce, bound, body).map_err(|_| VaultError::Broken)?;
        std::str::from_utf8(plain).map(SecretString::from).map_err(|_| VaultError::Broken)
    }

    fn is_fresh(&self, sealed: &str) -> bool {
        parts(sealed).is_some_and(|(id, _)| id == self.newest.id)
    }

    fn digest(&self, secret: &SecretString) -> Vec<u8> {
        digest(&SHA256, secret.expose_secret().as_bytes()).as_ref().to_vec()
    }

    fn is_digest(&self, digest: &[u8], secret: &SecretString) -> bool {
        digest.ct_eq(&self.digest(secret)).into()
    }
}

/// The key's id and the rest of a sealed secret.
fn parts(sealed: &str) -> Option<(&str, &str)> {
    sealed.strip_prefix(VERSION)?.strip_prefix('.')?.split_once('.')
}

/// What a sealed secret is bound to. No two of them read alike: an id has no dot, and a user is of one length.
fn bound(key: &str, user: UserId, purpose: &str) -> Vec<u8> {
    let start = format!("{VERSION}.{key}.");
    [start.as_bytes(), user.0.as_bytes(), purpose.as_bytes()].concat()
}
