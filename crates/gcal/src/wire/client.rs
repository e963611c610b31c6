//! One request, bounded in time and size.

use std::time::Duration;

use bytes::Bytes;
use http::header::USER_AGENT;
use http::{HeaderValue, Request};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};

use super::Answer;
use crate::config::{Config, ConfigError, Limits};

const NAME: HeaderValue = HeaderValue::from_static(concat!("canvascal/", env!("CARGO_PKG_VERSION")));
/// Google keeps connections open for longer than this.
const IDLE: Duration = Duration::from_mins(1);
/// How often a connection is asked whether it still stands. One that died silently would swallow what comes next.
const ALIVE: Duration = Duration::from_secs(20);

/// Why there is no answer. Says nothing of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Lost {
    #[error("no connection")]
    Unreachable,
    #[error("the connection was cut")]
    Cut,
    #[error("no answer within {0:?}")]
    Slow(Duration),
    #[error("the answer is longer than {0} bytes")]
    Long(usize),
}

pub(crate) type Connector = HttpsConnector<HttpConnector>;

/// What connects to Google, with the machine's certificates where they are needed.
pub(crate) fn connector(config: &Config) -> Result<Connector, ConfigError> {
    let no_certificates = ConfigError::NoCertificates;
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_connect_timeout(Some(config.limits.connect));
    http.set_nodelay(true);
    http.set_keepalive(Some(ALIVE));
    let tls = HttpsConnectorBuilder::new();
    let tls = if config.endpoints.needs_certificates() {
        tls.with_provider_and_native_roots(default_provider()).map_err(no_certificates)?
    } else {
        tls.with_tls_config(trusting_nobody().map_err(std::io::Error::other).map_err(no_certificates)?)
    };
    // Only this machine is asked without https: the addresses were looked at, and no redirect is followed.
    Ok(tls.https_or_http().enable_http1().enable_http2().wrap_connector(http))
}

fn trusting_nobody() -> Result<ClientConfig, rustls::Error> {
    Ok(ClientConfig::builder_with_provider(default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}

pub(crate) struct Client {
    http: HyperClient<Connector, Full<Bytes>>,
    limits: Limits,
}

impl Client {
    pub(crate) fn new(connector: Connector, limits: Limits) -> Self {
        let http = HyperClient::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .http2_keep_alive_interval(ALIVE)
            .build(connector);
        Self { http, limits }
    }

    /// Redirects are not followed: secrets go to the addresses that were configured.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Result<Answer, Lost> {
        let limit = self.limits.answer;
        tokio::time::timeout(limit, self.send_and_read(request)).await.map_err(|_| Lost::Slow(limit))?
    }

    async fn send_and_read(&self, mut request: Request<Full<Bytes>>) -> Result<Answer, Lost> {
        request.headers_mut().insert(USER_AGENT, NAME);
        let lost = |error: hyper_util::client::legacy::Error| {
            if error.is_connect() { Lost::Unreachable } else { Lost::Cut }
        };
        let (head, body) = self.http.request(request).await.map_err(lost)?.into_parts();
        let limit = self.limits.answer_bytes;
        let body = Limited::new(body, limit).collect().await;
        let body =
            body.map_err(|error| if error.is::<LengthLimitError>() { Lost::Long(limit) } else { Lost::Cut })?;
        Ok(Answer::from_parts(head, body.to_bytes()))
    }
}
