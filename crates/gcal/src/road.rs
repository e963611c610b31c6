//! The one road to the calendar API: pace and circuit, access, the request, and what its end means.

use std::sync::PoisonError;

use app::identity::UserId;
use app::ports::google::{Account, GoogleError};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request};
use http_body_util::Full;
use outbound::backoff;
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::access::Access;
use crate::gcal::Gcal;
use crate::wire::text::query;
use crate::wire::{Answer, Lost, Refusal};

/// How often what only reads is tried again.
const TRIES_AGAIN: u32 = 2;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Something that is asked of the calendar API. It is not to be shown: positions and titles are in it.
pub(crate) struct Call {
    /// What it is called in logs; its address would tell whose calendar it is about.
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) body: Option<(HeaderValue, Bytes)>,
    /// What it counts for.
    pub(crate) units: u32,
}

/// Why a call did not do what it was for.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was never sent.
    Unsent(GoogleError),
    /// It was sent, and nobody knows what became of it.
    Lost(Lost),
    /// It was refused.
    Refused(Refusal),
}

impl Failure {
    /// Whether Google may have heard of it.
    pub(crate) fn was_sent(&self) -> bool {
        !matches!(self, Self::Unsent(_) | Self::Lost(Lost::Unreachable))
    }
}

impl From<Failure> for GoogleError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unsent(error) => error,
            Failure::Lost(lost) => Self::Unavailable(lost.to_string()),
            Failure::Refused(refusal) => refusal.error(),
        }
    }
}

impl Gcal {
    /// A call below the calendar API's address, such as `users/me/calendarList`.
    pub(crate) fn get(&self, name: &'static str, path: &str, pairs: &[(&str, &str)]) -> Call {
        let url = format!("{}{path}?{}", self.config.endpoints.calendar, query(pairs.iter().copied()));
        Call { name, method: Method::GET, url, body: None, units: 1 }
    }

    /// The same with a body.
    pub(crate) fn post(&self, name: &'static str, path: &str, body: &serde_json::Value) -> Call {
        let url = format!("{}{path}", self.config.endpoints.calendar);
        Call { name, method: Method::POST, url, body: Some((JSON, body.to_string().into())), units: 1 }
    }

    /// Does what changes nothing, so that it may be tried again where that may help.
    pub(crate) async fn read(&self, account: &Account, call: &Call) -> Result<Answer, Failure> {
        let mut tries = 0;
        loop {
            let failure = match self.once(account, call).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let pause = match &failure {
                Failure::Unsent(GoogleError::Unavailable(_)) if self.lets_pass(account.user) => {
                    backoff(tries)
                }
                Failure::Unsent(_) => return Err(failure),
                Failure::Lost(_) => backoff(tries),
                Failure::Refused(refusal) => match refusal.error() {
                    GoogleError::Unavailable(_) => backoff(tries),
                    GoogleError::Throttled(pause) => backoff(tries).max(pause.unwrap_or_default()),
                    _ => return Err(failure),
                },
            };
            if tries == TRIES_AGAIN || pause > self.config.limits.longest_wait {
                return Err(failure);
            }
            tries += 1;
            self.sleeper.sleep(pause).await;
        }
    }

    /// Does a call once, and a second time with new access where the first was refused for that.
    pub(crate) async fn once(&self, account: &Account, call: &Call) -> Result<Answer, Failure> {
        let mut is_second = false;
        loop {
            self.wait_for_turn(account.user, call.units).await.map_err(Failure::Unsent)?;
            let access = self.access(account).await.map_err(Failure::Unsent)?;
            let answer = self.send_with(account.user, call, &access).await?;
            let Some(refusal) = Refusal::of(&answer) else { return Ok(answer) };
            tracing::debug!(
                call = call.name,
                status = refusal.status.as_u16(),
                reason = refusal.reason,
                "Google refuses"
            );
            if is_second || !refusal.is_unauthorized() {
                return Err(Failure::Refused(refusal));
            }
            self.tokens.forget(account.user, &access).await;
            is_second = true;
        }
    }

    async fn wait_for_turn(&self, user: UserId, units: u32) -> Result<(), GoogleError> {
        self.look_at_circuit(user)?;
        let longest = self.config.limits.longest_wait;
        let taken = {
            let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
            pace.take(user, units, self.clock.now(), longest)
        };
        let wait = taken.map_err(|wait| GoogleError::Throttled(Some(wait)))?;
        if !wait.is_zero() {
            self.sleeper.sleep(wait).await;
        }
        Ok(())
    }

    fn lets_pass(&self, user: UserId) -> bool {
        self.circuits.lets_pass(user, self.clock.now())
    }

    fn look_at_circuit(&self, user: UserId) -> Result<(), GoogleError> {
        if self.lets_pass(user) {
            return Ok(());
        }
        Err(GoogleError::Unavailable(
            "it failed too often in a row, and is left alone for a while".to_owned(),
        ))
    }

    async fn access(&self, account: &Account) -> Result<Access, GoogleError> {
        let get = async || {
            // Whoever waited here for one that failed need not find out again.
            self.look_at_circuit(account.user)?;
            let access = self.refresh(&account.refresh_token).await;
            self.note(account.user, !matches!(access, Err(GoogleError::Unavailable(_))));
            access
        };
        self.tokens.access(account.user, &account.refresh_token, self.clock.now(), get).await
    }

    async fn send_with(&self, user: UserId, call: &Call, access: &Access) -> Result<Answer, Failure> {
        let unsendable = || Failure::Unsent(GoogleError::NotUnderstood(format!("request {}", call.name)));
        let bearer = format!("Bearer {}", access.token.expose_secret());
        let mut bearer = HeaderValue::try_from(bearer).map_err(|_| unsendable())?;
        bearer.set_sensitive(true);
        let mut request =
            Request::builder().method(&call.method).uri(&call.url).header(AUTHORIZATION, bearer);
        let mut content = Bytes::new();
        if let Some((media, body)) = &call.body {
            request = request.header(CONTENT_TYPE, media);
            content = body.clone();
        }
        let request = request.body(content.into()).map_err(|_| unsendable())?;
        let answer = self.send(call.name, request).await;
        self.note(user, answer.as_ref().is_ok_and(|answer| !answer.status().is_server_error()));
        answer.map_err(Failure::Lost)
    }

    fn note(&self, user: UserId, went_well: bool) {
        self.circuits.note(user, self.clock.now(), went_well);
    }

    /// Sends a request, of which nothing but its name is logged.
    pub(crate) async fn send(&self, name: &str, request: Request<Full<Bytes>>) -> Result<Answer, Lost> {
        let answer = self.client.send(request).await;
        match &answer {
            Ok(answer) => tracing::debug!(call = name, status = answer.status().as_u16(), "Google answered"),
            Err(lost) => tracing::debug!(call = name, "Google did not answer: {lost}"),
        }
        answer
    }
}

/// What an answer says. Of one that says something else nothing is shown: it might hold anything.
pub(crate) fn decode<T: DeserializeOwned>(name: &str, answer: &Answer) -> Result<T, GoogleError> {
    serde_json::from_slice(answer.body()).map_err(|error| match error.classify() {
        Category::Data => unexpected(name),
        Category::Io | Category::Syntax | Category::Eof => {
            GoogleError::Unavailable(format!("the answer to {name} is no JSON"))
        }
    })
}

/// An answer that lacks what is always there, or has it in another form.
pub(crate) fn unexpected(name: &str) -> GoogleError {
    GoogleError::NotUnderstood(format!("the answer to {name}"))
}
