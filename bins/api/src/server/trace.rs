//! Where a request belongs in a trace: W3C Trace Context, as far as the log needs it.

use std::fmt;

use actix_web::http::header::{HeaderMap, HeaderName};
use uuid::Uuid;

/// The header that a caller's trace comes in.
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The trace that a request is part of, and its own place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    /// The caller's trace, or a new one.
    pub(super) id: TraceId,
    /// The request itself.
    pub(super) span: SpanId,
    /// What it is a part of at the caller's.
    pub(super) parent: Option<SpanId>,
}

/// Names a trace: 16 bytes, not all zero, as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TraceId(u128);

/// Names a part of a trace: 8 bytes, not all zero, as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SpanId(u64);

impl Trace {
    /// Goes on with the caller's trace if there is one header that can be read, else begins a new one.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        // The top bits of a version 4 UUID's second half are 10, so it is never zero.
        let (_, span) = Uuid::new_v4().as_u64_pair();
        let mut given = headers.get_all(TRACEPARENT);
        let parent = match (given.next().and_then(|value| value.to_str().ok()), given.next()) {
            (Some(text), None) => read(text),
            _ => None,
        };
        let id = parent.map_or_else(|| TraceId(Uuid::new_v4().as_u128()), |(id, _)| id);
        Self { id, span: SpanId(span), parent: parent.map(|(_, span)| span) }
    }
}

/// The trace and the parent of a `traceparent`, such as `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`.
///
/// Of a version to come the beginning is read, which is to stay as it is.
fn read(text: &str) -> Option<(TraceId, SpanId)> {
    let is_hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let mut parts = text.split('-');
    let mut part = |length| parts.next().filter(|part| part.len() == length && is_hex(part));
    let (version, trace_id, span_id, _flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
    if version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let trace_id = u128::from_str_radix(trace_id, 16).ok().filter(|id| *id != 0)?;
    let span_id = u64::from_str_radix(span_id, 16).ok().filter(|id| *id != 0)?;
    Some((TraceId(trace_id), SpanId(span_id)))
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const EXAMPLE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn of(values: &[&str]) -> Trace {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(TRACEPARENT, HeaderValue::from_str(value).unwrap());
        }
        Trace::of(&headers)
    }

    #[test]
    fn a_caller_s_trace_goes_on() {
        for text in [
            EXAMPLE,
            &EXAMPLE.replace("-01", "-00"),
            &EXAMPLE.replace("-01", "-ff"),
            &EXAMPLE.replacen("00-", "cc-", 1),
            &format!("{}-what-the-future-will-be-like", EXAMPLE.replacen("00-", "cc-", 1)),
            &format!("{}-", EXAMPLE.replacen("00-", "01-", 1)),
        ] {
            let trace = of(&[text]);
            assert_eq!(trace.id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736", "{text}");
            assert_eq!(trace.parent.unwrap().to_string(), "00f067aa0ba902b7", "{text}");
            assert_ne!(Some(trace.span), trace.parent, "the request is a part of its own");
        }
    }

    #[test]
    fn what_is_no_traceparent_begins_a_new_trace() {
        let zeros = |length| "0".repeat(length);
        for text in [
            "",
            "00",
            &EXAMPLE.replacen("00-", "ff-", 1),
            &EXAMPLE.to_uppercase(),
            &format!("{EXAMPLE}-"),
            &format!("{EXAMPLE}-what"),
            &format!("{EXAMPLE}0"),
            &EXAMPLE[..EXAMPLE.len() - 1],
            &EXAMPLE.replace("-01", "-0g"),
            &EXAMPLE.replacen("00-", "cc-", 1).replace("-01", "-01.what"),
            &EXAMPLE.replacen("00-", "0-", 1),
            &EXAMPLE.replacen("4b", "+4", 1),
            &EXAMPLE.replace("4bf92f3577b34da6a3ce929d0e0e4736", &zeros(32)),
            &EXAMPLE.replace("00f067aa0ba902b7", &zeros(16)),
            &EXAMPLE.replace('-', "_"),
        ] {
            let trace = of(&[text]);
            assert_eq!(trace.parent, None, "{text}");
            assert_ne!(trace.id, of(&[text]).id, "{text}");
        }
        assert_eq!(of(&[EXAMPLE, EXAMPLE]).parent, None, "two of them are none");
        assert_eq!(of(&[]).parent, None);
    }

    #[test]
    fn no_name_is_zero() {
        for _ in 0..100 {
            let trace = of(&[]);
            assert!(trace.id.0 != 0 && trace.span.0 != 0);
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(trace_id in 1_u128.., span_id in 1_u64.., flags: u8, version in 0_u8..255) {
            let text = format!("{version:02x}-{}-{}-{flags:02x}", TraceId(trace_id), SpanId(span_id));
            prop_assert_eq!(text.len(), EXAMPLE.len());
            prop_assert_eq!(read(&text), Some((TraceId(trace_id), SpanId(span_id))));
        }

        #[test]
        fn whatever_is_sent_is_read_or_left(text in r"([0-9a-f]{2}-)?[0-9a-fA-F]{30,34}-[0-9a-f]{15,17}(-[0-9a-f]{0,3}){0,2}") {
            if let Some((trace_id, span_id)) = read(&text) {
                prop_assert_eq!(&text[2..55].replace(['-'], ""), &format!("{trace_id}{span_id}{}", &text[53..55]));
                prop_assert!(text.len() == 55 || !text.starts_with("00"));
            }
        }
    }
}
