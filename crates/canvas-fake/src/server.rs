//! The fake over HTTP: requests are read, faults happen, answers go out.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::calls;
use crate::clock::Clock;
use crate::faults::{Effect, Fault, Script};
use crate::options::{Bucket, Client};
use crate::world::{World, with_string_ids};

/// The longest body that is read.
const LONGEST_BODY: usize = 1 << 20;

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) client: Client,
    pub(crate) bucket: Option<Bucket>,
    pub(crate) control: bool,
    pub(crate) address: std::net::SocketAddr,
    pub(crate) world: Mutex<World>,
    pub(crate) script: Mutex<Script>,
    pub(crate) log: Mutex<Vec<Asked>>,
}

/// Locks what no panic can have broken: every change is done before the next begins.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request that came. Tokens are not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// When it came.
    pub at: Timestamp,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// Such as `assignments`; `token` and `authorize` for what belongs to signing in.
    pub name: String,
    /// The query as it came; that of signing in is left out.
    pub query: String,
    /// What it accepts.
    pub accept: String,
    /// Whether it carried a token.
    pub has_token: bool,
    /// What was answered; nothing where the connection ended.
    pub status: Option<u16>,
}

/// A request, read to its end.
pub(crate) struct Came {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Came {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.query.iter().any(|(other, given)| other == name && given == value)
    }

    pub(crate) fn token(&self) -> Option<&str> {
        self.header("authorization")
            .and_then(|value| value.strip_prefix("Bearer "))
            .or(self.get("access_token"))
    }
}

pub(crate) fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

pub(crate) fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

/// An answer that is about to be sent.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type", "application/json; charset=utf-8".to_owned())];
        Self { status, headers, body: body.to_string().into_bytes() }
    }

    pub(crate) fn text(status: u16, media: &str, body: &str) -> Self {
        Self { status, headers: vec![("content-type", media.to_owned())], body: body.as_bytes().to_vec() }
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self { status: 302, headers: vec![("location", to.to_owned())], body: Vec::new() }
    }

    pub(crate) fn bad_token() -> Self {
        let mut answer = Self::json(401, &json!({"errors": [{"message": "Invalid access token."}]}));
        answer.headers.push(("www-authenticate", "Bearer realm=\"canvas-lms\"".to_owned()));
        answer
    }

    pub(crate) fn not_allowed() -> Self {
        Self::json(
            401,
            &json!({
                "status": "unauthorized",
                "errors": [{"message": "user not authorized to perform that action"}],
            }),
        )
    }

    pub(crate) fn not_found() -> Self {
        Self::json(404, &json!({"errors": [{"message": "The specified resource does not exist."}]}))
    }

    fn throttled() -> Self {
        Self::text(403, "text/plain; charset=utf-8", "403 Forbidden (Rate Limit Exceeded)\n")
    }
}

/// The connection ends without an answer.
#[derive(Debug)]
struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is cut, as was asked for")
    }
}

impl std::error::Error for Cut {}

/// Answers connections for as long as it is polled. They end with it.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) -> Infallible {
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => drop(open.spawn(connection(stream, Arc::clone(&shared)))),
            // Out of file handles, mostly: it passes.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(|request| respond(request, Arc::clone(&shared)));
    // A client that goes away is no fault of ours.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn respond(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<Full<Bytes>>, Cut> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LONGEST_BODY).collect().await else {
        return Ok(response(Answer::text(413, "text/plain", "")));
    };
    let came = Came {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: pairs(head.uri.query().unwrap_or_default().as_bytes()),
        headers: head.headers,
        body: body.to_bytes(),
    };
    if shared.control && came.path.starts_with("/_fake/") {
        return Ok(response(shared.control(&came)));
    }
    let query = head.uri.query().unwrap_or_default();
    shared.answer(&came, query).await.map(response)
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    response.body(Full::new(Bytes::from(answer.body))).unwrap_or_default()
}

impl Shared {
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    async fn answer(&self, came: &Came, query: &str) -> Result<Answer, Cut> {
        let (name, call) = calls::find(came);
        let effect = lock(&self.script).next(name);
        let is_sign_in = ["authorize", "token"].contains(&name);
        let mut asked = Asked {
            at: self.clock.now(),
            method: came.method.clone(),
            path: came.path.clone(),
            name: name.to_owned(),
            query: if is_sign_in { String::new() } else { query.to_owned() },
            accept: came.header("accept").unwrap_or_default().to_owned(),
            has_token: came.token().is_some(),
            status: None,
        };
        if matches!(effect, Some(Effect::Cut)) {
            lock(&self.log).push(asked);
            return Err(Cut);
        }
        if let Some(Effect::Slow(millis)) = effect {
            tokio::time::sleep(Duration::from_millis(millis)).await;
        }
        let answer = match effect.as_ref().and_then(instead) {
            Some(answer) => answer,
            None => changed(self.done(came, call), effect.as_ref()),
        };
        asked.status = Some(answer.status);
        lock(&self.log).push(asked);
        Ok(answer)
    }

    fn done(&self, came: &Came, call: Option<calls::Call>) -> Answer {
        let Some(call) = call else { return Answer::not_found() };
        if let calls::Call::Authorize | calls::Call::Token | calls::Call::GiveBack = call {
            return calls::sign_in(self, came, &call);
        }
        let now = self.clock.now();
        let mut world = lock(&self.world);
        let token = came.token().unwrap_or_default().to_owned();
        let Some(person) = world.oauth.person(&token, now) else { return Answer::bad_token() };
        let level = match self.poured(&mut world, &token, now) {
            Ok(level) => level,
            Err(answer) => return answer,
        };
        let mut answer = calls::answer(&mut world, &self.url(), came, &call, person);
        let wants_strings =
            came.header("accept").is_some_and(|accept| accept.contains("application/json+canvas-string-ids"));
        if wants_strings && let Ok(body) = serde_json::from_slice(&answer.body) {
            answer.body = with_string_ids(body).to_string().into_bytes();
        }
        answer.headers.push(("x-request-cost", "0.05".to_owned()));
        answer.headers.push(("x-rate-limit-remaining", level.to_string()));
        answer
    }

    /// What is left of the bucket, or the refusal where it is full.
    fn poured(&self, world: &mut World, token: &str, now: Timestamp) -> Result<f64, Answer> {
        let Some(bucket) = self.bucket else { return Ok(600.0) };
        let (level, at) = world.levels.get(token).copied().unwrap_or((0.0, now.as_millisecond()));
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a test")]
        let leaked = (now.as_millisecond() - at) as f64 / 1000.0 * bucket.outflow;
        let level = (level - leaked).max(0.0);
        if level > bucket.high_water {
            return Err(Answer::throttled());
        }
        world.levels.insert(token.to_owned(), (level + bucket.cost, now.as_millisecond()));
        Ok(bucket.high_water - level - bucket.cost)
    }

    /// Breaking things over HTTP, for programs in other languages.
    fn control(&self, came: &Came) -> Answer {
        match (came.method.as_str(), came.path.as_str()) {
            ("POST", "/_fake/faults") => match serde_json::from_slice::<Vec<Fault>>(&came.body) {
                Ok(faults) => {
                    let mut script = lock(&self.script);
                    for fault in faults {
                        script.push(fault);
                    }
                    Answer::json(200, &json!({"left": script.left()}))
                }
                Err(error) => Answer::json(400, &json!({"message": error.to_string()})),
            },
            ("DELETE", "/_fake/faults") => {
                lock(&self.script).clear();
                Answer::json(200, &json!({}))
            }
            ("GET", "/_fake/requests") => {
                let log = lock(&self.log);
                let told = log.iter().map(|asked| {
                    json!({"method": asked.method, "path": asked.path, "name": asked.name, "status": asked.status})
                });
                Answer::json(200, &told.collect())
            }
            _ => Answer::not_found(),
        }
    }
}

/// What is answered instead, where a fault says so.
fn instead(effect: &Effect) -> Option<Answer> {
    Some(match effect {
        Effect::Throttled => Answer::throttled(),
        Effect::TooMany => Answer::json(429, &json!({"errors": [{"message": "Too many requests"}]})),
        Effect::Status(status) => Answer::text(*status, "text/html", "<html>Page for people</html>"),
        Effect::Json(status, body) => Answer::json(*status, body),
        Effect::BadToken => Answer::bad_token(),
        Effect::NotAllowed => Answer::not_allowed(),
        Effect::Redirect(to) => Answer::redirect(to),
        Effect::HalfBody | Effect::Cut | Effect::Slow(_) | Effect::Bare | Effect::NextAt(_) => return None,
    })
}

/// The right answer, with what a fault makes of it.
fn changed(mut answer: Answer, effect: Option<&Effect>) -> Answer {
    match effect {
        Some(Effect::HalfBody) => answer.body.truncate(answer.body.len() / 2),
        Some(Effect::Bare) => answer.headers.retain(|(name, _)| *name == "content-type"),
        Some(Effect::NextAt(address)) => {
            answer.headers.retain(|(name, _)| *name != "link");
            answer.headers.push(("link", format!("<{address}>; rel=\"next\"")));
        }
        _ => {}
    }
    answer
}
