//! What a session token says, in both versions Clerk has, and whether it is good.

use serde::Deserialize;
use serde_json::Value;

use super::rejection::{Fault, Rejection};

/// How far apart clocks may be. Clerk's own default.
const LEEWAY_SECONDS: i64 = 5;

/// What a user allows an agent that may change their calendar.
pub(crate) const WRITE_SCOPE: &str = "calendar:write";

/// What a user allows an agent that may only look.
pub(crate) const READ_SCOPE: &str = "calendar:read";

/// The claims we judge; all others are none of our business.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    iss: Option<String>,
    azp: Option<String>,
    pub(super) sub: Option<String>,
    pub(super) sid: Option<String>,
    sts: Option<String>,
    exp: Option<i64>,
    nbf: Option<i64>,
    iat: Option<i64>,
    /// 2 since April 2025; absent before.
    v: Option<i64>,
    /// The active organization, version 2.
    o: Option<Organization>,
    /// The active organization, version 1.
    org_id: Option<String>,
    org_role: Option<String>,
    /// Public metadata, if the instance puts it into its tokens. Of any shape: it is the customer's.
    metadata: Option<Value>,
    act: Option<Actor>,
    /// What the user allowed whoever has the token, where it was made for somebody else than them.
    scope: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Organization {
    id: Option<String>,
    rol: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Actor {
    sub: Option<String>,
}

/// What a verifier demands of claims.
#[derive(Debug)]
pub(super) struct Demands {
    pub(super) issuer: String,
    pub(super) parties: Vec<String>,
    /// Where users may found organizations, each founder is an admin of theirs; naming the ones that
    /// count keeps them from being admins here. None named: all count.
    pub(super) admin_organizations: Vec<String>,
}

impl Claims {
    /// Everything but the signature. `now` is in Unix seconds.
    pub(super) fn judge(&self, demands: &Demands, now: i64) -> Result<(), Rejection> {
        if self.iss.as_ref() != Some(&demands.issuer) {
            return Err(Fault::Issuer.into());
        }
        self.judge_times(now)?;
        if !self.azp.as_ref().is_some_and(|azp| demands.parties.contains(azp)) {
            return Err(Fault::Party.into());
        }
        if !self.sub.as_deref().is_some_and(is_user) {
            return Err(Fault::Subject.into());
        }
        if self.sid.as_deref().is_none_or(str::is_empty) {
            return Err(Fault::NoSession.into());
        }
        // Last, because it is the only one that says the token is genuine.
        if self.sts.as_deref() == Some("pending") {
            return Err(Rejection::Pending);
        }
        Ok(())
    }

    fn judge_times(&self, now: i64) -> Result<(), Rejection> {
        let expires = self.exp.ok_or(Fault::Malformed)?;
        if expires <= now.saturating_sub(LEEWAY_SECONDS) {
            return Err(Rejection::Expired);
        }
        let latest = now.saturating_add(LEEWAY_SECONDS);
        if [self.nbf, self.iat].into_iter().flatten().any(|begin| begin > latest) {
            return Err(Fault::NotYetValid.into());
        }
        Ok(())
    }

    pub(super) fn is_admin(&self, demands: &Demands) -> bool {
        let by_metadata = self.metadata.as_ref().and_then(|metadata| metadata.get("role"));
        by_metadata.is_some_and(|role| role == "admin")
            || self.admin_of().is_some_and(|organization| {
                demands.admin_organizations.is_empty()
                    || demands.admin_organizations.iter().any(|id| id == organization)
            })
    }

    /// The organization whose admin this is. Version 2 dropped the role's prefix.
    fn admin_of(&self) -> Option<&str> {
        if self.v == Some(2) {
            let organization = self.o.as_ref()?;
            (organization.rol.as_deref() == Some("admin")).then_some(organization.id.as_deref()?)
        } else {
            (self.org_role.as_deref() == Some("org:admin")).then_some(self.org_id.as_deref()?)
        }
    }

    /// Whether the user's own calendar may be changed with it: it is the user's own, or they allowed that.
    pub(super) fn may_write(&self) -> bool {
        let is_allowed = |scope: &String| scope.split_whitespace().any(|one| one == WRITE_SCOPE);
        self.act.is_none() && self.scope.as_ref().is_none_or(is_allowed)
    }

    /// Who is acting in the user's name.
    pub(super) fn impersonator(&self) -> Option<&str> {
        self.act.as_ref().map(|actor| actor.sub.as_deref().unwrap_or("unknown"))
    }
}

/// Clerk's user ids are `user_` and letters; anything a log or a database could stumble over is not one.
fn is_user(sub: &str) -> bool {
    let id = sub.strip_prefix("user_").unwrap_or_default();
    !id.is_empty()
        && id.len() <= 128
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}
