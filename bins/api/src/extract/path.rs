//! Parameters in the path.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use super::params;
use crate::problem::Problem;

/// What the path holds: one value (`Path<Uuid>`), several (`Path<(Uuid, u32)>`), or a struct by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Path<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let pairs = request.match_info().iter().map(|(name, value)| (name.to_owned(), decode(value)));
        ready(params::parse(pairs.collect()).map(Self))
    }
}

/// The router decodes all but these three, lest a value grow into two segments.
fn decode(value: &str) -> String {
    let mut decoded = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('%') {
        decoded.push_str(&rest[..at]);
        let (escape, after) = rest[at..].split_at_checked(3).unwrap_or((&rest[at..], ""));
        decoded.push_str(match escape {
            "%25" => "%",
            "%2F" | "%2f" => "/",
            "%2B" | "%2b" => "+",
            other => other,
        });
        rest = after;
    }
    decoded.push_str(rest);
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_router_left_is_decoded_once() {
        assert_eq!(decode("a%2Fb%2b%25"), "a/b+%");
        assert_eq!(decode("%252F"), "%2F");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%é"), "%é");
    }
}
