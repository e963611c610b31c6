//! JSON bodies, judged once: content type, size, form, shape, and strings a database can keep.

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::timeout;

use super::{Limits, words};
use crate::problem::{FieldError, Problem, ProblemType};

/// A JSON body, in or out.
///
/// Bodies coming in should be of types with `#[serde(deny_unknown_fields)]`: a misspelt field is
/// then told instead of ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limits = request.app_data::<Limits>().copied().unwrap_or_default();
        let head = judge_headers(request.headers(), limits);
        let payload = payload.take();
        Box::pin(async move {
            head?;
            parse(&read_in_time(payload, limits).await?).map(Self)
        })
    }
}

impl<T: Serialize> Responder for Json<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().json(self.0)
    }
}

/// The whole body, whatever it is, within the bounds on what is read.
pub(crate) async fn read_body(request: &HttpRequest, payload: Payload) -> Result<Bytes, Problem> {
    let limits = request.app_data::<Limits>().copied().unwrap_or_default();
    Ok(read_in_time(payload, limits).await?.freeze())
}

async fn read_in_time(payload: Payload, limits: Limits) -> Result<BytesMut, Problem> {
    timeout(limits.body_time, read(payload, limits)).await.map_err(|_| too_slow(limits))?
}

fn judge_headers(headers: &HeaderMap, limits: Limits) -> Result<(), Problem> {
    if !headers.get(header::CONTENT_TYPE).is_some_and(is_json) {
        let problem = Problem::new(
            ProblemType::UnsupportedMediaType,
            "Send the body with `Content-Type: application/json`.",
        );
        return Err(problem.header(header::ACCEPT, HeaderValue::from_static("application/json")));
    }
    if headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        let problem = Problem::new(
            ProblemType::UnsupportedMediaType,
            "Send the body as it is, without a `Content-Encoding`.",
        );
        return Err(problem.header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity")));
    }
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > limits.max_body_bytes) {
        return Err(too_large(limits));
    }
    Ok(())
}

/// `application/json`, in UTF-8 if it says so.
fn is_json(value: &HeaderValue) -> bool {
    let Some(mime) = value.to_str().ok().and_then(|text| text.parse::<actix_web::mime::Mime>().ok()) else {
        return false;
    };
    let charset = mime.get_param(actix_web::mime::CHARSET);
    mime.essence_str() == "application/json" && charset.is_none_or(|charset| charset == "utf-8")
}

async fn read(mut payload: Payload, limits: Limits) -> Result<BytesMut, Problem> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| broken(&error, limits))?;
        if body.len() + chunk.len() > limits.max_body_bytes {
            return Err(too_large(limits));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn broken(error: &PayloadError, limits: Limits) -> Problem {
    tracing::debug!("a body could not be read: {error}");
    match error {
        PayloadError::Overflow => too_large(limits),
        _ => {
            Problem::new(ProblemType::MalformedRequest, "The body breaks off or is not framed as announced.")
        }
    }
}

fn too_large(limits: Limits) -> Problem {
    let max = limits.max_body_bytes;
    Problem::new(ProblemType::BodyTooLarge, format!("The body may have at most {max} bytes."))
        .with("max_bytes", max)
}

fn too_slow(limits: Limits) -> Problem {
    let seconds = limits.body_time.as_secs();
    Problem::new(ProblemType::RequestTimeout, format!("The body did not arrive within {seconds} seconds."))
        // What is left of the body may still come; nothing after it can be told apart.
        .header(header::CONNECTION, HeaderValue::from_static("close"))
}

/// Reads `body` as a `T`.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    refuse_nul(body)?;
    // serde reads a list as the fields of a struct in their order, which would make that order a promise.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(misfit(Vec::new(), "must be an object, not a list".to_owned()));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let message = error.inner().to_string();
        let steps = words::steps(error.path(), &message);
        if error.inner().is_data() { misfit(steps, words::plain(&message)) } else { malformed(error.inner()) }
    })?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    let what = if error.is_eof() { "ends too early" } else { "is not JSON" };
    Problem::new(ProblemType::MalformedJson, format!("The body {what} (line {line}, column {column})."))
        .with("line", line)
        .with("column", column)
}

fn misfit(steps: Vec<String>, detail: String) -> Problem {
    let error = FieldError::body(steps, detail);
    let summary = match &error.place {
        crate::problem::Place::Pointer(pointer) if pointer != "#" => format!("{pointer}: {}", error.detail),
        _ => error.detail.clone().into_owned(),
    };
    Problem::new(ProblemType::InvalidBody, summary).error(error)
}

/// PostgreSQL keeps no NUL in a text; told here, whatever type the field has.
fn refuse_nul(body: &[u8]) -> Result<(), Problem> {
    // A bare NUL is not JSON at all, so only its escape can bring one in.
    let escape = br"\u0000";
    if !body.windows(escape.len()).any(|window| window == escape) {
        return Ok(());
    }
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return Ok(()) };
    match path_to_nul(&value) {
        Some(mut steps) => {
            steps.reverse();
            Err(misfit(steps, "must not contain NUL characters".to_owned()))
        }
        None => Ok(()),
    }
}

/// The steps to the first string with a NUL in it, last step first.
fn path_to_nul(value: &Value) -> Option<Vec<String>> {
    let below = |step: &str, value| {
        let mut steps = path_to_nul(value)?;
        steps.push(step.to_owned());
        Some(steps)
    };
    match value {
        Value::String(text) => text.contains('\0').then(Vec::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(i, item)| below(&i.to_string(), item)),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            if name.contains('\0') { Some(vec![name.clone()]) } else { below(name, value) }
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
