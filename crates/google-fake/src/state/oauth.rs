//! Consent, codes and tokens.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Caller;
use super::ids::Ids;
use crate::options::Client;
use crate::wire::answer::Answer;
use crate::wire::query::Query;
use crate::wire::scope::Scopes;

const CODE_SECONDS: i64 = 600;
const ACCESS_SECONDS: i64 = 3600;
const DAY_SECONDS: i64 = 86_400;

/// Of one person's refresh tokens for one program the oldest dies beyond these.
const MOST_REFRESH_TOKENS: usize = 100;

/// What the person answers on the consent screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant<'a> {
    /// Everything that is asked for.
    All,
    /// Of what is asked for only these scopes; the rest was unticked.
    Only(&'a [&'a str]),
    /// Nothing.
    Deny,
}

/// What was ever handed out.
#[derive(Default)]
pub(crate) struct OAuth {
    codes: BTreeMap<String, Code>,
    access: BTreeMap<String, Access>,
    refresh: BTreeMap<String, Refresh>,
    /// What each person has granted, until they revoke it.
    grants: BTreeMap<String, Scopes>,
    /// Every code and token, the dead ones too.
    pub(crate) issued: Vec<String>,
    /// Codes that are exchanged without a refresh token, whatever was asked for.
    pub(crate) withheld: u32,
    /// Renewals that replace the refresh token.
    pub(crate) replaced: u32,
}

struct Code {
    email: String,
    scopes: Scopes,
    redirect_uri: String,
    challenge: Option<(String, bool)>,
    is_offline: bool,
    issued: Timestamp,
}

struct Access {
    email: String,
    scopes: Scopes,
    expires: Timestamp,
}

struct Refresh {
    email: String,
    scopes: Scopes,
    issued: Timestamp,
    used: Timestamp,
    expires: Option<Timestamp>,
}

/// An answer of the token endpoint that is none.
pub(crate) struct Denied(u16, &'static str, String);

impl Denied {
    fn invalid_grant(description: &str) -> Self {
        Self(400, "invalid_grant", description.to_owned())
    }

    fn invalid_request(description: &str) -> Self {
        Self(400, "invalid_request", description.to_owned())
    }

    fn expired() -> Self {
        Self::invalid_grant("Token has been expired or revoked.")
    }

    pub(crate) fn answer(&self) -> Answer {
        Answer::json(self.0, json!({"error": self.1, "error_description": self.2}))
    }
}

impl OAuth {
    /// Sends the person back with a code, or with why there is none. `Err` where Google shows a page of its own.
    pub(crate) fn consent(
        &mut self,
        client: &Client,
        query: &Query,
        email: &str,
        grant: Grant<'_>,
        ids: &mut Ids,
        now: Timestamp,
    ) -> Result<String, (u16, &'static str)> {
        if query.get("client_id") != Some(&client.id) {
            return Err((401, "invalid_client"));
        }
        let redirect_uri = query.get("redirect_uri").unwrap_or_default();
        let known =
            client.redirect_uris.is_empty() || client.redirect_uris.iter().any(|uri| uri == redirect_uri);
        if redirect_uri.is_empty() || !known {
            return Err((400, "redirect_uri_mismatch"));
        }
        let asked = Scopes::parse(query.get("scope").unwrap_or_default());
        if asked.0.is_empty() || query.get("response_type") != Some("code") {
            return Err((400, "invalid_request"));
        }
        let challenge = match (query.get("code_challenge"), query.get("code_challenge_method")) {
            (None, _) => None,
            (Some(challenge), Some("S256")) => Some((challenge.to_owned(), true)),
            (Some(challenge), None | Some("plain")) => Some((challenge.to_owned(), false)),
            (Some(_), Some(_)) => return Err((400, "invalid_request")),
        };
        let granted = match grant {
            Grant::All => asked,
            Grant::Only(kept) => {
                let kept = Scopes::parse(&kept.join(" "));
                Scopes(asked.0.intersection(&kept.0).cloned().collect())
            }
            Grant::Deny => Scopes::default(),
        };
        let mut answer = form_urlencoded::Serializer::new(String::new());
        if let Some(state) = query.get("state") {
            answer.append_pair("state", state);
        }
        if granted.0.is_empty() {
            answer.append_pair("error", "access_denied");
        } else {
            let code = ids.token("4/0A", 48);
            let is_first = !self.grants.contains_key(email);
            let all = self.grants.entry(email.to_owned()).or_default();
            all.0.extend(granted.0.iter().cloned());
            let scopes =
                if query.get("include_granted_scopes") == Some("true") { all.clone() } else { granted };
            let prompted =
                query.get("prompt").is_some_and(|prompt| prompt.split(' ').any(|word| word == "consent"));
            let is_offline = query.get("access_type") == Some("offline") && (is_first || prompted);
            answer.append_pair("code", &code).append_pair("scope", &scopes.full());
            self.issued.push(code.clone());
            let redirect_uri = redirect_uri.to_owned();
            let email = email.to_owned();
            self.codes.insert(code, Code { email, scopes, redirect_uri, challenge, is_offline, issued: now });
        }
        let joint = if redirect_uri.contains('?') { '&' } else { '?' };
        Ok(format!("{redirect_uri}{joint}{}", answer.finish()))
    }

    /// The token endpoint.
    pub(crate) fn token(
        &mut self,
        client: &Client,
        form: &Query,
        ids: &mut Ids,
        now: Timestamp,
    ) -> Result<Value, Denied> {
        match form.get("client_id") {
            None => return Err(Denied::invalid_request("Could not determine client ID from request.")),
            Some(id) if id != client.id => {
                return Err(Denied(401, "invalid_client", "The OAuth client was not found.".to_owned()));
            }
            Some(_) => {}
        }
        if form.get("client_secret") != Some(&client.secret) {
            return Err(Denied(401, "invalid_client", "Unauthorized".to_owned()));
        }
        match form.get("grant_type") {
            Some("authorization_code") => self.exchange(client, form, ids, now),
            Some("refresh_token") => self.renew(form, ids, now),
            Some(other) => Err(Denied(400, "unsupported_grant_type", format!("Invalid grant_type: {other}"))),
            None => Err(Denied::invalid_request("Missing required parameter: grant_type")),
        }
    }

    fn exchange(
        &mut self,
        client: &Client,
        form: &Query,
        ids: &mut Ids,
        now: Timestamp,
    ) -> Result<Value, Denied> {
        // A code is used up even where the exchange fails.
        let code = form.get("code").and_then(|code| self.codes.remove(code));
        let code = code.ok_or_else(|| Denied::invalid_grant("Malformed auth code."))?;
        if now.duration_since(code.issued) > SignedDuration::from_secs(CODE_SECONDS) {
            return Err(Denied::invalid_grant("Bad Request"));
        }
        if form.get("redirect_uri") != Some(&code.redirect_uri) {
            return Err(Denied(400, "redirect_uri_mismatch", "Bad Request".to_owned()));
        }
        if let Some((challenge, is_hashed)) = &code.challenge {
            let verifier =
                form.get("code_verifier").ok_or_else(|| Denied::invalid_grant("Missing code verifier."))?;
            let matches = if *is_hashed { hashed(verifier) == *challenge } else { verifier == challenge };
            if !matches {
                return Err(Denied::invalid_grant("Invalid code verifier."));
            }
        }
        let mut answer = self.access(&code.email, code.scopes.clone(), ids, now);
        if code.is_offline && self.withheld == 0 {
            let expires = client.is_testing.then(|| now + SignedDuration::from_secs(7 * DAY_SECONDS));
            let token = ids.token("1//0", 72);
            self.issued.push(token.clone());
            self.make_room(&code.email);
            let refresh = Refresh { email: code.email, scopes: code.scopes, issued: now, used: now, expires };
            self.refresh.insert(token.clone(), refresh);
            answer["refresh_token"] = json!(token);
        }
        self.withheld = self.withheld.saturating_sub(1);
        Ok(answer)
    }

    fn make_room(&mut self, email: &str) {
        let mut theirs: Vec<_> = self
            .refresh
            .iter()
            .filter(|(_, refresh)| refresh.email == email)
            .map(|(token, refresh)| (refresh.issued, token.clone()))
            .collect();
        theirs.sort();
        for (_, token) in theirs.iter().rev().skip(MOST_REFRESH_TOKENS - 1) {
            self.refresh.remove(token);
        }
    }

    fn renew(&mut self, form: &Query, ids: &mut Ids, now: Timestamp) -> Result<Value, Denied> {
        let token = form
            .get("refresh_token")
            .ok_or_else(|| Denied::invalid_request("Missing required parameter: refresh_token"))?;
        let refresh = self.refresh.get_mut(token).ok_or_else(Denied::expired)?;
        let is_stale = now.duration_since(refresh.used) > SignedDuration::from_secs(183 * DAY_SECONDS);
        if is_stale || refresh.expires.is_some_and(|expires| expires <= now) {
            return Err(Denied::expired());
        }
        refresh.used = now;
        let (email, scopes) = (refresh.email.clone(), refresh.scopes.clone());
        let mut answer = self.access(&email, scopes, ids, now);
        if self.replaced > 0
            && let Some(refresh) = self.refresh.remove(token)
        {
            self.replaced -= 1;
            let token = ids.token("1//0", 72);
            self.issued.push(token.clone());
            self.refresh.insert(token.clone(), refresh);
            answer["refresh_token"] = json!(token);
        }
        Ok(answer)
    }

    /// A new access token, as it is answered.
    pub(crate) fn access(&mut self, email: &str, scopes: Scopes, ids: &mut Ids, now: Timestamp) -> Value {
        let token = ids.token("ya29.a0", 120);
        self.issued.push(token.clone());
        let answer = json!({
            "access_token": token, "expires_in": ACCESS_SECONDS - 1, "scope": scopes.full(), "token_type": "Bearer",
        });
        let expires = now + SignedDuration::from_secs(ACCESS_SECONDS);
        self.access.insert(token, Access { email: email.to_owned(), scopes, expires });
        answer
    }

    /// Takes back what a token stands for, and all that was granted with it.
    pub(crate) fn revoke(&mut self, token: &str, now: Timestamp) -> Result<(), Denied> {
        let refresh = self.refresh.get(token).map(|refresh| refresh.email.clone());
        let access = self.access.get(token).filter(|access| access.expires > now);
        let email = refresh.or_else(|| access.map(|access| access.email.clone()));
        let email =
            email.ok_or_else(|| Denied(400, "invalid_token", "Token expired or revoked".to_owned()))?;
        self.revoke_person(&email);
        Ok(())
    }

    pub(crate) fn revoke_person(&mut self, email: &str) {
        self.grants.remove(email);
        self.codes.retain(|_, code| code.email != email);
        self.kill_refresh_tokens(email);
        self.access.retain(|_, access| access.email != email);
    }

    /// The person's refresh tokens are worth nothing any more; what was granted stays so.
    pub(crate) fn kill_refresh_tokens(&mut self, email: &str) {
        self.refresh.retain(|_, refresh| refresh.email != email);
    }

    pub(crate) fn expire_access_tokens(&mut self) {
        self.access.clear();
    }

    /// Whose token it is.
    pub(crate) fn caller(&self, token: &str, client: &Client, now: Timestamp) -> Option<Caller> {
        let access = self.access.get(token).filter(|access| access.expires > now)?;
        Some(Caller {
            email: access.email.clone(),
            client: Some(client.id.clone()),
            scopes: access.scopes.clone(),
        })
    }
}

fn hashed(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes()))
}
