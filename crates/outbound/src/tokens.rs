//! The access tokens of those for whom was asked lately. They are nowhere but in memory, and good for an hour.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use planner_core::time::Moment;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex as Turn;

use crate::later;

/// An access token is not used in its last minute: it has a way to go.
const LEEWAY: Duration = Duration::from_mins(1);

/// An access token and until when it is good.
#[derive(Clone, Debug)]
pub struct Access {
    /// The token.
    pub token: SecretString,
    /// Until when it is good.
    pub good_until: Moment,
}

impl Access {
    fn is_good(&self, now: Moment) -> bool {
        later(now, LEEWAY) < self.good_until
    }
}

/// What was got for one consent. Another consent of the same user's gets its own.
struct Got {
    consent: SecretString,
    access: Access,
}

type Place = Arc<Turn<Option<Got>>>;

/// The access tokens, by user.
pub struct Tokens<U>(Mutex<HashMap<U, Place>>);

impl<U> Default for Tokens<U> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<U: Copy + Eq + Hash> Tokens<U> {
    /// The access that a user's consent gets. However many wait for it, one of them gets it.
    ///
    /// # Errors
    /// That of whoever tried to get it.
    pub async fn access<E>(
        &self,
        user: U,
        consent: &SecretString,
        now: Moment,
        get: impl AsyncFnOnce() -> Result<Access, E>,
    ) -> Result<Access, E> {
        let place = self.place(user, now);
        let mut got = place.lock().await;
        if let Some(got) =
            got.as_ref().filter(|got| is_same(&got.consent, consent) && got.access.is_good(now))
        {
            return Ok(got.access.clone());
        }
        *got = None;
        let access = get().await?;
        *got = Some(Got { consent: consent.clone(), access: access.clone() });
        Ok(access)
    }

    /// Forgets an access that was refused, unless there is a newer one already.
    pub async fn forget(&self, user: U, refused: &Access) {
        let place = self.with(|places| places.get(&user).cloned());
        if let Some(place) = place {
            let mut got = place.lock().await;
            if got.as_ref().is_some_and(|got| is_same(&got.access.token, &refused.token)) {
                *got = None;
            }
        }
    }

    /// Forgets whatever access a user has.
    pub fn forget_all(&self, user: U) {
        self.with(|places| places.remove(&user));
    }

    /// The user's place. A new one takes the room of those that hold nothing good any more.
    fn place(&self, user: U, now: Moment) -> Place {
        self.with(|places| {
            if !places.contains_key(&user) {
                places.retain(|_, place| is_needed(place, now));
            }
            Arc::clone(places.entry(user).or_default())
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<U, Place>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Shows how many there are.
impl<U: Copy + Eq + Hash> fmt::Debug for Tokens<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tokens").field(&self.with(|places| places.len())).finish()
    }
}

fn is_needed(place: &Place, now: Moment) -> bool {
    let is_good = |got: &Got| got.access.is_good(now);
    Arc::strong_count(place) > 1 || place.try_lock().map_or(true, |got| got.as_ref().is_some_and(is_good))
}

fn is_same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// A user by number, and what they consented with.
    struct Account {
        user: u8,
        consent: SecretString,
    }

    fn account(user: u8, consent: &str) -> Account {
        Account { user, consent: consent.into() }
    }

    fn second(number: i64) -> Moment {
        Moment::from_unix_micros(number * 1_000_000)
    }

    /// Counts how often access is got, each time for an hour.
    #[derive(Default)]
    struct Source(AtomicU32);

    impl Source {
        async fn get(&self, tokens: &Tokens<u8>, account: &Account, now: i64) -> Access {
            let get = async || {
                tokio::task::yield_now().await;
                let count = self.0.fetch_add(1, Ordering::Relaxed);
                Ok::<_, ()>(Access { token: format!("ya29.{count}").into(), good_until: second(now + 3600) })
            };
            tokens.access(account.user, &account.consent, second(now), get).await.unwrap()
        }

        fn count(&self) -> u32 {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[tokio::test]
    async fn however_many_wait_for_access_it_is_got_once() {
        let (tokens, source, ada) = (Tokens::default(), Source::default(), account(1, "1//a"));
        futures_util::future::join_all((0..20).map(|_| source.get(&tokens, &ada, 0))).await;
        assert_eq!(source.count(), 1);
    }

    #[tokio::test]
    async fn access_is_got_anew_a_minute_before_it_ends() {
        let (tokens, source, ada) = (Tokens::default(), Source::default(), account(1, "1//a"));
        for (now, count) in [(0, 1), (3539, 1), (3540, 2)] {
            source.get(&tokens, &ada, now).await;
            assert_eq!(source.count(), count, "{now}");
        }
    }

    #[tokio::test]
    async fn another_consent_gets_its_own_access() {
        let (tokens, source) = (Tokens::default(), Source::default());
        source.get(&tokens, &account(1, "1//a"), 0).await;
        source.get(&tokens, &account(1, "1//b"), 0).await;
        assert_eq!(source.count(), 2);
    }

    #[tokio::test]
    async fn an_access_that_was_refused_does_not_take_its_successor_along() {
        let (tokens, source, ada) = (Tokens::default(), Source::default(), account(1, "1//a"));
        let first = source.get(&tokens, &ada, 0).await;
        tokens.forget(ada.user, &first).await;
        source.get(&tokens, &ada, 0).await;
        tokens.forget(ada.user, &first).await;
        source.get(&tokens, &ada, 0).await;
        assert_eq!(source.count(), 2);
        tokens.forget_all(ada.user);
        source.get(&tokens, &ada, 0).await;
        assert_eq!(source.count(), 3);
    }

    #[tokio::test]
    async fn access_that_is_over_takes_no_room() {
        let (tokens, source) = (Tokens::default(), Source::default());
        for number in 0..10_u8 {
            source.get(&tokens, &account(number, "1//a"), i64::from(number) * 3600).await;
        }
        assert_eq!(format!("{tokens:?}"), "Tokens(1)");
    }
}
