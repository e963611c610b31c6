//! What every request passes through: an id, a span in the log, a net for what goes wrong, and the
//! headers no answer leaves without.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError, web};
use futures_util::FutureExt;
use tracing::Instrument;
use tracing::field::Empty;
use uuid::Uuid;

use super::trace::Trace;
use crate::metrics::Metrics;
use crate::problem::{CONTENT_TYPE, Problem, ProblemType, REQUEST_ID};

/// The header a request's id comes and goes in.
const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Goes with a request from its first byte to its answer.
pub(super) async fn accompany(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = request_id(request.headers());
    let manners = Manners { id: id.clone(), is_api: request.path().starts_with("/api") };
    let trace = Trace::of(request.headers());
    let route = request.match_pattern();
    // At the level of errors, so that the id is on every line whatever the filter.
    let span = tracing::error_span!(
        "request", request_id = %id, method = %request.method(), route, user_id = Empty,
        trace_id = %trace.id, span_id = %trace.span,
        parent_span_id = trace.parent.map(tracing::field::display),
    );
    let metrics = request.app_data::<web::Data<Metrics>>().cloned();
    let method = request.method().clone();
    let answering = async move {
        let in_flight = metrics.as_ref().map(|metrics| metrics.request(&method, route.as_deref()));
        let outcome = AssertUnwindSafe(async move { next.call(request).await }).catch_unwind().await;
        let answer = match outcome {
            Ok(Ok(answer)) => Ok(polished(answer, &manners)),
            Ok(Err(error)) => Err(manners.apply_to_problem(problem_of(&error)).into()),
            // The panic itself is logged by the hook.
            Err(_panic) => Err(manners.apply_to_problem(Problem::unexplained()).into()),
        };
        tell(&answer, route.as_deref(), started);
        if let Some(in_flight) = in_flight {
            in_flight.answered(status_of(&answer));
        }
        answer
    };
    REQUEST_ID.scope(id, answering.instrument(span)).await
}

/// The caller's id if it is a short visible word, else one of ours.
fn request_id(headers: &HeaderMap) -> String {
    let mut given = headers.get_all(REQUEST_ID_HEADER);
    match (given.next().and_then(|value| value.to_str().ok()), given.next()) {
        (Some(id), None) if is_word(id) => id.to_owned(),
        _ => Uuid::now_v7().to_string(),
    }
}

fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// The headers an answer leaves with.
struct Manners {
    id: String,
    is_api: bool,
}

impl Manners {
    fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        let id = HeaderValue::from_str(&self.id).ok().map(|id| (REQUEST_ID_HEADER, id));
        let fixed = [
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        ];
        // What the API answers is somebody's week: no cache on the way shall keep it.
        let no_store = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        id.into_iter().chain(fixed).chain(self.is_api.then_some(no_store))
    }

    /// A route's own word goes first.
    fn apply(&self, headers: &mut HeaderMap) {
        for (name, value) in self.headers() {
            if !headers.contains_key(&name) {
                headers.insert(name, value);
            }
        }
    }

    /// For a problem that will be answered above us, where neither span nor id are known.
    fn apply_to_problem(&self, problem: Problem) -> Problem {
        self.headers()
            // A problem brings its own word on caching.
            .filter(|(name, _)| name != header::CACHE_CONTROL)
            .fold(problem.request_id(&self.id), |problem, (name, value)| problem.header(name, value))
    }
}

fn polished<B: MessageBody + 'static>(
    answer: ServiceResponse<B>,
    manners: &Manners,
) -> ServiceResponse<BoxBody> {
    let mut answer = match foreign_problem(answer.response()) {
        Some(problem) => {
            let (request, old) = answer.into_parts();
            let mut response = problem.error_response();
            keep_headers(old.headers(), response.headers_mut());
            ServiceResponse::new(request, response)
        }
        None => answer.map_into_boxed_body(),
    };
    manners.apply(answer.headers_mut());
    answer
}

/// The problem to answer instead, where the framework or a library answered an error in its own way.
fn foreign_problem<B>(response: &HttpResponse<B>) -> Option<Problem> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    if let Some(error) = response.error() {
        return error.as_error::<Problem>().is_none().then(|| problem_of(error));
    }
    let content_type = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    // Other types are somebody's deliberate answer, such as an error of the agents' protocol.
    let is_plain = content_type.is_none_or(|kind| kind.starts_with(b"text/plain"));
    (is_plain && content_type != Some(CONTENT_TYPE.as_bytes())).then(|| of_status(status)).flatten()
}

fn keep_headers(old: &HeaderMap, new: &mut HeaderMap) {
    for name in [header::ALLOW, header::RETRY_AFTER, header::VARY, header::WWW_AUTHENTICATE] {
        for value in old.get_all(&name) {
            new.append(name.clone(), value.clone());
        }
    }
}

fn problem_of(error: &Error) -> Problem {
    if let Some(problem) = error.as_error::<Problem>() {
        return problem.clone();
    }
    let status = error.as_response_error().status_code();
    tracing::debug!(%status, "an error of the framework: {error}");
    of_status(status).unwrap_or_else(Problem::unexplained)
}

fn of_status(status: StatusCode) -> Option<Problem> {
    let kind = ProblemType::for_foreign(status)?;
    Some(match kind {
        ProblemType::Internal => Problem::unexplained(),
        _ => Problem::new(kind, kind.about()),
    })
}

fn status_of(answer: &Result<ServiceResponse<BoxBody>, Error>) -> StatusCode {
    match answer {
        Ok(answer) => answer.status(),
        Err(error) => error.as_response_error().status_code(),
    }
}

/// One line per request. Neither path nor query: they may hold what is not for logs.
fn tell(answer: &Result<ServiceResponse<BoxBody>, Error>, route: Option<&str>, started: Instant) {
    let latency_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = status_of(answer).as_u16();
    if status >= 500 {
        tracing::error!(status, latency_ms, "answered");
    } else if matches!(route, Some("/healthz" | "/readyz" | "/metrics")) {
        tracing::debug!(status, latency_ms, "answered");
    } else {
        tracing::info!(status, latency_ms, "answered");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_for(values: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(REQUEST_ID_HEADER, HeaderValue::from_static(value));
        }
        request_id(&headers)
    }

    #[test]
    fn a_short_visible_id_is_kept() {
        assert_eq!(id_for(&["trace-1.a_B"]), "trace-1.a_B");
    }

    #[test]
    fn any_other_id_is_replaced() {
        let long = &*"x".repeat(65).leak();
        for given in [&[][..], &[""], &["two words"], &["{\"a\":1}"], &[long], &["a", "b"]] {
            let id = id_for(given);
            assert_eq!(Uuid::parse_str(&id).unwrap().get_version_num(), 7, "{given:?}");
        }
    }
}
