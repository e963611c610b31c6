//! Sign-in by OAuth 2.0 with PKCE (RFC 6749, 7636), as Google does it.

use std::collections::BTreeSet;
use std::time::Duration;

use app::ports::google::{Account, GoogleError, Granted, SignIn};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderValue, StatusCode};
use ring::digest::{SHA256, digest};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::Access;
use crate::gcal::Gcal;
use crate::wire::text::query;
use crate::wire::{Answer, word};
use outbound::later;

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// What comes for a code, or for a refresh token.
#[derive(Deserialize)]
struct Tokens {
    access_token: SecretString,
    expires_in: u64,
    refresh_token: Option<SecretString>,
    #[serde(default)]
    scope: String,
}

#[derive(Default, Deserialize)]
struct Denied {
    #[serde(default)]
    error: String,
}

impl Gcal {
    pub(crate) fn sign_in_address(&self, ask: &SignIn) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, ask.verifier.expose_secret().as_bytes()));
        let scopes = ask.scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let query = query([
            ("client_id", self.config.client_id.as_str()),
            ("redirect_uri", &ask.redirect_uri),
            ("response_type", "code"),
            ("scope", &scopes),
            // Access that lasts while nobody is there; without being asked anew, Google would give it only once.
            ("access_type", "offline"),
            ("prompt", "consent"),
            ("include_granted_scopes", "true"),
            ("state", ask.state.expose_secret()),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        format!("{}?{query}", self.config.endpoints.authorize)
    }

    pub(crate) async fn exchange_code(
        &self,
        code: &SecretString,
        verifier: &SecretString,
        redirect_uri: &str,
    ) -> Result<Granted, GoogleError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.expose_secret()),
            ("code_verifier", verifier.expose_secret()),
            ("redirect_uri", redirect_uri),
            ("client_id", &self.config.client_id),
            ("client_secret", self.config.client_secret.expose_secret()),
        ];
        let answer = self.post_form("oauth.exchange", &self.config.endpoints.token, &form).await?;
        let tokens = tokens(&answer)?;
        let scopes: BTreeSet<String> = tokens.scope.split_whitespace().map(str::to_owned).collect();
        Ok(Granted { refresh_token: tokens.refresh_token, scopes })
    }

    /// New access for a consent.
    pub(crate) async fn refresh(&self, consent: &SecretString) -> Result<Access, GoogleError> {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", consent.expose_secret()),
            ("client_id", &self.config.client_id),
            ("client_secret", self.config.client_secret.expose_secret()),
        ];
        let asked_at = self.clock.now();
        let answer = self.post_form("oauth.refresh", &self.config.endpoints.token, &form).await?;
        let tokens = tokens(&answer)?;
        Ok(Access {
            token: tokens.access_token,
            good_until: later(asked_at, Duration::from_secs(tokens.expires_in)),
        })
    }

    pub(crate) async fn give_back(&self, account: &Account) -> Result<(), GoogleError> {
        let form = [("token", account.refresh_token.expose_secret())];
        self.tokens.forget_all(account.user);
        let answer = self.post_form("oauth.revoke", &self.config.endpoints.revoke, &form).await?;
        // 400: it is gone already.
        if answer.status().is_success() || answer.status() == StatusCode::BAD_REQUEST {
            return Ok(());
        }
        Err(refused(&answer))
    }

    async fn post_form(&self, name: &str, url: &str, form: &[(&str, &str)]) -> Result<Answer, GoogleError> {
        let body = query(form.iter().copied());
        let request = http::Request::post(url).header(http::header::CONTENT_TYPE, FORM);
        let request =
            request.body(body.into()).map_err(|_| GoogleError::NotUnderstood(format!("request {name}")))?;
        self.send(name, request).await.map_err(|lost| GoogleError::Unavailable(lost.to_string()))
    }
}

fn tokens(answer: &Answer) -> Result<Tokens, GoogleError> {
    if !answer.status().is_success() {
        return Err(refused(answer));
    }
    // What serde says of it might hold a token.
    serde_json::from_slice(answer.body())
        .map_err(|_| GoogleError::Unavailable("an answer without tokens".to_owned()))
}

fn refused(answer: &Answer) -> GoogleError {
    let Denied { error } = serde_json::from_slice(answer.body()).unwrap_or_default();
    match answer.status() {
        StatusCode::TOO_MANY_REQUESTS => GoogleError::Throttled(None),
        status if status.is_client_error() && !error.is_empty() => denial(&error),
        status => GoogleError::Unavailable(format!("HTTP {}", status.as_u16())),
    }
}

/// What it means that sign-in, or new access, is denied with this word.
pub(crate) fn denial(error: &str) -> GoogleError {
    let told = word(error);
    match error {
        error if is_of_consent(error) => GoogleError::Disconnected(told),
        "invalid_client"
        | "deleted_client"
        | "disabled_client"
        | "unauthorized_client"
        | "redirect_uri_mismatch"
        | "org_internal"
        | "invalid_scope" => GoogleError::Misconfigured(told),
        "temporarily_unavailable" | "server_error" | "internal_failure" => GoogleError::Unavailable(told),
        "slow_down" | "rate_limit_exceeded" => GoogleError::Throttled(None),
        _ => GoogleError::NotUnderstood(told),
    }
}

/// Whether only a person can mend it, by consenting (again).
fn is_of_consent(error: &str) -> bool {
    ["invalid_grant", "access_denied", "admin_policy_enforced", "invalid_rapt"].contains(&error)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        http::Response::builder().status(status).body(Bytes::from(body.to_owned())).unwrap()
    }

    #[test]
    fn a_consent_that_is_gone_is_told_from_a_registration_that_is_wrong_and_from_a_bad_line() {
        let refused = |status: u16, body: &str| refused(&answer(status, body));
        let gone = r#"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#;
        assert_eq!(refused(400, gone), GoogleError::Disconnected("invalid_grant".to_owned()));
        for word in ["invalid_client", "deleted_client"] {
            let body = format!(r#"{{"error":"{word}"}}"#);
            assert_eq!(refused(401, &body), GoogleError::Misconfigured(word.to_owned()));
        }
        for (status, body) in [(502, "<html>"), (500, gone), (400, "<html>"), (404, "")] {
            assert_eq!(refused(status, body), GoogleError::Unavailable(format!("HTTP {status}")), "{body}");
        }
        assert_eq!(refused(429, ""), GoogleError::Throttled(None));
        assert_eq!(refused(400, r#"{"error":"what now?"}"#), GoogleError::NotUnderstood(String::new()));
    }

    #[test]
    fn an_answer_without_tokens_is_none() {
        for body in ["", "<html>", "{}", r#"{"access_token":"ya29.secret","expires_in":"soon"}"#] {
            let error = tokens(&answer(200, body)).err().unwrap();
            assert_eq!(error, GoogleError::Unavailable("an answer without tokens".to_owned()), "{body}");
        }
    }
}
