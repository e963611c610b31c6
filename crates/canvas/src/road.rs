//! The one road to Canvas: access, the request, patience, and what its end means.

use std::time::Duration;

use app::ports::canvas::{Account, CanvasError, Credential, Host};
use http::header::{ACCEPT, AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderValue, Request, StatusCode};
use outbound::{Answer, Lost, backoff};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::canvas::CanvasApi;
use crate::{host, link};

/// Ids as strings: they are beyond what many a reader of JSON takes for whole.
const JSON: HeaderValue = HeaderValue::from_static("application/json+canvas-string-ids, application/json");

/// What throttling is known by, where it is not told by its status.
const THROTTLED: &[u8] = b"Rate Limit Exceeded";

/// When it may be less than too much again, after all the patience there is.
const REST: Duration = Duration::from_mins(5);

/// An answer that is none of what was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The token is not good, or no longer.
    BadToken,
    /// Too much was asked.
    Throttled,
    /// Anything else.
    Other(CanvasError),
}

impl CanvasApi {
    /// Where a Canvas is. It is looked at each time, since what may be asked may have changed since the account was
    /// connected.
    pub(crate) fn root(&self, host: &Host) -> Result<String, CanvasError> {
        let host = host::parse(host.as_str(), &self.config)
            .map_err(|why| CanvasError::Misconfigured(format!("its host {why}")))?;
        if self.config.authority_here().as_deref() == Some(host.as_str()) {
            return Ok(format!("http://{host}"));
        }
        Ok(format!("https://{host}"))
    }

    /// Reads something: what it says, and where it goes on.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        account: &Account,
        name: &'static str,
        url: &str,
    ) -> Result<(T, Option<String>), CanvasError> {
        let root = self.root(&account.host)?;
        if !link::is_at(url, &root) {
            return Err(CanvasError::NotUnderstood(format!("the address of {name}")));
        }
        let (mut tries, mut throttled, mut is_renewed) = (0, 0, false);
        loop {
            let token = self.token(account, &root).await?;
            let error = match self.once(name, url, &token).await {
                Ok(answer) => match refusal(&answer) {
                    None => match decoded(name, &answer) {
                        Ok(value) => return Ok((value, link::next(answer.headers(), &root)?)),
                        Err(error) => error,
                    },
                    Some(Refusal::Throttled) if throttled < self.config.limits.tries_again_throttled => {
                        throttled += 1;
                        self.sleeper.sleep(backoff(throttled)).await;
                        continue;
                    }
                    Some(Refusal::Throttled) => return Err(CanvasError::Throttled(REST)),
                    Some(Refusal::BadToken) if is_renewed || is_personal(account) => {
                        return Err(CanvasError::Disconnected("the token is not good".to_owned()));
                    }
                    Some(Refusal::BadToken) => {
                        is_renewed = true;
                        self.forget(account, &token).await;
                        continue;
                    }
                    Some(Refusal::Other(error)) => error,
                },
                Err(lost @ Lost::Long(_)) => return Err(CanvasError::NotUnderstood(lost.to_string())),
                Err(lost) => CanvasError::Unavailable(lost.to_string()),
            };
            if !matches!(error, CanvasError::Unavailable(_)) || tries == self.config.limits.tries_again {
                return Err(error);
            }
            self.sleeper.sleep(backoff(tries)).await;
            tries += 1;
        }
    }

    async fn once(&self, name: &str, url: &str, token: &SecretString) -> Result<Answer, Lost> {
        let bearer = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()));
        // A token that fits no header was never given out by any Canvas.
        let mut bearer = bearer.unwrap_or(HeaderValue::from_static("Bearer"));
        bearer.set_sensitive(true);
        let request = Request::get(url).header(AUTHORIZATION, bearer).header(ACCEPT, JSON);
        let Ok(request) = request.body(Body::default()) else { return Err(Lost::Unreachable) };
        self.send(name, request).await
    }

    /// Sends a request, of which nothing but its name is logged.
    pub(crate) async fn send(&self, name: &str, request: Request<Body>) -> Result<Answer, Lost> {
        let answer = self.client.send(request).await;
        match &answer {
            Ok(answer) => tracing::debug!(call = name, status = answer.status().as_u16(), "Canvas answered"),
            Err(lost) => tracing::debug!(call = name, "Canvas did not answer: {lost}"),
        }
        answer
    }
}

/// The body of a request.
pub(crate) type Body = http_body_util::Full<bytes::Bytes>;

fn is_personal(account: &Account) -> bool {
    matches!(account.credential, Credential::Personal(_))
}

/// What is wrong with an answer, if anything is.
pub(crate) fn refusal(answer: &Answer) -> Option<Refusal> {
    let status = answer.status();
    let told = || format!("HTTP {}", status.as_u16());
    Some(match status {
        status if status.is_success() => return None,
        StatusCode::UNAUTHORIZED if answer.headers().contains_key(WWW_AUTHENTICATE) => Refusal::BadToken,
        StatusCode::TOO_MANY_REQUESTS => Refusal::Throttled,
        StatusCode::FORBIDDEN if contains(answer.body(), THROTTLED) => Refusal::Throttled,
        // Where it is only not allowed there is no challenge.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Refusal::Other(CanvasError::Forbidden),
        StatusCode::NOT_FOUND => Refusal::Other(CanvasError::NotFound),
        status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
            Refusal::Other(CanvasError::Unavailable(told()))
        }
        _ => Refusal::Other(CanvasError::NotUnderstood(told())),
    })
}

fn contains(body: &[u8], text: &[u8]) -> bool {
    body.windows(text.len()).any(|window| window == text)
}

/// What an answer says. Of one that says something else nothing is shown: it might hold anything.
pub(crate) fn decoded<T: DeserializeOwned>(name: &str, answer: &Answer) -> Result<T, CanvasError> {
    serde_json::from_slice(answer.body()).map_err(|error| match error.classify() {
        Category::Data => CanvasError::NotUnderstood(format!("the answer to {name}")),
        Category::Io | Category::Syntax | Category::Eof => {
            CanvasError::Unavailable(format!("the answer to {name} is no JSON"))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, challenge: bool, body: &str) -> Answer {
        let mut answer = http::Response::builder().status(status);
        if challenge {
            answer = answer.header(WWW_AUTHENTICATE, "Bearer realm=\"canvas-lms\"");
        }
        answer.body(body.to_owned().into()).unwrap()
    }

    #[test]
    fn each_refusal_is_named_by_the_way_out() {
        let other = |error| Some(Refusal::Other(error));
        let unavailable = |status: u16| other(CanvasError::Unavailable(format!("HTTP {status}")));
        let not_understood = |status: u16| other(CanvasError::NotUnderstood(format!("HTTP {status}")));
        for (status, challenge, body, expected) in [
            (200, false, "", None),
            (401, true, "", Some(Refusal::BadToken)),
            (401, false, "", other(CanvasError::Forbidden)),
            (403, false, "403 Forbidden (Rate Limit Exceeded)\n", Some(Refusal::Throttled)),
            (403, false, "{}", other(CanvasError::Forbidden)),
            (429, false, "", Some(Refusal::Throttled)),
            (404, false, "", other(CanvasError::NotFound)),
            (302, false, "", not_understood(302)),
            (400, false, "", not_understood(400)),
            (408, false, "", unavailable(408)),
            (500, false, "", unavailable(500)),
            (503, false, "<html>", unavailable(503)),
        ] {
            assert_eq!(refusal(&answer(status, challenge, body)), expected, "{status} {challenge} {body}");
        }
    }
}
