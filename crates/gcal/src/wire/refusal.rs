//! What Google says no with, and what that means.

use std::time::Duration;

use app::ports::google::GoogleError;
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::Answer;

/// Nobody is told to come back later than this.
const LONGEST_PAUSE: Duration = Duration::from_hours(24);
/// Characters of a reason.
const LONGEST_WORD: usize = 64;

/// An answer that is none of what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// Google's word for it, such as `rateLimitExceeded`; empty where it has none.
    pub(crate) reason: String,
    /// The parameter or header that is at fault, where one is.
    pub(crate) location: String,
    /// Whether Google itself says so, and nobody on the way to it.
    is_googles: bool,
    /// How long to stay away, where Google says so.
    pub(crate) retry_after: Option<Duration>,
}

impl Refusal {
    /// What an answer refuses, if it does.
    pub(crate) fn of(answer: &Answer) -> Option<Self> {
        if answer.status().is_success() {
            return None;
        }
        let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        let error = &body["error"];
        let first = &error["errors"][0];
        let details = error["details"].as_array().into_iter().flatten();
        let mut reasons = std::iter::once(&first["reason"])
            .chain(details.map(|detail| &detail["reason"]))
            .chain([&error["status"]]);
        let names_token =
            error["message"].as_str().is_some_and(|text| text.to_lowercase().contains("sync token"));
        let location = first["location"].as_str().unwrap_or(if names_token { "syncToken" } else { "" });
        Some(Self {
            status: answer.status(),
            reason: reasons.find_map(Value::as_str).map(word).unwrap_or_default(),
            location: word(location),
            is_googles: error.is_object(),
            retry_after: retry_after(answer.headers()),
        })
    }

    /// Whether nothing was done because too much was asked, so that it may be asked again.
    pub(crate) fn is_throttle(&self) -> bool {
        matches!(self.error(), GoogleError::Throttled(_))
    }

    /// Whether nothing was done because the access was refused.
    pub(crate) fn is_unauthorized(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    /// Whether nothing was done because somebody else was at it in the same moment.
    pub(crate) fn is_collision(&self) -> bool {
        self.status == StatusCode::CONFLICT && self.reason == "conflict"
    }

    /// Whether Google itself answers with this status.
    pub(crate) fn is(&self, status: StatusCode) -> bool {
        self.is_googles && self.status == status
    }

    /// What it means.
    pub(crate) fn error(&self) -> GoogleError {
        let Self { status, reason, is_googles, .. } = self;
        let told = || format!("HTTP {}{}{reason}", status.as_u16(), if reason.is_empty() { "" } else { " " });
        match *status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::FORBIDDEN if is_spent(reason) => {
                GoogleError::Exhausted
            }
            StatusCode::TOO_MANY_REQUESTS => GoogleError::Throttled(self.retry_after),
            StatusCode::FORBIDDEN if is_rate(reason) => GoogleError::Throttled(self.retry_after),
            // 401: a fresh access was refused; were the consent gone, there would have been none. 412: on what was asked
            // without If-Match, Google answers so now and then for no reason.
            StatusCode::UNAUTHORIZED | StatusCode::REQUEST_TIMEOUT | StatusCode::PRECONDITION_FAILED => {
                GoogleError::Unavailable(told())
            }
            status if status.is_server_error() => GoogleError::Unavailable(told()),
            // A page of a proxy's, or of Google's front door, which knows nothing of calendars.
            _ if !is_googles => GoogleError::Unavailable(told()),
            StatusCode::FORBIDDEN if is_registration(reason) => GoogleError::Misconfigured(reason.clone()),
            StatusCode::FORBIDDEN => GoogleError::Forbidden(reason.clone()),
            StatusCode::NOT_FOUND | StatusCode::GONE => GoogleError::NotFound,
            StatusCode::CONFLICT if reason == "conflict" => GoogleError::Unavailable(told()),
            StatusCode::BAD_REQUEST if reason.starts_with("pushNotSupported") => {
                GoogleError::Forbidden(reason.clone())
            }
            StatusCode::BAD_REQUEST if reason.starts_with("push.") => {
                GoogleError::Misconfigured(reason.clone())
            }
            _ => GoogleError::NotUnderstood(told()),
        }
    }
}

fn is_rate(reason: &str) -> bool {
    ["rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"]
        .contains(&reason)
}

/// Allowances that last for hours.
fn is_spent(reason: &str) -> bool {
    reason == "quotaExceeded" || reason.starts_with("dailyLimitExceeded")
}

/// The program's project at Google does not have what it takes.
fn is_registration(reason: &str) -> bool {
    ["accessNotConfigured", "SERVICE_DISABLED"].contains(&reason)
}

/// How long to stay away: in seconds, or until a date, which is held against the answer's own.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let date = |name| text(name).and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok());
    let value = text(RETRY_AFTER)?;
    let pause = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => Duration::try_from(date(RETRY_AFTER)? - date(DATE)?).unwrap_or_default(),
    };
    Some(pause.min(LONGEST_PAUSE))
}

/// A word of Google's that may be shown. What does not look like one might be anything, and is not.
pub(crate) fn word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if text.len() <= LONGEST_WORD && text.bytes().all(is_plain) { text.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn refused(status: u16, body: &str) -> Refusal {
        let answer = http::Response::builder().status(status).body(Bytes::from(body.to_owned())).unwrap();
        Refusal::of(&answer).unwrap()
    }

    fn because(status: u16, reason: &str) -> GoogleError {
        let body = json!({"error": {"code": status, "message": "secret", "errors": [{"reason": reason}]}});
        refused(status, &body.to_string()).error()
    }

    #[test]
    fn each_refusal_is_named_by_the_way_out() {
        let unavailable = |text: &str| GoogleError::Unavailable(text.to_owned());
        let not_understood = |text: &str| GoogleError::NotUnderstood(text.to_owned());
        let forbidden = |text: &str| GoogleError::Forbidden(text.to_owned());
        for (status, reason, error) in [
            (403, "rateLimitExceeded", GoogleError::Throttled(None)),
            (403, "userRateLimitExceeded", GoogleError::Throttled(None)),
            (429, "rateLimitExceeded", GoogleError::Throttled(None)),
            (429, "", GoogleError::Throttled(None)),
            (403, "quotaExceeded", GoogleError::Exhausted),
            (429, "quotaExceeded", GoogleError::Exhausted),
            (403, "dailyLimitExceeded", GoogleError::Exhausted),
            (403, "insufficientPermissions", forbidden("insufficientPermissions")),
            (403, "forbiddenForNonOrganizer", forbidden("forbiddenForNonOrganizer")),
            (403, "accessNotConfigured", GoogleError::Misconfigured("accessNotConfigured".to_owned())),
            (400, "pushNotSupportedForRequestedResource", forbidden("pushNotSupportedForRequestedResource")),
            (
                400,
                "push.webhookUrlNotHttps",
                GoogleError::Misconfigured("push.webhookUrlNotHttps".to_owned()),
            ),
            (400, "invalid", not_understood("HTTP 400 invalid")),
            (401, "authError", unavailable("HTTP 401 authError")),
            (404, "notFound", GoogleError::NotFound),
            (410, "deleted", GoogleError::NotFound),
            (409, "conflict", unavailable("HTTP 409 conflict")),
            (409, "duplicate", not_understood("HTTP 409 duplicate")),
            (412, "conditionNotMet", unavailable("HTTP 412 conditionNotMet")),
            (500, "backendError", unavailable("HTTP 500 backendError")),
            (503, "", unavailable("HTTP 503")),
            (302, "", not_understood("HTTP 302")),
        ] {
            assert_eq!(because(status, reason), error, "{status} {reason}");
        }
    }

    #[test]
    fn what_is_not_googles_own_answer_tells_nothing_of_the_calendar() {
        for status in [301, 400, 403, 404, 410, 502] {
            for body in ["<html>Robots?</html>", "", "[]", "{}"] {
                let refusal = refused(status, body);
                assert_eq!(refusal.error(), GoogleError::Unavailable(format!("HTTP {status}")), "{body}");
                assert!(!refusal.is(refusal.status));
            }
        }
        assert_eq!(refused(429, "").error(), GoogleError::Throttled(None));
    }

    #[test]
    fn a_newer_form_of_refusal_is_read_as_well() {
        let body = json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "details": [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"},
        ]}});
        let refusal = refused(403, &body.to_string());
        assert_eq!(refusal.error(), GoogleError::Forbidden("ACCESS_TOKEN_SCOPE_INSUFFICIENT".to_owned()));
    }

    #[test]
    fn google_says_when_to_come_back_in_seconds_or_by_date() {
        let pause = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(DATE, "Tue, 19 Nov 2013 01:13:52 GMT".parse().unwrap());
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            retry_after(&headers)
        };
        assert_eq!(pause("7"), Some(Duration::from_secs(7)));
        assert_eq!(pause("Tue, 19 Nov 2013 01:14:22 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(pause("Tue, 19 Nov 2013 01:13:22 GMT"), Some(Duration::ZERO));
        assert_eq!(pause("99999999"), Some(LONGEST_PAUSE));
        assert_eq!(pause("soon"), None);
        assert_eq!(pause("-1"), None);
    }

    proptest! {
        #[test]
        fn nothing_but_a_word_is_ever_shown(status in 300..600_u16, text in any::<String>(), body in any::<String>()) {
            if word(&text).is_empty() {
                prop_assert_eq!(because(status, &text), because(status, ""));
            }
            refused(status, &body).error();
        }
    }
}
