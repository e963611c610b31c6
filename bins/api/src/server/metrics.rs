//! What the program counts of itself, for whoever watches over it.

use actix_web::http::header::{CONTENT_TYPE as CONTENT_TYPE_HEADER, HeaderValue, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, web};
use ring::hmac;
use serde_json::json;

use super::resource::{Endpoint, resource};
use crate::auth;
use crate::config::Secret;
use crate::metrics::{CONTENT_TYPE, Metrics};
use crate::openapi::operation;
use crate::problem::{Problem, ProblemType};

/// The token that the metrics are told for; to everybody where there is none.
pub(super) struct MetricsToken(pub(super) Option<Secret<String>>);

pub(super) fn metrics() -> Endpoint {
    let told = operation("readMetrics", "What the process counts")
        .about("What the process counts, as OpenMetrics text. It may have a token of its own.")
        .answers_as(200, "The metrics.", &["application/openmetrics-text"], &json!({"type": "string"}))
        .refuses([ProblemType::MissingToken, ProblemType::InvalidToken]);
    resource("/metrics").public().get(answer).told(told)
}

async fn answer(
    request: HttpRequest,
    metrics: web::Data<Metrics>,
    token: web::Data<MetricsToken>,
) -> Result<HttpResponse, Problem> {
    if let MetricsToken(Some(token)) = token.get_ref() {
        let given = auth::bearer(request.headers())
            .map_err(|_| refusal(ProblemType::MissingToken, "Send the token of the metrics."))?;
        if !is_same(given, token.expose()) {
            return Err(refusal(ProblemType::InvalidToken, "This is not the token of the metrics."));
        }
    }
    let text = metrics.exposition().await.map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE_HEADER, CONTENT_TYPE)).body(text))
}

fn refusal(kind: ProblemType, detail: &'static str) -> Problem {
    Problem::new(kind, detail).header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"metrics\""))
}

/// Compares in a time that tells nothing of where the two differ.
fn is_same(given: &str, wanted: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, wanted.as_bytes());
    let tag = hmac::sign(&key, given.as_bytes());
    hmac::verify(&key, wanted.as_bytes(), tag.as_ref()).is_ok()
}
