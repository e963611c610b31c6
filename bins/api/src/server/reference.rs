//! The API's description of itself: the `OpenAPI` document, and a page to read it on.
//!
//! The page is Swagger UI out of the program itself, so it needs no network, and no script but its own.

use std::sync::{Arc, LazyLock};

use actix_web::HttpResponse;
use actix_web::http::header::{self, ContentEncoding};
use actix_web::web::Bytes;
use serde_json::json;
use utoipa_swagger_ui::{Config, SwaggerFile, serve};

use super::resource::{Endpoint, resource};
use crate::extract::Path;
use crate::openapi::{self, operation};
use crate::problem::{Problem, ProblemType};

/// The files of the page, but for the page itself.
const FILES: [&str; 6] = [
    "favicon-16x16.png",
    "favicon-32x32.png",
    "swagger-initializer.js",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "swagger-ui.css",
];

/// Its own files and nothing else, but for the styles and pictures that its script makes.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>CanvasCal API</title>
<link rel="icon" type="image/png" sizes="32x32" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/swagger-ui-standalone-preset.js"></script>
<script src="docs/swagger-initializer.js"></script>
</html>
"#;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let text = json!({"type": "string"});
    let file = json!({
        "name": "file", "in": "path", "required": true, "schema": {"type": "string", "enum": FILES},
        "description": "A file of the page.",
    });
    vec![
        resource("/openapi.json").public().get(document).told(
            operation("readOpenapi", "This document").answers_as(
                200,
                "This document.",
                &["application/json"],
                &json!({"type": "object"}),
            ),
        ),
        resource("/docs").public().get(page).told(
            operation("readDocs", "The page on which this document is shown").answers_as(
                200,
                "The page.",
                &["text/html"],
                &text,
            ),
        ),
        resource("/docs/{file}").public().get(part).told(
            operation("readDocsFile", "A file of that page")
                .parameter(file)
                .refuses([ProblemType::UnknownPath])
                .answers_as(200, "The file.", &["text/css", "text/javascript", "image/png"], &text),
        ),
    ]
}

async fn document() -> HttpResponse {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(openapi::of_the_api().to_string()));
    HttpResponse::Ok().content_type("application/json").body(DOCUMENT.clone())
}

async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(PAGE)
}

async fn part(Path(name): Path<String>) -> Result<HttpResponse, Problem> {
    let file = if FILES.contains(&name.as_str()) { read(&name)? } else { None };
    let unknown = || Problem::new(ProblemType::UnknownPath, "The page has no file of this name.");
    let file = file.ok_or_else(unknown)?;
    let mut answer = HttpResponse::Ok();
    answer.content_type(file.content_type);
    if file.gzpipped {
        answer.insert_header((header::CONTENT_ENCODING, ContentEncoding::Gzip));
    }
    Ok(answer.body(file.bytes.into_owned()))
}

fn read(name: &str) -> Result<Option<SwaggerFile<'static>>, Problem> {
    // Told by a path that also holds where a proxy puts the program below one of its own.
    let config = Config::new(["openapi.json"]).use_base_layout().validator_url("none");
    serve(name, Arc::new(config)).map_err(Problem::internal)
}
