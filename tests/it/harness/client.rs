//! A plain HTTP client.

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use http::request::Builder;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use super::contract;

/// Somebody who asks the API, with a token or without.
#[derive(Clone)]
pub(crate) struct Caller {
    client: Client<HttpConnector, Full<Bytes>>,
    url: String,
    token: Option<String>,
}

/// A body as it comes.
pub(super) type Pieces = BoxStream<'static, Result<Bytes, String>>;

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Caller {
    pub(crate) fn new(url: &str, token: Option<String>) -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build_http(), url: url.to_owned(), token }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body.to_string())).await
    }

    /// A POST without a body.
    pub(crate) async fn call(&self, path: &str) -> Reply {
        self.send(Method::POST, path, None).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, Some(body.to_string())).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, Some(body.to_string())).await
    }

    /// A request with the caller's token, as yet without a body.
    pub(crate) fn request(&self, method: &str, path: &str) -> Builder {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        }
    }

    /// Sends a body as it is, as JSON.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<String>) -> Reply {
        // A PUT means whatever is there: which version is meant is a matter of tests of its own.
        let is_put = method == Method::PUT;
        let mut request = self.request(method.as_str(), path);
        if is_put {
            request = request.header("if-match", "*");
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        self.ask(request.body(Full::from(body.unwrap_or_default())).unwrap()).await
    }

    /// Sends a request as it is, and leaves the body of the answer to be read.
    pub(super) async fn open(&self, request: Request<Full<Bytes>>) -> Result<Response<Pieces>, String> {
        let response = self.client.request(request).await.map_err(|error| error.to_string())?;
        Ok(response.map(|body| body.into_data_stream().map_err(|error| error.to_string()).boxed()))
    }

    /// Sends a request as it is.
    pub(crate) async fn ask(&self, request: Request<Full<Bytes>>) -> Reply {
        self.try_ask(request).await.unwrap()
    }

    /// What comes back, where anything does: a server may be starting, or die.
    pub(crate) async fn try_ask(&self, request: Request<Full<Bytes>>) -> Option<Reply> {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.client.request(request).await.ok()?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        contract::hold(&method, &path, parts.status.as_u16(), &parts.headers, &text);
        Some(Reply { status: parts.status, headers: parts.headers, text })
    }

    pub(crate) async fn try_get(&self, path: &str) -> Option<Reply> {
        self.try_ask(self.request("GET", path).body(Full::default()).unwrap()).await
    }
}

impl Reply {
    /// The body, of an answer with this status.
    #[track_caller]
    pub(crate) fn json(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        serde_json::from_str(&self.text).unwrap()
    }

    /// The body of a problem of this type, with the id of the request left out since it is never the same.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, slug: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        let mut problem: Value = serde_json::from_str(&self.text).unwrap();
        assert_eq!(problem["type"], format!("{}{slug}", api::problem::TYPE_BASE));
        assert_eq!(problem["status"], status);
        let request_id = problem.as_object_mut().unwrap().remove("request_id").unwrap();
        assert_eq!(self.headers["x-request-id"], request_id.as_str().unwrap());
        problem
    }
}
