//! Problems: how everything that goes wrong is told to the caller (RFC 9457).
//!
//! A handler returns `Result<_, Problem>`. Libraries below know nothing of HTTP; their errors are
//! turned into problems in one place per use case. Details are written for the caller: they name
//! what to change and hold no internal text.

mod catalogue;
mod field;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError};
use serde::Serialize;
use serde_json::{Map, Value};

pub use self::catalogue::{ProblemType, TYPE_BASE};
pub use self::field::{FieldError, Place};

/// The media type of a problem.
pub const CONTENT_TYPE: &str = "application/problem+json";

tokio::task_local! {
    /// The id of the request being answered. A problem is often made where no request is at hand.
    pub(crate) static REQUEST_ID: String;
}

/// One thing that went wrong, as the caller will read it.
#[derive(Clone, Debug)]
pub struct Problem(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    kind: ProblemType,
    detail: Cow<'static, str>,
    instance: Option<String>,
    request_id: Option<String>,
    errors: Vec<FieldError>,
    extensions: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem of this kind; `detail` tells this caller what is wrong this time.
    pub fn new(kind: ProblemType, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Parts {
            kind,
            detail: detail.into(),
            instance: None,
            request_id: None,
            errors: Vec::new(),
            extensions: Map::new(),
            headers: Vec::new(),
        }))
    }

    /// A fault of ours. What exactly is logged here and never told.
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!("answering 500: {cause:#}");
        Self::unexplained()
    }

    /// A fault of ours that is in the log already.
    pub(crate) fn unexplained() -> Self {
        Self::new(ProblemType::Internal, "The fault is on our side and has been noted under the request id.")
    }

    /// The kind of problem.
    pub fn kind(&self) -> ProblemType {
        self.0.kind
    }

    /// The detail.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Names a part of the request that is wrong.
    #[must_use]
    pub fn error(mut self, error: FieldError) -> Self {
        self.0.errors.push(error);
        self
    }

    /// Names the occurrence by a URI.
    #[must_use]
    pub fn instance(mut self, uri: impl Into<String>) -> Self {
        self.0.instance = Some(uri.into());
        self
    }

    /// Adds an extension member, such as the cap that was hit.
    ///
    /// A value that does not serialize is left out: a problem must always come out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        debug_assert!(!STANDARD_MEMBERS.contains(&name), "{name} is not an extension");
        if let Ok(value) = serde_json::to_value(value) {
            self.0.extensions.insert(name.to_owned(), value);
        }
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// Tells when to try again, in whole seconds and never too early.
    #[must_use]
    pub fn retry_after(self, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.header(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    pub(crate) fn request_id(mut self, id: &str) -> Self {
        self.0.request_id = Some(id.to_owned());
        self
    }

    fn body(&self) -> Body<'_> {
        let parts = &*self.0;
        let request_id = parts.request_id.clone().or_else(|| REQUEST_ID.try_with(Clone::clone).ok());
        Body {
            kind: parts.kind.uri(),
            title: parts.kind.title(),
            status: parts.kind.status().as_u16(),
            detail: &parts.detail,
            instance: parts.instance.as_deref(),
            request_id,
            errors: &parts.errors,
            extensions: &parts.extensions,
        }
    }
}

const STANDARD_MEMBERS: [&str; 7] = ["type", "title", "status", "detail", "instance", "request_id", "errors"];

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    #[serde(flatten)]
    extensions: &'a Map<String, Value>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.kind.slug(), self.0.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.kind.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.content_type(CONTENT_TYPE).insert_header((header::CACHE_CONTROL, "no-store"));
        for (name, value) in &self.0.headers {
            response.append_header((name.clone(), value.clone()));
        }
        response.body(serde_json::to_string(&self.body()).unwrap_or_default())
    }
}

impl Responder for Problem {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::from_error(self)
    }
}
