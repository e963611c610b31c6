//! One request, bounded in time and size.

use std::time::Duration;

use bytes::Bytes;
use http::header::USER_AGENT;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};

const NAME: HeaderValue = HeaderValue::from_static(concat!("canvascal/", env!("CARGO_PKG_VERSION")));
/// Services keep connections open for longer than this.
const IDLE: Duration = Duration::from_mins(1);
/// How often a connection is asked whether it still stands. One that died silently would swallow what comes next.
const ALIVE: Duration = Duration::from_secs(20);

/// An answer, read to its end.
pub type Answer = Response<Bytes>;

/// For how long, and for how much, an answer is waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// For a connection.
    pub connect: Duration,
    /// From connecting to the last byte of an answer.
    pub answer: Duration,
    /// Bytes of an answer.
    pub answer_bytes: usize,
}

/// Why there is no answer. Says nothing of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// It was never sent.
    #[error("no connection")]
    Unreachable,
    /// Nobody knows whether it was done.
    #[error("the connection was cut")]
    Cut,
    /// Nobody knows whether it was done.
    #[error("no answer within {0:?}")]
    Slow(Duration),
    /// It was answered with more than is read.
    #[error("the answer is longer than {0} bytes")]
    Long(usize),
}

/// What connects, by names that `R` resolves.
pub type Connector<R> = HttpsConnector<HttpConnector<R>>;

/// What connects, with the machine's certificates where they are needed.
///
/// # Errors
/// Where they are needed and there are none.
pub fn connector<R>(resolver: R, bounds: Bounds, needs_certificates: bool) -> std::io::Result<Connector<R>> {
    let mut http = HttpConnector::new_with_resolver(resolver);
    http.enforce_http(false);
    http.set_connect_timeout(Some(bounds.connect));
    http.set_nodelay(true);
    http.set_keepalive(Some(ALIVE));
    let tls = HttpsConnectorBuilder::new();
    let tls = if needs_certificates {
        tls.with_provider_and_native_roots(default_provider())?
    } else {
        tls.with_tls_config(trusting_nobody().map_err(std::io::Error::other)?)
    };
    // Only this machine is asked without https: whoever asks has looked at the address, and no redirect is followed.
    Ok(tls.https_or_http().enable_http1().enable_http2().wrap_connector(http))
}

fn trusting_nobody() -> Result<ClientConfig, rustls::Error> {
    Ok(ClientConfig::builder_with_provider(default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}

/// Sends requests, over connections that it keeps.
pub struct Client<C> {
    http: HyperClient<C, Full<Bytes>>,
    bounds: Bounds,
}

impl<C: Connect + Clone + Send + Sync + 'static> Client<C> {
    /// What sends over these connections.
    pub fn new(connector: C, bounds: Bounds) -> Self {
        let http = HyperClient::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .http2_keep_alive_interval(ALIVE)
            .build(connector);
        Self { http, bounds }
    }

    /// Redirects are not followed: secrets go to the addresses that they are meant for.
    ///
    /// # Errors
    /// [`Lost`] where there is no answer, or none that is read to its end.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Result<Answer, Lost> {
        let limit = self.bounds.answer;
        tokio::time::timeout(limit, self.send_and_read(request)).await.map_err(|_| Lost::Slow(limit))?
    }

    async fn send_and_read(&self, mut request: Request<Full<Bytes>>) -> Result<Answer, Lost> {
        request.headers_mut().insert(USER_AGENT, NAME);
        let lost = |error: hyper_util::client::legacy::Error| {
            if error.is_connect() { Lost::Unreachable } else { Lost::Cut }
        };
        let (head, body) = self.http.request(request).await.map_err(lost)?.into_parts();
        let limit = self.bounds.answer_bytes;
        let body = Limited::new(body, limit).collect().await;
        let body =
            body.map_err(|error| if error.is::<LengthLimitError>() { Lost::Long(limit) } else { Lost::Cut })?;
        Ok(Answer::from_parts(head, body.to_bytes()))
    }
}
