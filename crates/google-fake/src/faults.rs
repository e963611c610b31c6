//! What goes wrong, on demand.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::wire::answer::Answer;
use crate::wire::refusal::Refusal;

/// Something that goes wrong with the next requests that fit.
///
/// ```
/// use google_fake::Fault;
///
/// // The second page of the next list is answered with a 410.
/// let gone = Fault::full_sync_required().on("events.list").on_page(2);
/// // Three writes are done, and their answers are lost.
/// let lost = Fault::cut_after().on("events.insert").times(3);
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    #[serde(default)]
    on: On,
    effect: Effect,
    #[serde(default = "once")]
    times: u32,
    #[serde(default)]
    skip: u32,
}

const fn once() -> u32 {
    1
}

/// Which requests a fault is for: those for which all that is said holds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct On {
    /// Such as `events.list`; `token`, `revoke`, `authorize` and `batch` for what is no operation of calendars.
    operation: Option<String>,
    method: Option<String>,
    /// What the path contains.
    path: Option<String>,
    page: Option<u32>,
    account: Option<String>,
}

/// What happens instead.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Effect {
    /// An error in Google's shape.
    Error { status: u16, reason: String, message: String, retry_after: Option<u32> },
    /// Any JSON.
    Json { status: u16, body: Value },
    /// A page for people.
    Html { status: u16 },
    /// Nothing but a status.
    Empty { status: u16, retry_after: Option<u32> },
    /// 401, as for a token that is no longer good.
    Unauthorized,
    /// 410, as for a sync token that is no longer good.
    FullSyncRequired,
    /// Half of the right answer.
    BadJson,
    /// The connection ends, and nothing was done.
    CutBefore,
    /// It was done, and then the connection ends.
    CutAfter,
    /// The right answer, late.
    Slow { millis: u64 },
    /// The parts of a batch are done and answered in another order.
    ReorderParts,
    /// The answer to a part of a batch is missing, though it was done: counted from 0.
    DropPart { index: usize },
}

/// A request as faults see it.
pub(crate) struct Seen<'a> {
    pub(crate) operation: &'a str,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) page: u32,
    pub(crate) account: Option<&'a str>,
}

impl Fault {
    fn new(effect: Effect) -> Self {
        Self { on: On::default(), effect, times: 1, skip: 0 }
    }

    /// An error in Google's shape.
    pub fn error(status: u16, reason: &str, message: &str) -> Self {
        Self::new(Effect::Error {
            status,
            reason: reason.to_owned(),
            message: message.to_owned(),
            retry_after: None,
        })
    }

    /// Any JSON, with any status.
    pub fn json(status: u16, body: Value) -> Self {
        Self::new(Effect::Json { status, body })
    }

    /// 500 `backendError`.
    pub fn backend_error() -> Self {
        Self::error(500, "backendError", "Backend Error")
    }

    /// 503 `backendError`.
    pub fn unavailable() -> Self {
        Self::error(503, "backendError", "The service is currently unavailable.")
    }

    /// 502 with a page for people.
    pub fn bad_gateway() -> Self {
        Self::new(Effect::Html { status: 502 })
    }

    /// 429 `rateLimitExceeded`.
    pub fn too_many_requests() -> Self {
        Self::error(429, "rateLimitExceeded", "Rate Limit Exceeded")
    }

    /// 403 `rateLimitExceeded`.
    pub fn rate_limit() -> Self {
        Self::error(403, "rateLimitExceeded", "Rate Limit Exceeded")
    }

    /// 403 `userRateLimitExceeded`.
    pub fn user_rate_limit() -> Self {
        Self::error(403, "userRateLimitExceeded", "User Rate Limit Exceeded")
    }

    /// 403 `quotaExceeded`, which lasts for hours.
    pub fn quota_exceeded() -> Self {
        Self::error(403, "quotaExceeded", "Calendar usage limits exceeded.")
    }

    /// A status without a body.
    pub fn empty(status: u16) -> Self {
        Self::new(Effect::Empty { status, retry_after: None })
    }

    /// 401, as for a token that is no longer good.
    pub fn unauthorized() -> Self {
        Self::new(Effect::Unauthorized)
    }

    /// 410, as for a sync token that is no longer good.
    pub fn full_sync_required() -> Self {
        Self::new(Effect::FullSyncRequired)
    }

    /// 412 on a request that had no condition.
    pub fn precondition_check_failed() -> Self {
        Self::error(412, "failedPrecondition", "Precondition check failed.")
    }

    /// What the token endpoint answers: `invalid_grant` and its like.
    pub fn oauth(status: u16, error: &str, description: &str) -> Self {
        Self::json(status, json!({"error": error, "error_description": description})).on("token")
    }

    /// Half of the right answer, with its status.
    pub fn bad_json() -> Self {
        Self::new(Effect::BadJson)
    }

    /// The connection ends, and nothing was done. Of a part of a batch: no answer, and nothing was done.
    pub fn cut_before() -> Self {
        Self::new(Effect::CutBefore)
    }

    /// It was done, and then the connection ends. Of a part of a batch: it was done, and there is no answer.
    pub fn cut_after() -> Self {
        Self::new(Effect::CutAfter)
    }

    /// The right answer, late. The time is real.
    pub fn slow(by: std::time::Duration) -> Self {
        Self::new(Effect::Slow { millis: u64::try_from(by.as_millis()).unwrap_or(u64::MAX) })
    }

    /// The parts of a batch are done and answered in another order.
    pub fn reordered_parts() -> Self {
        Self::new(Effect::ReorderParts).on("batch")
    }

    /// The answer to a part of a batch is missing, though it was done: counted from 0.
    pub fn missing_part(index: usize) -> Self {
        Self::new(Effect::DropPart { index }).on("batch")
    }

    /// Only for an operation, such as `events.list`; `token`, `revoke`, `authorize` and `batch` for what is no
    /// operation of calendars. Operations fit in parts of batches too.
    #[must_use]
    pub fn on(mut self, operation: &str) -> Self {
        self.on.operation = Some(operation.to_owned());
        self
    }

    /// Only for paths that contain this.
    #[must_use]
    pub fn on_path(mut self, part: &str) -> Self {
        self.on.path = Some(part.to_owned());
        self
    }

    /// Only for this method.
    #[must_use]
    pub fn on_method(mut self, method: &str) -> Self {
        self.on.method = Some(method.to_owned());
        self
    }

    /// Only for this page of a list, counted from 1.
    #[must_use]
    pub fn on_page(mut self, page: u32) -> Self {
        self.on.page = Some(page);
        self
    }

    /// Only for this person.
    #[must_use]
    pub fn on_account(mut self, email: &str) -> Self {
        self.on.account = Some(email.to_owned());
        self
    }

    /// As often as this, instead of once.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Not for the first that fit.
    #[must_use]
    pub fn after(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }

    /// With the header `Retry-After`, where an error or nothing is answered.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        if let Effect::Error { retry_after, .. } | Effect::Empty { retry_after, .. } = &mut self.effect {
            *retry_after = Some(seconds);
        }
        self
    }

    fn fits(&self, seen: &Seen<'_>) -> bool {
        let on = &self.on;
        on.operation.as_deref().is_none_or(|operation| operation == seen.operation)
            && on.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case(seen.method))
            && on.path.as_deref().is_none_or(|part| seen.path.contains(part))
            && on.page.is_none_or(|page| page == seen.page)
            && on.account.as_deref().is_none_or(|account| seen.account == Some(account))
    }
}

/// What is still to go wrong, the earliest first.
#[derive(Debug, Default)]
pub(crate) struct Script(Vec<Fault>);

impl Script {
    pub(crate) fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn left(&self) -> usize {
        self.0.len()
    }

    /// What goes wrong with this request.
    pub(crate) fn next(&mut self, seen: &Seen<'_>) -> Option<Effect> {
        for index in 0..self.0.len() {
            let fault = &mut self.0[index];
            if !fault.fits(seen) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            let effect = fault.effect.clone();
            fault.times = fault.times.saturating_sub(1);
            if fault.times == 0 {
                self.0.remove(index);
            }
            return Some(effect);
        }
        None
    }
}

impl Effect {
    /// What is answered instead of doing what was asked for, if that is not done.
    pub(crate) fn instead(&self) -> Option<Answer> {
        let later = |answer: Answer, retry_after: Option<u32>| match retry_after {
            Some(seconds) => answer.with("retry-after", &seconds.to_string()),
            None => answer,
        };
        match self {
            Self::Error { status, reason, message, retry_after } => {
                Some(later(Refusal::new(*status, reason, message.clone()).answer(), *retry_after))
            }
            Self::Json { status, body } => Some(Answer::json(*status, body.clone())),
            Self::Html { status } => Some(Answer::text(
                *status,
                "text/html; charset=UTF-8",
                "<!DOCTYPE html><html lang=en><title>Error</title><p>That\u{2019}s an error.</html>",
            )),
            Self::Empty { status, retry_after } => Some(later(Answer::empty(*status), *retry_after)),
            Self::Unauthorized => Some(Refusal::unauthorized().answer()),
            Self::FullSyncRequired => Some(Refusal::full_sync_required().answer()),
            _ => None,
        }
    }
}
