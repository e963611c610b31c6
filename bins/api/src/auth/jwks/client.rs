//! One GET of a key set, bounded in time and size.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::{StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Client as HyperClient};
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};

use super::set::KeySet;

/// From connecting to the last byte.
const TIME: Duration = Duration::from_secs(3);
/// A set holds a few keys of half a kilobyte.
const SIZE: usize = 64 * 1024;

/// The machine has no CA certificates, so nobody's https can be trusted.
#[derive(Debug, thiserror::Error)]
#[error(
    "this machine has no CA certificates, so the issuer's keys cannot be fetched over https; \
     install them (Debian: apt-get install ca-certificates) or set SSL_CERT_FILE, or set CLERK_JWT_KEY"
)]
pub struct NoCertificates(#[source] std::io::Error);

/// Why a fetch failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("no connection")]
    Connect(#[source] legacy::Error),
    #[error("no whole answer of at most {SIZE} bytes")]
    Read(#[source] Box<dyn Error + Send + Sync>),
    #[error("no answer within {0:?}")]
    Slow(Duration),
    #[error("the answer was {0}")]
    Status(StatusCode),
    #[error("the answer is not a key set")]
    Form(#[from] serde_json::Error),
    #[error("the answer holds no RS256 key")]
    Empty,
}

pub(super) struct Client {
    url: Uri,
    http: HyperClient<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    time: Duration,
}

impl Client {
    pub(super) fn new(url: Uri) -> Result<Self, NoCertificates> {
        let tls = HttpsConnectorBuilder::new();
        let schemes = if url.scheme_str() == Some("https") {
            tls.with_provider_and_native_roots(default_provider()).map_err(NoCertificates)?.https_only()
        } else {
            // Only this machine may be asked without https (the configuration sees to that).
            tls.with_tls_config(trusting_nobody().map_err(std::io::Error::other).map_err(NoCertificates)?)
                .https_or_http()
        };
        // One request in minutes: keeping connections would only keep them going stale.
        let http = HyperClient::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .build(schemes.enable_http1().enable_http2().build());
        Ok(Self { url, http, time: TIME })
    }

    #[cfg(test)]
    pub(super) fn with_time(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    pub(super) async fn fetch(&self) -> Result<KeySet, FetchError> {
        let body =
            tokio::time::timeout(self.time, self.get()).await.map_err(|_| FetchError::Slow(self.time))??;
        let set = KeySet::parse(&body)?;
        if set.len() == 0 { Err(FetchError::Empty) } else { Ok(set) }
    }

    /// Redirects are not followed: keys come from the address that was configured.
    async fn get(&self) -> Result<Bytes, FetchError> {
        let answer = self.http.get(self.url.clone()).await.map_err(FetchError::Connect)?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status(answer.status()));
        }
        let body = Limited::new(answer.into_body(), SIZE).collect().await.map_err(FetchError::Read)?;
        Ok(body.to_bytes())
    }
}

fn trusting_nobody() -> Result<ClientConfig, rustls::Error> {
    Ok(ClientConfig::builder_with_provider(default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}
