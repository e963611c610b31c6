//! Why a caller is turned away, and what they are told.

use std::time::Duration;

use actix_web::http::header::{HeaderValue, WWW_AUTHENTICATE};

use crate::problem::{Problem, ProblemType};

/// Why a caller is turned away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no bearer token.
    #[error("no bearer token")]
    Missing,
    /// The token was good once.
    #[error("the token has expired")]
    Expired,
    /// The token is not acceptable at all.
    #[error("{0}")]
    Invalid(#[from] Fault),
    /// The session has tasks left before it may be used.
    #[error("the session is pending")]
    Pending,
    /// The issuer's keys could not be had.
    #[error("the issuer's keys are unavailable")]
    KeysUnavailable {
        /// When another attempt will be made.
        retry_after: Duration,
    },
}

/// What is wrong with a token. The texts are told to the caller and hold nothing of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not three parts of base64 and JSON, or claims of the wrong form.
    #[error("It is not a well-formed session token.")]
    Malformed,
    /// Signed by another algorithm than the issuer's.
    #[error("It is not signed by the algorithm this server accepts.")]
    Algorithm,
    /// The header says it is something else than a session token, or asks for what we do not know.
    #[error("It is not a session token.")]
    NotASessionToken,
    /// The header does not say which key signed it.
    #[error("It does not name its key (`kid`).")]
    NoKeyId,
    /// The issuer has no such key.
    #[error("It is signed by a key the issuer does not have.")]
    UnknownKey,
    /// The signature does not fit.
    #[error("Its signature is wrong.")]
    Signature,
    /// From another issuer.
    #[error("It is from another issuer.")]
    Issuer,
    /// Made for a front end that is not ours, or for none.
    #[error("It was made for an origin this server does not accept (`azp`).")]
    Party,
    /// Not yet valid by `nbf` or `iat`.
    #[error("It is not valid yet.")]
    NotYetValid,
    /// Not a user's token.
    #[error("It does not stand for a user.")]
    Subject,
    /// Not tied to a session.
    #[error("It does not belong to a session (`sid`).")]
    NoSession,
}

const REALM: &str = "Bearer realm=\"canvascal\"";

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Missing => challenge(
                Problem::new(ProblemType::MissingToken, "Send `Authorization: Bearer` with a session token."),
                None,
            ),
            Rejection::Expired => challenge(
                Problem::new(
                    ProblemType::ExpiredToken,
                    "The token has expired. Get a fresh one and try again.",
                ),
                Some("The token has expired"),
            ),
            Rejection::Invalid(fault) => challenge(
                Problem::new(ProblemType::InvalidToken, fault.to_string()),
                Some("The token is not accepted"),
            ),
            Rejection::Pending => Problem::new(
                ProblemType::SessionPending,
                "Complete the tasks of your session first, then try again with a fresh token.",
            ),
            Rejection::KeysUnavailable { retry_after } => Problem::new(
                ProblemType::SignInUnavailable,
                "The keys to check the token with cannot be fetched just now. Keep the token and try again.",
            )
            .retry_after(retry_after),
        }
    }
}

/// A request without a token gets no error code (RFC 6750, section 3.1).
fn challenge(problem: Problem, description: Option<&str>) -> Problem {
    let text = description.map_or_else(
        || REALM.to_owned(),
        |description| format!("{REALM}, error=\"invalid_token\", error_description=\"{description}\""),
    );
    let value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(REALM));
    problem.header(WWW_AUTHENTICATE, value)
}
