//! Refusals in the shape of Google's errors.

use std::fmt;

use serde_json::{Value, json};

use super::answer::Answer;

/// A request that is not done, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(Box<Said>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    status: u16,
    domain: &'static str,
    reason: String,
    message: String,
    /// What is at fault: `parameter` or `header`, and its name.
    at: Option<(&'static str, String)>,
    /// What newer parts of Google's servers say besides.
    more: Option<More>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum More {
    Unauthenticated,
    /// The operation that the token's scopes do not reach.
    Scope(&'static str),
}

impl Refusal {
    pub(crate) fn new(status: u16, reason: &str, message: impl Into<String>) -> Self {
        let domain = match reason {
            "rateLimitExceeded" | "userRateLimitExceeded" | "quotaExceeded" | "dailyLimitExceeded" => {
                "usageLimits"
            }
            "fullSyncRequired"
            | "updatedMinTooLongAgo"
            | "requiredAccessLevel"
            | "forbiddenForNonOrganizer"
            | "eventTypeRestriction"
            | "timeRangeEmpty"
            | "pushNotSupportedForRequestedResource" => "calendar",
            _ => "global",
        };
        let (reason, message) = (reason.to_owned(), message.into());
        Self(Box::new(Said { status, domain, reason, message, at: None, more: None }))
    }

    fn at(mut self, kind: &'static str, name: &str) -> Self {
        self.0.at = Some((kind, name.to_owned()));
        self
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "notFound", "Not Found")
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "badRequest", message)
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid", message)
    }

    pub(crate) fn invalid_parameter(name: &str) -> Self {
        Self::invalid("Invalid Value").at("parameter", name)
    }

    pub(crate) fn required(message: impl Into<String>) -> Self {
        Self::new(400, "required", message)
    }

    pub(crate) fn parse_error() -> Self {
        Self::new(400, "parseError", "Parse Error")
    }

    pub(crate) fn unauthorized() -> Self {
        let mut refusal = Self::new(401, "authError", "Invalid Credentials").at("header", "Authorization");
        refusal.0.more = Some(More::Unauthenticated);
        refusal
    }

    pub(crate) fn out_of_scope(operation: &'static str) -> Self {
        let mut refusal = Self::new(403, "insufficientPermissions", "Insufficient Permission");
        refusal.0.more = Some(More::Scope(operation));
        refusal
    }

    pub(crate) fn needs_access(role: &str) -> Self {
        Self::new(403, "requiredAccessLevel", format!("You need to have {role} access to this calendar."))
    }

    pub(crate) fn duplicate() -> Self {
        Self::new(409, "duplicate", "The requested identifier already exists.")
    }

    pub(crate) fn deleted() -> Self {
        Self::new(410, "deleted", "Resource has been deleted")
    }

    pub(crate) fn full_sync_required() -> Self {
        Self::new(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
            .at("parameter", "syncToken")
    }

    pub(crate) fn condition_not_met() -> Self {
        Self::new(412, "conditionNotMet", "Precondition Failed").at("header", "If-Match")
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// The reason, for programs.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    pub(crate) fn body(&self) -> Value {
        let Said { status, domain, reason, message, at, more } = &*self.0;
        let mut error = json!({"domain": domain, "reason": reason, "message": message});
        if let Some((kind, name)) = at {
            error["locationType"] = json!(kind);
            error["location"] = json!(name);
        }
        let mut body = json!({"errors": [error], "code": status, "message": message});
        match more {
            Some(More::Unauthenticated) => {
                body["message"] = json!(
                    "Request had invalid authentication credentials. Expected OAuth 2 access token, login \
                     cookie or other valid authentication credential."
                );
                body["status"] = json!("UNAUTHENTICATED");
            }
            Some(More::Scope(operation)) => {
                body["message"] = json!("Request had insufficient authentication scopes.");
                body["status"] = json!("PERMISSION_DENIED");
                body["details"] = json!([{
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                    "domain": "googleapis.com",
                    "metadata": {"service": "calendar-json.googleapis.com", "method": operation},
                }]);
            }
            None => {}
        }
        json!({"error": body})
    }

    pub(crate) fn answer(&self) -> Answer {
        let answer = Answer::json(self.status(), self.body());
        match self.0.more {
            Some(More::Unauthenticated) => answer.with(
                "www-authenticate",
                "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"",
            ),
            Some(More::Scope(_)) => answer.with(
                "www-authenticate",
                "Bearer realm=\"https://accounts.google.com/\", error=\"insufficient_scope\"",
            ),
            None => answer,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.0.status, self.0.reason, self.0.message)
    }
}

impl std::error::Error for Refusal {}
