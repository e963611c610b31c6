//! Who hands out the tokens that `/mcp` takes (RFC 9728).

use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::PATH;
use crate::auth::{READ_SCOPE, Verifier, WRITE_SCOPE};
use crate::extract::Json;
use crate::openapi::operation;
use crate::server::{Endpoint, resource};

const METADATA: &str = "/.well-known/oauth-protected-resource";
/// The same, where clients look that put the resource's path behind.
const METADATA_OF_PATH: &str = "/.well-known/oauth-protected-resource/mcp";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let told = |id| {
        operation(id, "Who hands out tokens for the tools")
            .about("The metadata of the protected resource (RFC 9728), for clients of the Model Context Protocol.")
            .answers::<MetadataView>(200, "The metadata.")
    };
    vec![
        resource(METADATA).get(read).told(told("readResourceMetadata")).public(),
        resource(METADATA_OF_PATH).get(read).told(told("readResourceMetadataOfMcp")).public(),
    ]
}

/// What a client has to know to get a token.
#[derive(Serialize, ToSchema)]
#[schema(as = ResourceMetadata)]
struct MetadataView {
    resource: String,
    authorization_servers: [String; 1],
    bearer_methods_supported: [&'static str; 1],
    scopes_supported: [&'static str; 2],
    resource_name: &'static str,
}

async fn read(request: HttpRequest, verifier: web::Data<Verifier>) -> Json<MetadataView> {
    Json(MetadataView {
        resource: format!("{}{PATH}", root(&request)),
        authorization_servers: [verifier.issuer().to_owned()],
        bearer_methods_supported: ["header"],
        scopes_supported: [READ_SCOPE, WRITE_SCOPE],
        resource_name: "CanvasCal",
    })
}

/// What a stranger at `/mcp` is told besides: where the metadata is.
pub(crate) fn challenge(told: &HeaderValue, request: &HttpRequest) -> Option<HeaderValue> {
    let told = told.to_str().ok()?;
    let more = format!(
        "{told}, resource_metadata=\"{}{METADATA_OF_PATH}\", scope=\"{READ_SCOPE} {WRITE_SCOPE}\"",
        root(request)
    );
    HeaderValue::from_str(&more).ok()
}

/// The root that the client knows the server by.
fn root(request: &HttpRequest) -> String {
    let connection = request.connection_info();
    let host: String =
        connection.host().chars().filter(|c| c.is_ascii_alphanumeric() || ".:-[]_".contains(*c)).collect();
    let scheme = if connection.scheme() == "https" { "https" } else { "http" };
    format!("{scheme}://{host}")
}
