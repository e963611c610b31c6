//! How often proposals may be asked for, told in headers.
//!
//! `RateLimit` and `RateLimit-Policy` are those of the IETF's draft on rate limit fields, in the form of its versions
//! from 09 on.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use planner_core::lifecycle::Quota;
use planner_core::time::Moment;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Tells what is left of a quota, and in how many seconds there is more.
pub(super) fn tell(quota: &Quota, now: Moment, headers: &mut HeaderMap) {
    let limit = quota.limit();
    let policy = format!("\"proposals\";q={};w={}", limit.times, limit.window_minutes * 60);
    let left = format!("\"proposals\";r={}", quota.remaining());
    let left = match quota.resets_at() {
        Some(at) => format!("{left};t={}", seconds_until(at, now)),
        None => left,
    };
    for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, left)] {
        // Digits and quotes are always good in a header.
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}

/// Whole seconds, and never too early.
fn seconds_until(at: Moment, now: Moment) -> i64 {
    (at.micros_since(now).max(0) + 999_999) / 1_000_000
}
