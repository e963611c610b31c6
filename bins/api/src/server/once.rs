//! `Idempotency-Key`: a POST takes effect once, however often it is sent.
//!
//! Around every POST of a known caller, so that no route can forget it. The answer is kept by the transaction that did
//! the work; where nothing was done, nothing is kept, and the key stays free.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpResponse, ResponseError};
use app::once::{Conclusion, Once};
use app::ports::{KeptAnswer, RequestKey};
use ring::digest::{SHA256, digest};

use crate::auth::Identity;
use crate::extract::{self, UseCases};
use crate::problem::{FieldError, Problem, ProblemType};
use crate::routes::store_problem;

/// Names a request, for whoever may have to send it again.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Says that an answer was given before.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The longest key.
const MOST_BYTES: usize = 255;

/// Middleware of every POST.
pub(super) async fn answer_once(
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let key = match key(request.headers()) {
        Ok(None) => return next.call(request).await,
        Ok(Some(key)) => key,
        Err(problem) => return Ok(request.into_response(problem.error_response())),
    };
    match claim(&mut request, key).await {
        Ok(Once::Now(app, conclusion)) => {
            UseCases::of_one(app, &request);
            let answered = next.call(request).await?;
            conclude(answered, conclusion).await
        }
        Ok(Once::Answered(answer)) => Ok(request.into_response(replay(&answer))),
        Ok(Once::Reused) => Ok(request.into_response(reused().error_response())),
        Ok(Once::InProgress) => Ok(request.into_response(in_progress().error_response())),
        Err(problem) => Ok(request.into_response(problem.error_response())),
    }
}

/// Asks for the request's turn. The body is read for that, and given back.
async fn claim(request: &mut ServiceRequest, key: String) -> Result<Once, Problem> {
    let (of_request, payload) = request.parts_mut();
    let body = extract::read_body(of_request, payload.take()).await?;
    let named = RequestKey {
        method: of_request.method().as_str().to_owned(),
        path: of_request.path().to_owned(),
        key,
        fingerprint: fingerprint(&body),
    };
    request.set_payload(Payload::from(body));
    let caller = Identity::extract(request.request()).await?;
    let UseCases(app) = UseCases::extract(request.request()).await?;
    app.once(&caller.user(), &named).await.map_err(store_problem)
}

/// Makes last what was done, with its answer, before anybody sees that.
async fn conclude(
    answered: ServiceResponse<BoxBody>,
    conclusion: Conclusion,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let (request, response) = answered.into_parts();
    let (response, body) = response.into_parts();
    let body = to_bytes(body).await.map_err(|error| Problem::internal(error.to_string()))?;
    let keep = is_kept(response.status()).then(|| KeptAnswer {
        status: response.status().as_u16(),
        headers: headers(response.headers()),
        body: body.to_vec(),
    });
    let response = match conclusion.conclude(keep).await {
        Ok(()) => response.set_body(body).map_into_boxed_body(),
        Err(error) => store_problem(error).error_response(),
    };
    Ok(ServiceResponse::new(request, response))
}

/// Whether an answer is the last word on its request. The others ask to try again, with another token or later.
fn is_kept(status: StatusCode) -> bool {
    let asks_again = [
        StatusCode::UNAUTHORIZED,
        StatusCode::FORBIDDEN,
        StatusCode::PRECONDITION_FAILED,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    !status.is_server_error() && !asks_again.contains(&status)
}

fn headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let written = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    headers.iter().filter_map(written).collect()
}

fn replay(answer: &KeptAnswer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for (name, value) in &answer.headers {
        response.insert_header((name.as_str(), value.as_str()));
    }
    response.insert_header((REPLAYED, "true"));
    response.body(answer.body.clone())
}

fn reused() -> Problem {
    Problem::new(
        ProblemType::IdempotencyKeyReused,
        "This `Idempotency-Key` came with another body before. A new request needs a new key.",
    )
}

fn in_progress() -> Problem {
    Problem::new(
        ProblemType::IdempotencyInProgress,
        "The first request of this `Idempotency-Key` is still being carried out. Ask again for its answer.",
    )
    .retry_after(Duration::from_secs(1))
}

/// The key, if there is one: as a bare word, or as a string of RFC 8941 in quotes, which means the same.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY);
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(wrong("must be given once"));
    }
    let text = value.to_str().map_err(|_| wrong("must consist of visible ASCII characters"))?;
    let key = if text.starts_with('"') { unquoted(text) } else { Some(text.to_owned()) };
    match key {
        Some(key) if key.is_empty() => Err(wrong("must not be empty")),
        Some(key) if key.len() > MOST_BYTES => Err(wrong("must have at most 255 characters")),
        Some(key) if key.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Some(key)),
        Some(_) => Err(wrong("must consist of visible ASCII characters")),
        None => Err(wrong("begins with a quote, and is no string in quotes")),
    }
}

/// What stands between the quotes, its escapes resolved.
fn unquoted(text: &str) -> Option<String> {
    let mut rest = text.strip_prefix('"')?.strip_suffix('"')?.chars();
    let mut key = String::new();
    while let Some(char) = rest.next() {
        key.push(match char {
            '"' => return None,
            '\\' => rest.next().filter(|escaped| ['"', '\\'].contains(escaped))?,
            char => char,
        });
    }
    Some(key)
}

fn wrong(detail: &'static str) -> Problem {
    Problem::new(ProblemType::InvalidParameter, format!("The header `Idempotency-Key` {detail}."))
        .error(FieldError::header("Idempotency-Key", detail))
}

/// What the body says, whatever way it is written: spaces and the order of members make no other request.
fn fingerprint(body: &Bytes) -> [u8; 32] {
    let canonical = serde_json::from_slice::<serde_json::Value>(body).ok().map(|value| value.to_string());
    let said = canonical.as_deref().map_or(&body[..], str::as_bytes);
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(digest(&SHA256, said).as_ref());
    fingerprint
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Result<Option<String>, ()> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(
                HeaderName::from_static(IDEMPOTENCY_KEY),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        key(&headers).map_err(drop)
    }

    #[test]
    fn a_key_is_the_same_bare_and_in_quotes() {
        assert_eq!(read(&[]), Ok(None));
        for text in ["a", "8e03978e-40d5-43e8-bc93-6894a57f9324", "a=b;c,d", &*"x".repeat(255)] {
            assert_eq!(read(&[text]), Ok(Some(text.to_owned())));
            assert_eq!(read(&[&format!("\"{text}\"")]), Ok(Some(text.to_owned())));
        }
        assert_eq!(read(&[r#""a\"b\\c""#]), Ok(Some(r#"a"b\c"#.to_owned())));
        assert_eq!(read(&[r#"a"b\c"#]), Ok(Some(r#"a"b\c"#.to_owned())));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let long = "x".repeat(256);
        for values in [
            &[""][..],
            &["\"\""],
            &["\""],
            &["\"a"],
            &["\"a\"b\""],
            &["\"a\\"],
            &["\"a\\b\""],
            &["\"a\"; x=1"],
            &["two words"],
            &["\"two words\""],
            &["ä"],
            &[&long],
            &["a", "a"],
        ] {
            assert_eq!(read(values), Err(()), "{values:?}");
        }
    }

    #[test]
    fn a_body_says_the_same_whatever_way_it_is_written() {
        let said = |body: &'static str| fingerprint(&Bytes::from_static(body.as_bytes()));
        assert_eq!(said(r#"{"a": 1, "b": [2]}"#), said("{\"b\":[2],\n\"a\":1}"));
        assert_ne!(said(r#"{"a": 1}"#), said(r#"{"a": 2}"#));
        assert_ne!(said("{"), said("{ "));
        assert_ne!(said(""), said("null"));
    }
}
