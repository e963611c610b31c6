//! From the server's HTTP to the protocol's, and back.

use std::str::FromStr as _;
use std::sync::{Arc, LazyLock};

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, HOST, HeaderName, HeaderValue, ORIGIN};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use app::tools;
use http_body_util::{BodyExt as _, Full};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde::Deserialize;

use super::serve::{Call, Tools};
use crate::auth::{Identity, Verifier};
use crate::extract::{UseCases, read_body};
use crate::problem::{Problem, ProblemType};
use crate::routes::tools::{caller, insufficient_scope};

/// Where the tools are.
pub(crate) const PATH: &str = "/mcp";

/// There are no sessions: whatever a message needs comes with it, so that any server may answer any.
static SERVICE: LazyLock<StreamableHttpService<Tools, NeverSessionManager>> = LazyLock::new(|| {
    // Where a message comes from is judged here; bodies are bounded by whoever reads them.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .disable_allowed_hosts()
        .disable_allowed_origins();
    StreamableHttpService::new(|| Ok(Tools), Arc::new(NeverSessionManager::default()), config)
});

/// What of a message tells whether it needs leave to write.
#[derive(Deserialize)]
struct Peek {
    method: String,
    params: Option<PeekedParams>,
}

#[derive(Deserialize)]
struct PeekedParams {
    name: Option<String>,
}

pub(super) async fn serve(
    me: Identity,
    UseCases(app): UseCases,
    verifier: web::Data<Verifier>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    judge_origin(&request, &verifier)?;
    let body = read_body(&request, body.into_inner()).await?;
    if !me.may_write && is_write(&body) {
        return Err(insufficient_scope());
    }
    let mut message = http::Request::post(PATH);
    for (name, value) in request.headers() {
        message = message.header(name.as_str(), value.as_bytes());
    }
    // Who says nothing of it takes anything.
    if !request.headers().contains_key(ACCEPT) {
        message = message.header("accept", "application/json, text/event-stream");
    }
    let message = message
        .extension(Call { app, caller: caller(&me, &request, None) })
        .body(Full::new(body))
        .map_err(Problem::internal)?;
    let (head, answer) = SERVICE.handle(message).await.into_parts();
    let answer = answer.collect().await.map_err(Problem::internal)?.to_bytes();
    let status = StatusCode::from_u16(head.status.as_u16()).map_err(Problem::internal)?;
    let mut response = HttpResponseBuilder::new(status);
    for (name, value) in &head.headers {
        let name = HeaderName::from_str(name.as_str()).map_err(Problem::internal)?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(Problem::internal)?;
        response.insert_header((name, value));
    }
    Ok(response.body(answer))
}

fn is_write(body: &[u8]) -> bool {
    serde_json::from_slice::<Peek>(body).is_ok_and(|peek| {
        let name = peek.params.and_then(|params| params.name);
        peek.method == "tools/call" && name.is_some_and(|name| tools::writes(&name))
    })
}

/// Web pages of others do not get in: a browser says where a page comes from, and nobody else does. A page of this machine's own
/// server is told by its address: any other name may have been made to lead here.
fn judge_origin(request: &HttpRequest, verifier: &Verifier) -> Result<(), Problem> {
    let Some(origin) = request.headers().get(ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or_default();
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_own = origin.strip_prefix("http://").is_some_and(|authority| authority == host && is_here(host));
    if is_own || verifier.knows_origin(origin) {
        return Ok(());
    }
    Err(Problem::new(ProblemType::Forbidden, "Pages of this origin may not speak with the tools."))
}

/// Whether this is an address of this machine, with a port or without.
fn is_here(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|digit| digit.is_ascii_digit()) { name } else { host }
    });
    ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}
