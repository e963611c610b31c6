//! The fake over HTTP: requests are read, faults happen, answers go out.

mod control;
pub(crate) mod deliver;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::batch;
use crate::calls::{self, Call};
use crate::clock::Shifted;
use crate::faults::{Effect, Script, Seen};
use crate::log::Asked;
use crate::options::{Client, Delivery};
use crate::state::oauth::Grant;
use crate::state::{Caller, World};
use crate::wire::answer::Answer;
use crate::wire::operation::Operation;
use crate::wire::query::Query;
use crate::wire::refusal::Refusal;

/// The longest body that is read.
const LONGEST_BODY: usize = 16 << 20;

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) clock: Shifted,
    pub(crate) client: Client,
    pub(crate) delivery: Delivery,
    pub(crate) reach: Mutex<Vec<(String, String)>>,
    pub(crate) control: bool,
    pub(crate) world: Mutex<World>,
    pub(crate) script: Mutex<Script>,
    pub(crate) log: Mutex<Vec<Asked>>,
    /// Something may be there to deliver.
    pub(crate) news: Notify,
}

/// Locks what no panic can have broken: every change is done before the next begins.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request, read to its end.
struct Came {
    method: Method,
    path: String,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
}

impl Came {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
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
        return Ok(response(Refusal::new(413, "uploadTooLarge", "Request Too Large").answer()));
    };
    let came = Came {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: Query::parse(head.uri.query().unwrap_or_default()),
        headers: head.headers,
        body: body.to_bytes(),
    };
    if shared.control && came.path.starts_with("/_fake/") {
        return Ok(response(control::answer(&shared, &came.method, &came.path, &came.body).await));
    }
    shared.answer(&came).await.map(response)
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response =
        Response::builder().status(answer.status).header("cache-control", "no-cache, no-store");
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    response.body(Full::new(Bytes::from(answer.body))).unwrap_or_default()
}

impl Shared {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn answer(&self, came: &Came) -> Result<Answer, Cut> {
        let kind = Kind::of(came);
        let caller = self.caller(came.header("authorization"));
        let effect = self.fault(kind.name(), came, caller.as_ref());
        let mut asked = self.asked(kind.name(), came, caller.as_ref());
        if matches!(effect, Some(Effect::CutBefore)) {
            lock(&self.log).push(asked);
            return Err(Cut);
        }
        if let Some(Effect::Slow { millis }) = effect {
            tokio::time::sleep(Duration::from_millis(millis)).await;
        }
        let mut answer = match effect.as_ref().and_then(Effect::instead) {
            Some(answer) => answer,
            None => self.done(&kind, came, caller.as_ref(), effect.as_ref()),
        };
        let is_watch = ["events.watch", "calendarList.watch"].contains(&kind.name());
        if is_watch && self.delivery == Delivery::SyncFirst {
            self.deliver_due().await;
        }
        self.news.notify_one();
        if matches!(effect, Some(Effect::CutAfter)) {
            lock(&self.log).push(asked);
            return Err(Cut);
        }
        if matches!(effect, Some(Effect::BadJson)) {
            answer.body.truncate(answer.body.len() / 2);
        }
        asked.status = Some(answer.status);
        lock(&self.log).push(asked);
        Ok(answer)
    }

    fn done(&self, kind: &Kind, came: &Came, caller: Option<&Caller>, effect: Option<&Effect>) -> Answer {
        match kind {
            Kind::Authorize => self.authorize(&came.query),
            Kind::Token => self.token(came),
            Kind::Revoke => self.revoke(came),
            Kind::Batch => self.batch(came, effect),
            Kind::Operation(operation) => self.operation(
                operation,
                caller,
                &came.query,
                (came.header("if-match"), came.header("if-none-match")),
                &came.body,
            ),
            Kind::Unknown => {
                Answer::text(404, "text/html; charset=UTF-8", "<title>Error 404 (Not Found)</title>")
            }
        }
    }

    fn operation(
        &self,
        operation: &Operation,
        caller: Option<&Caller>,
        query: &Query,
        (if_match, if_none_match): (Option<&str>, Option<&str>),
        body: &[u8],
    ) -> Answer {
        let Some(caller) = caller else { return Refusal::unauthorized().answer() };
        let call = Call { caller, operation, query, if_match, if_none_match, body, now: self.now() };
        calls::answer(&mut lock(&self.world), &call)
    }

    fn caller(&self, authorization: Option<&str>) -> Option<Caller> {
        let token = authorization?.strip_prefix("Bearer ")?;
        lock(&self.world).oauth.caller(token, &self.client, self.now())
    }

    fn fault(&self, name: &str, came: &Came, caller: Option<&Caller>) -> Option<Effect> {
        let page = lock(&self.world).listings.page_number(came.query.get("pageToken"));
        let account = caller.map(|caller| caller.email.as_str());
        let seen = Seen { operation: name, method: came.method.as_str(), path: &came.path, page, account };
        lock(&self.script).next(&seen)
    }

    fn asked(&self, name: &str, came: &Came, caller: Option<&Caller>) -> Asked {
        // What belongs to signing in is secret, or as good as.
        let is_sign_in = ["authorize", "token", "revoke"].contains(&name);
        let shown = |(name, value): (String, String)| {
            let is_token = name.ends_with("Token") || name.ends_with("_token");
            (name, if is_token { "(hidden)".to_owned() } else { value })
        };
        let parameters = if is_sign_in { Vec::new() } else { came.query.without(&[]) };
        Asked {
            at: self.now(),
            method: came.method.to_string(),
            path: came.path.clone(),
            operation: name.to_owned(),
            parameters: parameters.into_iter().map(shown).collect(),
            if_match: came.header("if-match").map(str::to_owned),
            account: caller.map(|caller| caller.email.clone()),
            status: None,
            is_part: false,
        }
    }

    fn authorize(&self, query: &Query) -> Answer {
        let email = {
            let world = lock(&self.world);
            let hinted = query.get("login_hint").filter(|email| world.accounts.contains_key(*email));
            hinted.map(str::to_owned).or_else(|| world.accounts.keys().next().cloned())
        };
        let Some(email) = email else {
            return Answer::text(400, "text/html; charset=UTF-8", "<title>There is no account</title>");
        };
        match self.consent(query, &email, Grant::All) {
            Ok(to) => Answer::redirect(&to),
            Err((status, error)) => {
                let page = format!("<title>Error {status}: {error}</title>");
                Answer::text(status, "text/html; charset=UTF-8", &page)
            }
        }
    }

    pub(crate) fn consent(
        &self,
        query: &Query,
        email: &str,
        grant: Grant<'_>,
    ) -> Result<String, (u16, &'static str)> {
        let world = &mut *lock(&self.world);
        world.oauth.consent(&self.client, query, email, grant, &mut world.ids, self.now())
    }

    fn token(&self, came: &Came) -> Answer {
        let form = Query::parse(&String::from_utf8_lossy(&came.body));
        let form = form.over(&client_of(came.header("authorization")));
        let world = &mut *lock(&self.world);
        match world.oauth.token(&self.client, &form, &mut world.ids, self.now()) {
            Ok(body) => Answer::json(200, body),
            Err(denied) => denied.answer(),
        }
    }

    fn revoke(&self, came: &Came) -> Answer {
        let form = Query::parse(&String::from_utf8_lossy(&came.body)).over(&came.query);
        let token = form.get("token").unwrap_or_default();
        match lock(&self.world).oauth.revoke(token, self.now()) {
            Ok(()) => Answer::json(200, serde_json::json!({})),
            Err(denied) => denied.answer(),
        }
    }

    fn batch(&self, came: &Came, effect: Option<&Effect>) -> Answer {
        let most = lock(&self.world).rules.most_parts;
        let content_type = came.header("content-type").unwrap_or_default();
        let mut parts = match batch::parts(content_type, &came.body, most) {
            Ok(parts) => parts,
            Err(refusal) => return refusal.answer(),
        };
        let is_shuffled = matches!(effect, Some(Effect::ReorderParts));
        if is_shuffled {
            lock(&self.world).ids.shuffle(&mut parts);
        }
        let mut answers: Vec<(Option<String>, Answer)> = parts
            .into_iter()
            .filter_map(|part| {
                let answer = self.part(came, &part)?;
                Some((part.content_id, answer))
            })
            .collect();
        if is_shuffled {
            lock(&self.world).ids.shuffle(&mut answers);
        }
        if let Some(Effect::DropPart { index }) = effect
            && *index < answers.len()
        {
            answers.remove(*index);
        }
        let boundary = lock(&self.world).ids.token("batch_", 18);
        batch::answer(&boundary, &answers)
    }

    /// What is answered to a part of a batch; `None` where nothing is.
    fn part(&self, outer: &Came, part: &batch::Part) -> Option<Answer> {
        let (path, query) = part.target.split_once('?').unwrap_or((&part.target, ""));
        let mut headers = outer.headers.clone();
        headers.remove("if-match");
        for (name, value) in &part.headers {
            if let (Ok(name), Ok(value)) = (name.parse::<http::HeaderName>(), value.parse()) {
                headers.insert(name, value);
            }
        }
        let came = Came {
            method: part.method.parse().ok()?,
            path: path.to_owned(),
            query: Query::parse(query).over(&outer.query),
            headers,
            body: Bytes::from(part.body.clone()),
        };
        let kind = Operation::parse(&came.method, path).map_or(Kind::Unknown, Kind::Operation);
        let caller = self.caller(part.header("authorization").or(outer.header("authorization")));
        let effect = self.fault(kind.name(), &came, caller.as_ref());
        let mut asked = Asked { is_part: true, ..self.asked(kind.name(), &came, caller.as_ref()) };
        let answer = match &effect {
            Some(Effect::CutBefore) => None,
            Some(effect) if effect.instead().is_some() => effect.instead(),
            _ => Some(self.done(&kind, &came, caller.as_ref(), None)),
        };
        let answer = answer.filter(|_| !matches!(effect, Some(Effect::CutAfter)));
        asked.status = answer.as_ref().map(|answer| answer.status);
        lock(&self.log).push(asked);
        answer
    }
}

/// The id and the secret of a program that tells them in a header, as some do, and not in the form.
fn client_of(authorization: Option<&str>) -> Query {
    let read = || {
        let told = STANDARD.decode(authorization?.strip_prefix("Basic ")?).ok()?;
        let told = String::from_utf8(told).ok()?;
        let (id, secret) = told.split_once(':')?;
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        Some(vec![("client_id".to_owned(), decoded(id)), ("client_secret".to_owned(), decoded(secret))])
    };
    Query::of(read().unwrap_or_default())
}

/// What a request is about.
enum Kind {
    Authorize,
    Token,
    Revoke,
    Batch,
    Operation(Operation),
    Unknown,
}

impl Kind {
    fn of(came: &Came) -> Self {
        match (came.method.as_str(), came.path.as_str()) {
            ("GET", "/o/oauth2/v2/auth") => Self::Authorize,
            ("POST", "/token") => Self::Token,
            ("POST", "/revoke") => Self::Revoke,
            ("POST", "/batch/calendar/v3") => Self::Batch,
            _ => Operation::parse(&came.method, &came.path).map_or(Self::Unknown, Self::Operation),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Token => "token",
            Self::Revoke => "revoke",
            Self::Batch => "batch",
            Self::Operation(operation) => {
                let name = operation.verb.name();
                name.strip_prefix("calendar.").unwrap_or(name)
            }
            Self::Unknown => "unknown",
        }
    }
}
