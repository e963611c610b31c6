//! The issuer's public keys, fetched when needed and no oftener.
//!
//! * Keys are believed for five minutes, then fetched again.
//! * A `kid` we do not know may be a new key, so it fetches too, but at most every 30 seconds:
//!   anybody can invent a `kid`. A key that appears right after a fetch is learned that much later.
//! * However many requests wait, there is one fetch at a time.
//! * If a fetch fails, the keys we have serve on for an hour; after that tokens cannot be checked.
//!
//! The set belongs to the one verifier that owns it, so a key of one issuer never judges another's tokens.

mod client;
mod set;
#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError, RwLock};

use http::Uri;
use jsonwebtoken::DecodingKey;
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;
use tracing::Instrument;

use self::client::Client;
pub use self::client::NoCertificates;
use self::set::KeySet;
use super::rejection::{Fault, Rejection};
use crate::clock::Clock;

/// How long fetched keys are believed.
const FRESH: Duration = Duration::minutes(5);
/// How long they serve when no newer ones can be had.
const USABLE: Duration = Duration::hours(1);
/// The pause between fetches while there are keys.
const PAUSE: Duration = Duration::seconds(30);
/// The pause between fetches while there are none.
const PAUSE_WITHOUT_KEYS: Duration = Duration::seconds(2);

pub(super) struct RemoteKeys {
    client: Client,
    clock: Arc<dyn Clock>,
    known: RwLock<Known>,
    /// Held while fetching.
    turn: Mutex<()>,
}

#[derive(Clone, Default)]
struct Known {
    keys: Option<Fetched>,
    last_attempt: Option<OffsetDateTime>,
}

#[derive(Clone)]
struct Fetched {
    set: Arc<KeySet>,
    at: OffsetDateTime,
}

impl RemoteKeys {
    pub(super) fn new(url: Uri, clock: Arc<dyn Clock>) -> Result<Self, NoCertificates> {
        Ok(Self { client: Client::new(url)?, clock, known: RwLock::default(), turn: Mutex::new(()) })
    }

    /// The key called `kid`.
    pub(super) async fn find(self: &Arc<Self>, kid: &str) -> Result<DecodingKey, Rejection> {
        if let Some(key) = self.known().fresh_key(kid, self.now()) {
            return Ok(key);
        }
        self.refresh(kid).await;
        self.known().key(kid, self.now())
    }

    /// Fetches unless somebody else just did. In a task of its own: a caller who hangs up must not
    /// stop the fetch others wait for.
    async fn refresh(self: &Arc<Self>, kid: &str) {
        let (keys, kid) = (Arc::clone(self), kid.to_owned());
        let fetching = async move {
            let _turn = keys.turn.lock().await;
            let now = keys.now();
            let known = keys.known();
            if known.fresh_key(&kid, now).is_none() && known.may_fetch(now) {
                keys.fetch(now).await;
            }
        };
        if tokio::spawn(fetching.in_current_span()).await.is_err() {
            tracing::error!("fetching the issuer's keys was cut short");
        }
    }

    async fn fetch(&self, now: OffsetDateTime) {
        self.update(|known| known.last_attempt = Some(now));
        match self.client.fetch().await {
            Ok(set) => {
                tracing::info!(keys = set.len(), "fetched the issuer's keys");
                self.update(|known| known.keys = Some(Fetched { set: Arc::new(set), at: now }));
            }
            Err(error) => tracing::warn!("the issuer's keys cannot be fetched: {error:#}"),
        }
    }

    fn now(&self) -> OffsetDateTime {
        self.clock.now().into()
    }

    fn known(&self) -> Known {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn update(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.known.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Known {
    fn fresh_key(&self, kid: &str, now: OffsetDateTime) -> Option<DecodingKey> {
        self.keys.as_ref().filter(|keys| keys.younger_than(FRESH, now))?.set.get(kid)
    }

    fn key(&self, kid: &str, now: OffsetDateTime) -> Result<DecodingKey, Rejection> {
        let usable = self.keys.as_ref().filter(|keys| keys.younger_than(USABLE, now));
        let unavailable = || Rejection::KeysUnavailable { retry_after: self.wait(now).unsigned_abs() };
        let keys = usable.ok_or_else(unavailable)?;
        match keys.set.get(kid) {
            Some(key) => Ok(key),
            None if keys.younger_than(FRESH, now) => Err(Fault::UnknownKey.into()),
            // It may be a new key that we could not learn.
            None => Err(unavailable()),
        }
    }

    fn may_fetch(&self, now: OffsetDateTime) -> bool {
        self.wait(now).is_zero()
    }

    /// How long until the next fetch is allowed.
    fn wait(&self, now: OffsetDateTime) -> Duration {
        let pause = if self.keys.is_some() { PAUSE } else { PAUSE_WITHOUT_KEYS };
        match self.last_attempt {
            // A clock that was set back must not stop us.
            Some(last) if last <= now => (last + pause - now).max(Duration::ZERO),
            _ => Duration::ZERO,
        }
    }
}

impl Fetched {
    fn younger_than(&self, age: Duration, now: OffsetDateTime) -> bool {
        self.at <= now && now < self.at + age
    }
}
