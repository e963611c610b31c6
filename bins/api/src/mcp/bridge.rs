//! From a desktop agent's standard input to a server, and back: one message a line.

use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring::default_provider;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::door::PATH;

/// The longest message, and the longest answer.
const MOST_BYTES: usize = 1 << 20;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// What whoever asks is told where the server is not reached, or does not speak the protocol.
const SERVER_ERROR: i32 = -32000;
const PARSE_ERROR: i32 = -32700;

/// What a message of the protocol since 2026 names its version by.
const VERSION: &str = "io.modelcontextprotocol/protocolVersion";

/// A bridge to a server.
pub(crate) struct Bridge {
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: Uri,
    bearer: HeaderValue,
    /// What was agreed on in a handshake, where there was one.
    version: Option<String>,
}

impl Bridge {
    /// A bridge to the server at `root`. A token goes over https alone, or to this machine.
    pub(crate) fn new(root: &str, token: &SecretString) -> anyhow::Result<Self> {
        let url: Uri =
            format!("{}{PATH}", root.trim_end_matches('/')).parse().context("--url is no address")?;
        let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
        let is_here =
            host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|host| host.is_loopback());
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(default_provider())
            .context("reading this machine's certificates")?;
        let connector = match url.scheme_str() {
            Some("https") => connector.https_only().enable_http1().build(),
            Some("http") if is_here => connector.https_or_http().enable_http1().build(),
            _ => bail!("--url has to be https, or http on this machine: a token goes there"),
        };
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
            .context("--token holds something that no token has")?;
        bearer.set_sensitive(true);
        Ok(Self { http: Client::builder(TokioExecutor::new()).build(connector), url, bearer, version: None })
    }

    /// Passes messages on, one after the other, until there are no more.
    pub(crate) async fn run(
        mut self,
        input: impl AsyncBufRead + Unpin,
        mut output: impl AsyncWrite + Unpin,
    ) -> anyhow::Result<()> {
        let mut input = input.take(MOST_BYTES as u64);
        let mut line = Vec::new();
        while input.read_until(b'\n', &mut line).await.context("reading a message")? > 0 {
            if line.last() != Some(&b'\n') && input.limit() == 0 {
                bail!("a message is longer than {MOST_BYTES} bytes");
            }
            if let Some(answer) = self.pass(&line).await {
                output.write_all(format!("{answer}\n").as_bytes()).await.context("writing an answer")?;
                output.flush().await.context("writing an answer")?;
            }
            line.clear();
            input.set_limit(MOST_BYTES as u64);
        }
        Ok(())
    }

    /// Passes a message on; the answer, where it has one.
    async fn pass(&mut self, line: &[u8]) -> Option<Value> {
        if line.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        let Ok(message) = serde_json::from_slice::<Value>(line) else {
            return Some(error(&Value::Null, PARSE_ERROR, "The message is no JSON."));
        };
        let id = message["id"].clone();
        match self.ask(&message).await {
            Ok(answer) => {
                if message["method"] == "initialize"
                    && let Some(version) =
                        answer.as_ref().and_then(|answer| answer["result"]["protocolVersion"].as_str())
                {
                    self.version = Some(version.to_owned());
                }
                answer
            }
            // What wants no answer gets none.
            Err(_) if id.is_null() => None,
            Err(why) => Some(error(&id, SERVER_ERROR, &format!("{why:#}"))),
        }
    }

    async fn ask(&self, message: &Value) -> anyhow::Result<Option<Value>> {
        let mut request = Request::post(self.url.clone())
            .header(AUTHORIZATION, self.bearer.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json, text/event-stream")
            .header(USER_AGENT, concat!("canvascal-mcp/", env!("CARGO_PKG_VERSION")));
        let params = &message["params"];
        if let Some(version) = params["_meta"][VERSION].as_str() {
            request = request.header("mcp-protocol-version", version);
            for (header, value) in [("mcp-method", &message["method"]), ("mcp-name", &params["name"])] {
                if let Some(value) = value.as_str() {
                    request = request.header(header, value);
                }
            }
        } else if let Some(version) = &self.version {
            request = request.header("mcp-protocol-version", version);
        }
        let request = request.body(Full::from(message.to_string())).context("the message cannot be sent")?;
        let asked = async {
            let answer = self.http.request(request).await.context("the server cannot be reached")?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), MOST_BYTES).collect().await;
            let body = body.map_err(|_| anyhow::anyhow!("the answer breaks off, or is too long"))?.to_bytes();
            anyhow::Ok((status, body))
        };
        let (status, body) =
            tokio::time::timeout(PATIENCE, asked).await.context("the server does not answer")??;
        if status == StatusCode::ACCEPTED || body.is_empty() && status.is_success() {
            return Ok(None);
        }
        match serde_json::from_slice::<Value>(&body) {
            Ok(answer) if answer["jsonrpc"] == "2.0" => Ok(Some(answer)),
            Ok(problem) => bail!("{status}: {}", problem["detail"].as_str().unwrap_or("the server refuses")),
            Err(_) => bail!("{status}: the answer is none of the protocol"),
        }
    }
}

fn error(id: &Value, code: i32, message: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
}
