//! The document as a whole.

use std::collections::BTreeMap;

use actix_web::http::Method;
use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::operation::{Answer, Need, Operation};
use super::problems;
use crate::problem::ProblemType;
use crate::server::Endpoint;
use crate::value::Instant;

/// What paths begin with, one of these, and the group that their operations are shown in.
const TAGS: [(&[&str], &str, &str); 10] = [
    (
        &["/api/rebalancing/"],
        "Proposals",
        "Making room for a task: proposals, what becomes of them, and what is left of the day's changes.",
    ),
    (&["/api/v1/events"], "Events", "The user's own calendar."),
    (&["/api/v1/tasks"], "Tasks", "What there is to get done, and the room that is left for it."),
    (&["/api/v1/availability"], "Availability", "When the user is free."),
    (&["/api/v1/settings"], "Settings", "What the user has settled about planning."),
    (&["/api/v1/admin/"], "Operators", "What concerns all users, for admins."),
    (
        &["/api/v1/auth/canvas", "/api/v1/canvas/", "/api/v1/sync/canvas"],
        "Canvas",
        "The user's account at Canvas, and how far its courses are read.",
    ),
    (
        &["/api/v1/auth/google", "/api/v1/google/", "/api/v1/sync", "/webhooks/google"],
        "Google",
        "The user's account at Google, and how far it is in step.",
    ),
    (
        &["/api/v1/tools"],
        "Tools",
        "The same abilities for agents, each with strict schemas of what goes in and comes out.",
    ),
    (&["/"], "Server", "The process itself, and what describes it."),
];

/// The `OpenAPI` document of these endpoints.
pub fn document<'a>(endpoints: impl IntoIterator<Item = &'a Endpoint>) -> Value {
    let mut document = Document::default();
    for endpoint in endpoints {
        document.add(endpoint);
    }
    document.finish()
}

/// The `OpenAPI` document of all that the program serves.
pub fn of_the_api() -> Value {
    document(crate::server::endpoints().iter().chain(&crate::routes::endpoints()))
}

#[derive(Default)]
struct Document {
    paths: BTreeMap<String, Map<String, Value>>,
    schemas: BTreeMap<String, Value>,
    answers: BTreeMap<String, Value>,
}

impl Document {
    fn add(&mut self, endpoint: &Endpoint) {
        if endpoint.operations().next().is_none() {
            return;
        }
        let mut item = Map::new();
        for (method, operation) in endpoint.operations() {
            self.schemas.extend(operation.schemas.clone());
            item.insert(method.as_str().to_lowercase(), self.operation(endpoint, method, operation));
        }
        self.paths.entry(endpoint.path().to_owned()).or_default().extend(item);
    }

    fn operation(&mut self, endpoint: &Endpoint, method: &Method, operation: &Operation) -> Value {
        let takes_once = !endpoint.is_public() && *method == Method::POST;
        let mut answers = Map::new();
        for answer in &operation.answers {
            answers.insert(answer.status.to_string(), good(answer, takes_once, operation.is_limited));
        }
        for (status, kinds) in problems::problems(endpoint, method, operation) {
            let bad = self.bad(status, &kinds, takes_once, operation.is_limited);
            answers.insert(status.to_string(), bad);
        }
        let begins = |starts: &[&str]| starts.iter().any(|start| endpoint.path().starts_with(start));
        let tag = TAGS.iter().find(|(starts, ..)| begins(starts)).map(|(_, name, _)| name);
        let mut told = Map::from_iter([
            ("operationId".to_owned(), json!(operation.id)),
            ("summary".to_owned(), json!(operation.summary)),
            ("description".to_owned(), json!(operation.description.unwrap_or(operation.summary))),
            ("tags".to_owned(), json!([tag])),
            ("responses".to_owned(), answers.into()),
        ]);
        let parameters = parameters(endpoint.path(), takes_once, operation);
        if !parameters.is_empty() {
            told.insert("parameters".to_owned(), parameters.into());
        }
        if let Some(schema) = &operation.body {
            let content = json!({"application/json": {"schema": schema}});
            told.insert("requestBody".to_owned(), json!({"required": true, "content": content}));
        }
        if endpoint.is_public() {
            told.insert("security".to_owned(), json!([]));
        }
        told.into()
    }

    /// An answer with problems: one of the components, since most operations share it.
    fn bad(&mut self, status: u16, kinds: &[ProblemType], takes_once: bool, is_limited: bool) -> Value {
        let mut headers = vec!["X-Request-Id"];
        headers.extend(match status {
            401 => Some("WWW-Authenticate"),
            405 => Some("Allow"),
            409 | 429 | 503 => Some("Retry-After"),
            _ => None,
        });
        let mut name = problems::name(kinds);
        // What says nothing of the request's content leaves the key free, and comes before the limit.
        if matches!(status, 404 | 409 | 410) && takes_once {
            headers.push("Idempotent-Replayed");
            name.push_str(".kept");
        }
        if matches!(status, 404 | 409 | 429) && is_limited {
            headers.extend(["RateLimit", "RateLimit-Policy"]);
            name.push_str(".limited");
        }
        let mut answer = problems::answer(kinds);
        answer["headers"] = references(&headers);
        let reference = json!({"$ref": format!("#/components/responses/{name}")});
        self.answers.insert(name, answer);
        reference
    }

    fn finish(mut self) -> Value {
        self.schemas.extend(problems::schemas());
        self.schemas.insert(Instant::name().into_owned(), json!(Instant::schema()));
        let tags: Vec<Value> =
            TAGS.iter().map(|(_, name, about)| json!({"name": name, "description": about})).collect();
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "CanvasCal",
                "version": env!("CARGO_PKG_VERSION"),
                "summary": "Keeps a student's week workable.",
                "description": ABOUT,
                "contact": {"name": "CanvasCal", "url": "https://canvascal.dev"},
                "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
            },
            "servers": [{"url": "/", "description": "The server that this document comes from"}],
            "security": [{"session": []}],
            "tags": tags,
            "paths": self.paths,
            "components": {
                "schemas": self.schemas,
                "responses": self.answers,
                "headers": headers(),
                "parameters": shared_parameters(),
                "securitySchemes": {"session": {
                    "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "The session token of whoever is signed in.",
                }},
            },
        })
    }
}

const ABOUT: &str = "\
JSON in UTF-8. Instants go in as RFC 3339 with any offset and a whole minute, and come out in UTC with a `Z`. An unknown \
field in a body or a query is an error, so that a misspelt one is noticed. What another user owns does not exist.

What goes wrong is answered as `application/problem+json` (RFC 9457); each answer names the types of problems that it may \
have. Every POST takes an `Idempotency-Key`, with which it may be sent again safely.";

/// An answer to what went well.
fn good(answer: &Answer, takes_once: bool, is_limited: bool) -> Value {
    let mut headers = vec!["X-Request-Id"];
    headers.extend(answer.has_etag.then_some("ETag"));
    headers.extend((answer.status == 201).then_some("Location"));
    headers.extend(takes_once.then_some("Idempotent-Replayed"));
    headers.extend(is_limited.then_some(["RateLimit", "RateLimit-Policy"]).into_iter().flatten());
    let mut told = Map::from_iter([
        ("description".to_owned(), json!(answer.about)),
        ("headers".to_owned(), references(&headers)),
    ]);
    if !answer.content.is_empty() {
        told.insert("content".to_owned(), answer.content.clone().into());
    }
    if !answer.links.is_empty() {
        told.insert("links".to_owned(), answer.links.clone().into());
    }
    told.into()
}

fn references(headers: &[&str]) -> Value {
    let each = headers
        .iter()
        .map(|name| ((*name).to_owned(), json!({"$ref": format!("#/components/headers/{name}")})));
    each.collect::<Map<_, _>>().into()
}

fn parameters(path: &str, takes_once: bool, operation: &Operation) -> Vec<Value> {
    let shared = |name: &str| json!({"$ref": format!("#/components/parameters/{name}")});
    let mut parameters = Vec::new();
    if path.contains("{id}") {
        parameters.push(shared("Id"));
    }
    parameters.extend(operation.parameters.iter().cloned());
    parameters.extend(operation.if_match.map(|need| match need {
        Need::May => shared("IfMatch"),
        Need::Must => shared("IfMatchRequired"),
    }));
    if takes_once {
        parameters.push(shared("IdempotencyKey"));
    }
    parameters
}

fn shared_parameters() -> Value {
    let tags = json!({"anyOf": [
        {"type": "string", "enum": ["*"]},
        {"type": "string", "pattern": r#"^(W/)?"[!#-~]{0,99}"(, ?(W/)?"[!#-~]{0,99}"){0,9}$"#},
    ]});
    let if_match = |required: bool| {
        json!({
            "name": "If-Match", "in": "header", "required": required, "schema": tags, "example": "*",
            "description": "The `ETag` of what the caller has seen, or `*` for whatever there is.",
        })
    };
    json!({
        "Id": {
            "name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"},
            "description": "Which one.",
        },
        "IfMatch": if_match(false),
        "IfMatchRequired": if_match(true),
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header", "required": false,
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-~][!-~]*$"},
            "description": "A name for this request, of the caller's choice: sent again with it within 24 hours, the \
                            request takes effect once and is answered the same. In quotes or bare.",
        },
    })
}

fn headers() -> Value {
    let text = |required: bool, about: &str| json!({"required": required, "description": about, "schema": {"type": "string"}});
    let seconds = json!({"type": "integer", "minimum": 1});
    json!({
        "X-Request-Id": text(true, "Names the request in the log: the caller's own id where it is a short word."),
        "ETag": text(true, "The version of what is answered, for `If-Match`."),
        "Location": text(true, "Where it is from now on."),
        "Allow": text(true, "The methods that there are."),
        "WWW-Authenticate": text(false, "How to sign in."),
        "Retry-After": {"required": false, "description": "In how many seconds to try again.", "schema": seconds},
        "Idempotent-Replayed": text(false, "`true` where this was answered before."),
        "RateLimit": text(false, "How many more there may be, and in how many seconds one more than that."),
        "RateLimit-Policy": text(false, "How many there may be in how many seconds."),
    })
}
