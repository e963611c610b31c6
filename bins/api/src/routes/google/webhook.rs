//! `POST /webhooks/google`: word of a change.
//!
//! No bearer: what proves that it is Google's comes in the headers, and stays out of the log.

use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse, web};
use app::google::{Hearing, Notification, SyncError};
use serde_json::{Value, json};

use crate::extract::{UseCases, read_body};
use crate::metrics::Metrics;
use crate::problem::{Problem, ProblemType};
use crate::routes::store_problem;

/// The headers that matter, the most bytes that they may have, and what they are.
const CHANNEL: (&str, usize, &str) = ("X-Goog-Channel-ID", 64, "The channel.");
const TOKEN: (&str, usize, &str) = ("X-Goog-Channel-Token", 256, "What proves that it is Google's.");
const RESOURCE: (&str, usize, &str) =
    ("X-Goog-Resource-ID", 256, "What the calendar is called on the channel.");
const STATE: (&str, usize, &str) =
    ("X-Goog-Resource-State", 32, "`sync` where the channel was only opened, else what happened.");

/// The headers, as they are told. Whatever is wrong with them, or missing, the answer is the same.
pub(super) fn headers() -> [Value; 4] {
    [CHANNEL, TOKEN, RESOURCE, STATE].map(|(name, most, about)| {
        json!({
            "name": name, "in": "header", "required": false, "description": about,
            "schema": {"type": "string", "minLength": 1, "maxLength": most},
        })
    })
}

pub(super) async fn hear(
    UseCases(app): UseCases,
    metrics: web::Data<Metrics>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    // Nothing of it matters, but what is left unread would be taken for the next request.
    read_body(&request, body.into_inner()).await?;
    let hearing = match notification(request.headers()) {
        Some(notification) => app.hear(&notification).await.map_err(failed)?,
        None => Hearing::Rejected,
    };
    metrics.heard(hearing);
    match hearing {
        Hearing::Believed => Ok(HttpResponse::NoContent().finish()),
        Hearing::Rejected => Err(Problem::new(ProblemType::NotFound, "There is no such channel.")),
    }
}

fn notification(headers: &HeaderMap) -> Option<Notification> {
    Some(Notification {
        channel: text(headers, CHANNEL)?,
        token: text(headers, TOKEN)?.into(),
        resource: text(headers, RESOURCE)?,
        is_greeting: text(headers, STATE)? == "sync",
    })
}

/// The header, if it is there once and of a length that it may have.
fn text(headers: &HeaderMap, (name, most, _): (&str, usize, &str)) -> Option<String> {
    let mut values = headers.get_all(name);
    let value = values.next().filter(|value| (1..=most).contains(&value.len()))?;
    values.next().is_none().then(|| value.to_str().ok().map(str::to_owned)).flatten()
}

fn failed(error: SyncError) -> Problem {
    match error {
        SyncError::Store(error) => store_problem(error),
        error => Problem::internal(error),
    }
}
