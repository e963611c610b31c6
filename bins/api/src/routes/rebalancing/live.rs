//! `GET /api/rebalancing/events`: what happens to the caller's proposals, as it happens, as Server-Sent Events.

use std::convert::Infallible;
use std::fmt::Write as _;

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};
use app::live::{Onlooker, Word};
use app::ports::LiveEvent;
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::auth::Identity;
use crate::extract::{Query, UseCases};
use crate::problem::{FieldError, Problem, ProblemType};
use crate::routes::failure::problem;
use crate::value::Timestamp;

/// The header that a client sends on its own when it comes back.
const LAST_EVENT_ID: &str = "last-event-id";

/// How long a client waits before it comes back, in milliseconds.
const RETRY_MS: u32 = 2000;

/// Where to go on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct LiveQuery {
    /// For clients that cannot set a header.
    #[param(pattern = "^[0-9]{1,18}$", nullable = false)]
    last_event_id: Option<String>,
}

/// The header that leads on.
pub(super) fn last_event_id_header() -> Value {
    json!({
        "name": "Last-Event-ID", "in": "header", "required": false,
        "description": "The number of the last event that was seen.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
    })
}

pub(super) async fn live(
    me: Identity,
    UseCases(app): UseCases,
    stopping: web::Data<CancellationToken>,
    Query(query): Query<LiveQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let after = last_event_id(&request, query.last_event_id.as_deref())?;
    let mut response = HttpResponse::Ok();
    response
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Else a coding would hold back what is told, and cost memory for each who looks on.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"));
    if request.method() == Method::HEAD {
        return Ok(response.finish());
    }
    let onlooker = app.look_on(&me.user(), after).await.map_err(|failure| problem(failure, app.now()))?;
    let told = told(onlooker, stopping.as_ref().clone());
    Ok(response.streaming(told.map(|text| Ok::<_, Infallible>(Bytes::from(text)))))
}

/// The header's number, or else the query's: a client that comes back repeats the query, and knows better by then.
fn last_event_id(request: &HttpRequest, in_query: Option<&str>) -> Result<Option<i64>, Problem> {
    let detail = "must be the id of an event: a whole number from 0 on";
    let mut in_header = request.headers().get_all(LAST_EVENT_ID);
    let (given, error) = match (in_header.next(), in_header.next()) {
        (None, _) => (in_query, FieldError::parameter("last_event_id", detail)),
        (Some(value), None) => (value.to_str().ok().or(Some("")), FieldError::header(LAST_EVENT_ID, detail)),
        (Some(_), Some(_)) => (Some(""), FieldError::header(LAST_EVENT_ID, detail)),
    };
    let Some(text) = given else { return Ok(None) };
    let refusal = || Problem::new(ProblemType::InvalidParameter, format!("{LAST_EVENT_ID} {detail}."));
    number(text).map(Some).ok_or_else(|| refusal().error(error))
}

fn number(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// What is sent, piece by piece; each is made when the one before it was taken.
fn told(onlooker: Onlooker, stopping: CancellationToken) -> impl Stream<Item = String> {
    // An id without data is heard and not shown: whoever has seen nothing yet comes back to this place.
    let opening = format!("retry: {RETRY_MS}\nid: {}\n\n", onlooker.position());
    let words = stream::unfold(onlooker, move |mut onlooker| {
        let stopping = stopping.clone();
        async move {
            let word = tokio::select! {
                biased;
                () = stopping.cancelled() => None,
                word = onlooker.next() => word,
            };
            Some((frame(word?), onlooker))
        }
    });
    stream::once(async { opening }).chain(words)
}

fn frame(word: Word) -> String {
    match word {
        Word::Event(event) => {
            let (id, kind) = (event.seq, event.kind.clone());
            block(id, &kind, &LiveEventView::from(event))
        }
        Word::Reset(position) => block(position, "reset", &json!({"seq": position, "kind": "reset"})),
        Word::Quiet => ":\n\n".to_owned(),
    }
}

fn block(id: i64, name: &str, data: &impl Serialize) -> String {
    let mut block = format!("id: {id}\nevent: {name}\ndata: ");
    // Values that are JSON already always come out, on one line; and writing to a string does not fail.
    let data = serde_json::to_string(data).unwrap_or_default();
    let _ = write!(block, "{data}\n\n");
    block
}

/// A live event as it is shown: its row.
#[derive(Serialize)]
struct LiveEventView {
    seq: i64,
    kind: String,
    proposal_id: Option<Uuid>,
    trigger_item_id: Option<Uuid>,
    payload: Map<String, Value>,
    at: Timestamp,
}

impl From<LiveEvent> for LiveEventView {
    fn from(event: LiveEvent) -> Self {
        Self {
            seq: event.seq,
            kind: event.kind,
            proposal_id: event.proposal_id,
            trigger_item_id: event.trigger.map(|task| task.0),
            payload: event.payload,
            at: Timestamp(event.at.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_digits_and_nothing_else() {
        assert_eq!(number("0"), Some(0));
        assert_eq!(number("9223372036854775807"), Some(i64::MAX));
        for text in ["", "-1", "+1", " 1", "1.0", "1e3", "９", "9223372036854775808", "seven"] {
            assert_eq!(number(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_told_is_one_block_with_its_data_on_one_line() {
        let event = LiveEvent {
            seq: 7,
            kind: "proposal.accepted".to_owned(),
            proposal_id: Some(Uuid::from_u128(1)),
            trigger: None,
            payload: json!({"status": "APPLIED", "text": "two\nlines"}).as_object().cloned().unwrap(),
            at: "2026-03-02T08:00:00.5Z".parse().unwrap(),
        };
        let data = concat!(
            r#"{"seq":7,"kind":"proposal.accepted","proposal_id":"00000000-0000-0000-0000-000000000001","#,
            r#""trigger_item_id":null,"payload":{"status":"APPLIED","text":"two\nlines"},"at":"2026-03-02T08:00:00.5Z"}"#,
        );
        let block = format!("id: 7\nevent: proposal.accepted\ndata: {data}\n\n");
        assert_eq!(frame(Word::Event(event)), block);
        assert_eq!(frame(Word::Reset(3)), "id: 3\nevent: reset\ndata: {\"kind\":\"reset\",\"seq\":3}\n\n");
        assert_eq!(frame(Word::Quiet), ":\n\n");
    }
}
