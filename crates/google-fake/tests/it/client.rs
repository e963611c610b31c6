//! A program that speaks to the fake.

use bytes::Bytes;
use google_fake::{GoogleFake, Options, Person, TestClock};
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// When the tests begin.
pub(crate) const NOW: &str = "2026-03-02T08:00:00Z";

/// A fake, its clock, and Ada, whose calendar a program may do everything with.
pub(crate) struct World {
    pub(crate) google: GoogleFake,
    pub(crate) clock: TestClock,
    pub(crate) ada: Person,
    pub(crate) program: Program,
}

pub(crate) async fn world() -> World {
    world_with(|_| ()).await
}

pub(crate) async fn world_with(change: impl FnOnce(&mut Options)) -> World {
    let clock = TestClock::at(NOW);
    let mut options = Options { clock: std::sync::Arc::new(clock.clone()), seed: 7, ..Options::default() };
    change(&mut options);
    let google = GoogleFake::start(options).await.unwrap();
    let ada = google.account_in("ada@example.edu", "Europe/Berlin");
    let program = Program::new(&google, "ada@example.edu", &["calendar"]);
    World { google, clock, ada, program }
}

/// A program with a token.
#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) url: String,
    pub(crate) token: String,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    #[track_caller]
    pub(crate) fn json(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// Expects an error in Google's shape.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, reason: &str) -> Value {
        let body = self.json(status);
        assert_eq!(body["error"]["code"], status, "{body}");
        assert_eq!(body["error"]["errors"][0]["reason"], reason, "{body}");
        body
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// Any request; `None` where the connection ended without an answer.
pub(crate) async fn send(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Option<Reply> {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = client.request(request.body(Full::new(body.into())).unwrap()).await.ok()?;
    let (head, body) = response.into_parts();
    let body = body.collect().await.ok()?.to_bytes();
    let text = String::from_utf8(body.to_vec()).unwrap();
    Some(Reply { status: head.status.as_u16(), headers: head.headers, text })
}

impl Program {
    pub(crate) fn new(google: &GoogleFake, email: &str, scopes: &[&str]) -> Self {
        Self { url: google.url(), token: google.access_token(email, scopes) }
    }

    /// Asks, with `path` below `/calendar/v3`.
    pub(crate) async fn try_ask(
        &self,
        method: Method,
        path: &str,
        if_match: Option<&str>,
        body: Option<&Value>,
    ) -> Option<Reply> {
        let url = format!("{}/calendar/v3{path}", self.url);
        let bearer = format!("Bearer {}", self.token);
        let mut headers = vec![("authorization", bearer.as_str())];
        headers.extend(body.map(|_| ("content-type", "application/json")));
        headers.extend(if_match.map(|etag| ("if-match", etag)));
        let body = body.map(Value::to_string).unwrap_or_default();
        send(method, &url, &headers, body).await
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        if_match: Option<&str>,
        body: Option<&Value>,
    ) -> Reply {
        self.try_ask(method, path, if_match, body).await.expect("an answer")
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, None, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::POST, path, None, Some(&body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::PATCH, path, None, Some(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::PUT, path, None, Some(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.ask(Method::DELETE, path, None, None).await
    }

    /// All pages of a list: the items, the sync token, and how many pages there were.
    pub(crate) async fn walk(&self, path: &str) -> (Vec<Value>, String, usize) {
        let (mut items, mut page, mut pages) = (Vec::new(), String::new(), 0);
        let joint = if path.contains('?') { '&' } else { '?' };
        loop {
            let mut answer = self.get(&format!("{path}{page}")).await.json(200);
            pages += 1;
            items.append(answer["items"].as_array_mut().unwrap());
            match (answer["nextPageToken"].as_str(), answer["nextSyncToken"].as_str()) {
                (Some(next), None) => page = format!("{joint}pageToken={next}"),
                (None, Some(sync)) => return (items, sync.to_owned(), pages),
                other => panic!("one of the two tokens, and not {other:?}"),
            }
        }
    }
}

/// An hour on a day of March 2026.
pub(crate) fn hour(summary: &str, day: u8, from: u8) -> Value {
    serde_json::json!({
        "summary": summary,
        "start": {"dateTime": format!("2026-03-{day:02}T{from:02}:00:00Z")},
        "end": {"dateTime": format!("2026-03-{day:02}T{:02}:00:00Z", from + 1)},
    })
}

/// Ids of items, in their order.
pub(crate) fn ids(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["id"].as_str().unwrap()).collect()
}
