//! Signing in with a developer key (RFC 6749), as Canvas does it: access lasts for an hour, and refreshing it brings no new
//! refresh token.

use std::time::Duration;

use app::ports::canvas::{Account, CanvasError, Credential, Granted, Host};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request, StatusCode};
use outbound::{Access, Answer, Lost, later};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::canvas::CanvasApi;
use crate::config::DeveloperKey;

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// How long access lasts where Canvas does not say.
const USUAL_SECONDS: u64 = 3600;

/// What comes for a code, or for a refresh token.
#[derive(Deserialize)]
struct Tokens {
    access_token: SecretString,
    expires_in: Option<u64>,
    refresh_token: Option<SecretString>,
}

#[derive(Default, Deserialize)]
struct Denied {
    #[serde(default)]
    error: String,
}

impl CanvasApi {
    pub(crate) fn sign_in_address(&self, host: &Host, state: &SecretString, redirect_uri: &str) -> String {
        let (id, scopes) = self
            .config
            .key
            .as_ref()
            .map_or_else(Default::default, |key| (key.id.as_str(), key.scopes.join(" ")));
        let mut pairs = vec![
            ("client_id", id),
            ("response_type", "code"),
            ("redirect_uri", redirect_uri),
            ("state", state.expose_secret()),
        ];
        if !scopes.is_empty() {
            pairs.push(("scope", &scopes));
        }
        let query = query(&pairs);
        format!("{}/login/oauth2/auth?{query}", self.root(host).unwrap_or_default())
    }

    pub(crate) async fn exchange_code(
        &self,
        host: &Host,
        code: &SecretString,
        redirect_uri: &str,
    ) -> Result<Granted, CanvasError> {
        let root = self.root(host)?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.expose_secret()),
            ("redirect_uri", redirect_uri),
        ];
        let tokens = self.tokens_for("oauth.exchange", &root, &form).await?;
        let refresh_token = tokens.refresh_token;
        let nothing = || CanvasError::Misconfigured("it gives no refresh tokens".to_owned());
        Ok(Granted { refresh_token: refresh_token.ok_or_else(nothing)? })
    }

    /// The token to ask with.
    pub(crate) async fn token(&self, account: &Account, root: &str) -> Result<SecretString, CanvasError> {
        let consent = match &account.credential {
            Credential::Personal(token) => return Ok(token.clone()),
            Credential::Consent(consent) => consent,
        };
        let now = self.clock.now();
        let get = async || {
            let form = [("grant_type", "refresh_token"), ("refresh_token", consent.expose_secret())];
            let tokens = self.tokens_for("oauth.refresh", root, &form).await?;
            let seconds = tokens.expires_in.unwrap_or(USUAL_SECONDS);
            let good_until = later(now, Duration::from_secs(seconds));
            Ok::<_, CanvasError>(Access { token: tokens.access_token, good_until })
        };
        Ok(self.tokens.access(account.user, consent, now, get).await?.token)
    }

    /// Forgets a token that was refused.
    pub(crate) async fn forget(&self, account: &Account, token: &SecretString) {
        let refused = Access { token: token.clone(), good_until: self.clock.now() };
        self.tokens.forget(account.user, &refused).await;
    }

    /// Gives consent back. A token that was made by hand is its owner's.
    pub(crate) async fn give_back(&self, account: &Account) -> Result<(), CanvasError> {
        if let Credential::Personal(_) = account.credential {
            return Ok(());
        }
        let root = self.root(&account.host)?;
        let token = match self.token(account, &root).await {
            Ok(token) => token,
            // It is gone already.
            Err(CanvasError::Disconnected(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        self.tokens.forget_all(account.user);
        let bearer = format!("Bearer {}", token.expose_secret());
        let mut bearer = HeaderValue::try_from(bearer).map_err(|_| not_understood())?;
        bearer.set_sensitive(true);
        let request = Request::delete(format!("{root}/login/oauth2/token")).header(AUTHORIZATION, bearer);
        let request = request.body(crate::road::Body::default()).map_err(|_| not_understood())?;
        let answer = self.send("oauth.revoke", request).await.map_err(unavailable)?;
        if answer.status().is_success() || answer.status() == StatusCode::UNAUTHORIZED {
            return Ok(());
        }
        Err(CanvasError::Unavailable(format!("HTTP {}", answer.status().as_u16())))
    }

    async fn tokens_for(&self, name: &str, root: &str, form: &[(&str, &str)]) -> Result<Tokens, CanvasError> {
        let Some(DeveloperKey { id, secret, .. }) = &self.config.key else {
            return Err(CanvasError::Misconfigured("there is no developer key any more".to_owned()));
        };
        let ours = [("client_id", id.as_str()), ("client_secret", secret.expose_secret())];
        let body = query(&[form, &ours].concat());
        let request = Request::post(format!("{root}/login/oauth2/token")).header(CONTENT_TYPE, FORM);
        let request = request.body(body.into()).map_err(|_| not_understood())?;
        let answer = self.send(name, request).await.map_err(unavailable)?;
        if !answer.status().is_success() {
            return Err(denial(&answer));
        }
        // What serde says of it might hold a token.
        serde_json::from_slice(answer.body())
            .map_err(|_| CanvasError::Unavailable("an answer without tokens".to_owned()))
    }
}

fn unavailable(lost: Lost) -> CanvasError {
    CanvasError::Unavailable(lost.to_string())
}

fn not_understood() -> CanvasError {
    CanvasError::NotUnderstood("a request for tokens".to_owned())
}

/// What it means that tokens are denied.
fn denial(answer: &Answer) -> CanvasError {
    let Denied { error } = serde_json::from_slice(answer.body()).unwrap_or_default();
    match (error.as_str(), answer.status()) {
        ("invalid_grant" | "access_denied", _) => CanvasError::Disconnected("its consent is gone".to_owned()),
        ("invalid_client" | "unauthorized_client" | "invalid_request" | "invalid_scope", _) => {
            CanvasError::Misconfigured(error)
        }
        (_, StatusCode::TOO_MANY_REQUESTS) => CanvasError::Throttled(Duration::from_mins(1)),
        (_, status) => CanvasError::Unavailable(format!("HTTP {}", status.as_u16())),
    }
}

/// A query such as `a=b&c=d`.
pub(crate) fn query(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs.iter().copied()).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_that_is_gone_is_told_from_a_key_that_is_wrong_and_from_a_bad_line() {
        let denied = |status: u16, body: &str| {
            denial(&http::Response::builder().status(status).body(body.to_owned().into()).unwrap())
        };
        assert!(matches!(denied(400, r#"{"error":"invalid_grant"}"#), CanvasError::Disconnected(_)));
        assert!(matches!(denied(401, r#"{"error":"invalid_client"}"#), CanvasError::Misconfigured(_)));
        assert!(matches!(denied(429, ""), CanvasError::Throttled(_)));
        for (status, body) in [(500, "<html>"), (400, "<html>"), (302, ""), (400, r#"{"error":"what now?"}"#)]
        {
            assert_eq!(denied(status, body), CanvasError::Unavailable(format!("HTTP {status}")));
        }
    }
}
