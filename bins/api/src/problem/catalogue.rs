//! Every kind of problem the API can answer with, in one table.

use actix_web::http::StatusCode;

/// Where the types live; each is this and its slug.
pub const TYPE_BASE: &str = "https://canvascal.dev/problems/";

macro_rules! catalogue {
    ($($kind:ident = $slug:literal, $status:ident, $title:literal, $about:literal;)+) => {
        /// A kind of problem. Its slug, and so its type URI, never changes once published.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemType {
            $(#[doc = $about] $kind,)+
        }

        impl ProblemType {
            /// The whole catalogue, by status.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// The last part of the type URI.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$kind => $slug,)+ }
            }

            /// The status every problem of this kind is answered with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$kind => StatusCode::$status,)+ }
            }

            /// A few words that are the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)+ }
            }

            /// When it is answered, for the reference.
            pub const fn about(self) -> &'static str {
                match self { $(Self::$kind => $about,)+ }
            }
        }
    };
}

catalogue! {
    MalformedRequest = "malformed-request", BAD_REQUEST, "The request could not be read",
        "The request breaks off or does not follow HTTP.";
    MalformedJson = "malformed-json", BAD_REQUEST, "The body is not JSON",
        "The body is empty or not JSON; the detail says at which line and column.";
    InvalidParameter = "invalid-parameter", BAD_REQUEST, "A parameter is not usable",
        "A part of the path, the query or a header does not have the form it must have; `errors` names it.";

    MissingToken = "missing-token", UNAUTHORIZED, "Sign in first",
        "There is no `Authorization: Bearer` header.";
    ExpiredToken = "expired-token", UNAUTHORIZED, "The token has expired",
        "The token was good once. Get a fresh one and try again.";
    InvalidToken = "invalid-token", UNAUTHORIZED, "The token is not accepted",
        "The token is malformed, not signed by the issuer, or not meant for this server.";

    SessionPending = "session-pending", FORBIDDEN, "Sign-in is not complete",
        "The session still has tasks to complete, such as choosing an organization.";
    InsufficientScope = "insufficient-scope", FORBIDDEN, "The token only allows looking",
        "What is asked for changes something, and the token was made for somebody who may only look.";
    Forbidden = "forbidden", FORBIDDEN, "Not allowed",
        "The caller is known but may not do this.";

    UnknownPath = "unknown-path", NOT_FOUND, "Nothing lives here",
        "No resource has this path.";
    NotFound = "not-found", NOT_FOUND, "Not found",
        "The object does not exist, or belongs to somebody else.";
    TriggerNotFound = "trigger-not-found", NOT_FOUND, "The trigger does not exist",
        "The item that should trigger a proposal does not exist, or belongs to somebody else.";
    GoogleNotConfigured = "google-not-configured", NOT_FOUND, "This server does not reach Google",
        "This server has no registration with Google; its operator can change that.";
    CanvasNotConfigured = "canvas-not-configured", NOT_FOUND, "This server does not reach Canvas so",
        "This server reaches no Canvas, or not in this way; its operator can change that.";
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "Method not allowed",
        "The resource exists but not with this method; `Allow` lists those it has.";
    NotAcceptable = "not-acceptable", NOT_ACCEPTABLE, "No acceptable answer",
        "None of the encodings the caller accepts can be produced.";
    RequestTimeout = "request-timeout", REQUEST_TIMEOUT, "The request came too slowly",
        "The request did not arrive in time.";

    Conflict = "conflict", CONFLICT, "The state does not allow this",
        "The object is not in a state in which this can be done.";
    NotOpen = "not-open", CONFLICT, "The proposal is not open",
        "The proposal was accepted, rejected or superseded before.";
    Cooldown = "cooldown", CONFLICT, "Too soon after the last one",
        "A proposal for this trigger was accepted within the cooldown.";
    ChurnCapExceeded = "churn-cap-exceeded", CONFLICT, "The day's churn is used up",
        "The change would move more than the day's cap allows; cap, used and remaining are given.";
    TriggerDone = "trigger-done", CONFLICT, "The trigger is done",
        "The item that should trigger a proposal is done, so it asks for no more time.";
    TriggerNotDue = "trigger-not-due", CONFLICT, "The trigger has no due time",
        "The item that should trigger a proposal has no due time, so there is nothing to plan towards.";
    PriorityBelowThreshold = "priority-below-threshold", CONFLICT, "The trigger does not matter enough",
        "The item's priority is below the user's threshold; both are given.";
    TriggerExpired = "trigger-expired", CONFLICT, "The trigger was due already",
        "The item that should trigger a proposal was due in the past.";
    Stale = "stale", CONFLICT, "The week has changed",
        "Events the proposal touches have changed since it was made; they are named.";
    UndoConflict = "undo-conflict", CONFLICT, "Events were edited since",
        "Events that would be restored have been edited since; they are named.";
    NotUndoable = "not-undoable", CONFLICT, "There is nothing to undo",
        "The proposal was never applied, or was undone before.";
    ToolRefused = "tool-refused", CONFLICT, "The tool cannot do that now",
        "What the tool was asked for may not be done now; `code` says why, and `next` what to do about it.";
    NotInSync = "not-in-sync", CONFLICT, "Nothing is synchronised",
        "No account is connected, its consent is gone, or its owner does not want it; `sync_state` says which.";
    IdempotencyInProgress = "idempotency-in-progress", CONFLICT, "Still working on it",
        "A request with the same `Idempotency-Key` is still running; see `Retry-After`.";
    ProposalExpired = "proposal-expired", GONE, "The proposal has expired",
        "Proposals can be accepted for a day, and not after the due time.";
    UnknownSignIn = "unknown-sign-in", GONE, "Begin the sign-in again",
        "Nobody began this sign-in, or another user did, or more than 15 minutes ago, or it was used before.";
    UndoExpired = "undo-expired", GONE, "Too late to undo",
        "The time in which the change could be undone is over.";

    PreconditionFailed = "precondition-failed", PRECONDITION_FAILED, "It has changed meanwhile",
        "`If-Match` does not name the present version. Read it again.";
    BodyTooLarge = "body-too-large", PAYLOAD_TOO_LARGE, "The body is too large",
        "The request's body is larger than this server takes.";
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "Not JSON",
        "The body must be sent as `application/json` without a content coding.";
    InvalidBody = "invalid-body", UNPROCESSABLE_ENTITY, "The body does not fit",
        "The body is JSON but not of the form or with the values this request takes; `errors` names the field.";
    IdempotencyKeyReused = "idempotency-key-reused", UNPROCESSABLE_ENTITY, "The key was used before",
        "The same `Idempotency-Key` came with another body.";
    GoogleCodeRefused = "google-code-refused", UNPROCESSABLE_ENTITY, "Google does not take the code",
        "The code is wrong, too old, or was used before. Begin the sign-in again.";
    ConsentDoesNotLast = "consent-does-not-last", UNPROCESSABLE_ENTITY, "Google gave nothing that lasts",
        "Google gave access for an hour and no refresh token. The detail says how to get one.";
    ConsentIncomplete = "consent-incomplete", UNPROCESSABLE_ENTITY, "Something was not consented to",
        "Nothing was connected, since scopes are missing; `missing` has each with the feature that is lost.";
    CanvasTokenRefused = "canvas-token-refused", UNPROCESSABLE_ENTITY, "Canvas does not take the token",
        "The token is wrong, or its owner has deleted it. Make a new one.";
    CanvasCodeRefused = "canvas-code-refused", UNPROCESSABLE_ENTITY, "Canvas does not take the code",
        "The code is wrong, too old, or was used before. Begin the sign-in again.";
    PreconditionRequired = "precondition-required", PRECONDITION_REQUIRED, "Say which version you mean",
        "Changes of this object need an `If-Match` header.";
    RateLimited = "rate-limited", TOO_MANY_REQUESTS, "Too many requests",
        "The caller has asked too often; see `Retry-After`.";

    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong here",
        "A fault of the server. The request id finds it in the log.";
    GoogleRefusesServer = "google-refuses-server", BAD_GATEWAY, "Google refuses this server",
        "Google does not accept this server's registration; its operator has to mend it.";
    CanvasRefusesServer = "canvas-refuses-server", BAD_GATEWAY, "Canvas refuses this server",
        "Canvas does not accept this server's developer key, or what answers is no Canvas.";
    SignInUnavailable = "sign-in-unavailable", SERVICE_UNAVAILABLE, "Tokens cannot be checked now",
        "The issuer's keys cannot be fetched. The token may well be good; try again.";
    GoogleUnavailable = "google-unavailable", SERVICE_UNAVAILABLE, "Google does not answer",
        "Google cannot be reached, or fails. Begin the sign-in again, later.";
    CanvasUnavailable = "canvas-unavailable", SERVICE_UNAVAILABLE, "Canvas does not answer",
        "Canvas cannot be reached, or fails. Try again later.";
    NotReady = "not-ready", SERVICE_UNAVAILABLE, "Not ready",
        "The server is starting, stopping, or misses something it needs.";
}

impl ProblemType {
    /// The stable identifier of the type.
    pub fn uri(self) -> String {
        format!("{TYPE_BASE}{}", self.slug())
    }

    /// What an error of somebody else's making is called here, if there is a word for it.
    pub(crate) fn for_foreign(status: StatusCode) -> Option<Self> {
        match status {
            StatusCode::BAD_REQUEST => Some(Self::MalformedRequest),
            StatusCode::NOT_FOUND => Some(Self::UnknownPath),
            StatusCode::METHOD_NOT_ALLOWED => Some(Self::MethodNotAllowed),
            StatusCode::NOT_ACCEPTABLE => Some(Self::NotAcceptable),
            StatusCode::REQUEST_TIMEOUT => Some(Self::RequestTimeout),
            StatusCode::PAYLOAD_TOO_LARGE => Some(Self::BodyTooLarge),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(Self::UnsupportedMediaType),
            StatusCode::INTERNAL_SERVER_ERROR => Some(Self::Internal),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn slugs_are_unique_and_fit_a_uri() {
        let slugs: HashSet<_> = ProblemType::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), ProblemType::ALL.len());
        assert!(slugs.iter().all(|slug| slug.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    }

    #[test]
    fn the_reference_lists_every_problem_as_it_is() {
        let reference = include_str!("../../../../docs/api.md");
        for kind in ProblemType::ALL {
            let row = format!("| `{}` | {} | {} |", kind.slug(), kind.status().as_u16(), kind.about());
            assert!(reference.contains(&row), "docs/api.md lacks this row, or has another for it:\n{row}");
        }
    }

    #[test]
    fn a_foreign_error_keeps_its_status() {
        for code in 400..600 {
            let status = StatusCode::from_u16(code).unwrap();
            if let Some(kind) = ProblemType::for_foreign(status) {
                assert_eq!(kind.status(), status);
            }
        }
    }
}
