//! Problems in the document: which of them an operation may answer with, and what they look like.

use std::collections::BTreeMap;

use actix_web::http::Method;
use serde_json::{Value, json};

use super::operation::{Need, Operation};
use crate::problem::{ProblemType, TYPE_BASE};
use crate::server::Endpoint;

/// The problems that an operation may answer with, by status.
pub(super) fn problems(
    endpoint: &Endpoint,
    method: &Method,
    operation: &Operation,
) -> BTreeMap<u16, Vec<ProblemType>> {
    use ProblemType as P;
    let is_known = !endpoint.is_public();
    let path = endpoint.path();
    let (has_parameters, takes_once) =
        (path.contains('{') || !operation.parameters.is_empty(), is_known && *method == Method::POST);
    let (has_body, if_match) = (operation.body.is_some(), operation.if_match);
    let of_its_form: [(bool, &[P]); 11] = [
        (true, &[P::MethodNotAllowed, P::NotAcceptable, P::Internal]),
        (is_known, &[P::MissingToken, P::ExpiredToken, P::InvalidToken, P::SessionPending]),
        (is_known, &[P::SignInUnavailable, P::NotReady]),
        (path.starts_with("/api/v1/admin/"), &[P::Forbidden]),
        (has_parameters || takes_once || if_match.is_some(), &[P::InvalidParameter]),
        (is_known && path.contains('{'), &[P::NotFound, P::UnknownPath]),
        (has_body || takes_once, &[P::MalformedRequest, P::RequestTimeout, P::BodyTooLarge]),
        (has_body, &[P::MalformedJson, P::UnsupportedMediaType, P::InvalidBody]),
        (takes_once, &[P::IdempotencyInProgress, P::IdempotencyKeyReused]),
        (if_match.is_some(), &[P::PreconditionFailed]),
        (if_match == Some(Need::Must), &[P::PreconditionRequired]),
    ];
    let common = of_its_form.into_iter().filter(|(holds, _)| *holds).flat_map(|(_, problems)| problems);
    let limit = operation.is_limited.then_some(P::RateLimited);
    let mut by_status: BTreeMap<u16, Vec<P>> = BTreeMap::new();
    let all: Vec<P> = common.chain(&operation.problems).copied().chain(limit).collect();
    // In the order of the catalogue, and each once.
    for problem in P::ALL.iter().filter(|problem| all.contains(problem)) {
        by_status.entry(problem.status().as_u16()).or_default().push(*problem);
    }
    by_status
}

/// The name that an answer with these problems has among the components.
pub(super) fn name(problems: &[ProblemType]) -> String {
    problems.iter().map(|problem| problem.slug()).collect::<Vec<_>>().join(".")
}

/// An answer with one of these problems, which share a status.
pub(super) fn answer(problems: &[ProblemType]) -> Value {
    let mut about: Vec<String> =
        problems.iter().map(|problem| format!("`{}`: {}", problem.slug(), problem.about())).collect();
    about.dedup();
    let types: Vec<String> = problems.iter().map(|problem| problem.uri()).collect();
    let status = problems.first().map(|problem| problem.status().as_u16());
    json!({
        "description": about.join("\n\n"),
        "content": {"application/problem+json": {"schema": {"allOf": [
            {"$ref": "#/components/schemas/Problem"},
            {"type": "object", "properties": {"type": {"enum": types}, "status": {"const": status}}},
        ]}}},
    })
}

/// A problem, whichever it is, and a part of a request that is at fault.
pub(super) fn schemas() -> [(String, Value); 2] {
    let text = |about: &str| json!({"type": "string", "description": about});
    let number = |about: &str| json!({"type": "integer", "minimum": 0, "description": about});
    let score = |about: &str| json!({"type": "number", "minimum": 0, "maximum": 100, "description": about});
    let problem = json!({
        "type": "object",
        "description": "What went wrong (RFC 9457). Members beyond those of the standard depend on the type.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri", "description": format!("Begins with `{TYPE_BASE}`, and never changes.")},
            "title": text("A few words that are the same for every problem of this type."),
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": text("What is wrong this time, for people."),
            "instance": {"type": "string", "format": "uri-reference"},
            "request_id": text("Finds the request in the log."),
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
            "cap": number("Of `churn-cap-exceeded`: the changes that a day allows."),
            "used": number("Of `churn-cap-exceeded`: those that are used."),
            "remaining": number("Of `churn-cap-exceeded`: those that are left."),
            "churn_cost": number("Of `churn-cap-exceeded`: those that this would take."),
            "priority_score": score("Of `priority-below-threshold`: the task's priority."),
            "priority_threshold": score("Of `priority-below-threshold`: the priority from which proposals are made."),
            "proposal_status": text("Of `not-open` and `not-undoable`: where the proposal stands."),
            "due_ts": text("Of `trigger-expired`: when the task was due."),
            "until": text("Of `cooldown`: when the next proposal can be made."),
            "changed": {"type": "array", "items": {"type": "object"}, "description": "Of `stale`: what has changed."},
            "edited": {"type": "array", "items": {"type": "object"}, "description": "Of `undo-conflict`: what was edited."},
            "missing": {
                "type": "array",
                "description": "Of `consent-incomplete`: what was not consented to.",
                "items": {"type": "object", "required": ["feature", "scope", "lost"], "properties": {
                    "feature": text("Its name."), "scope": text("The scope that it needs."),
                    "lost": text("What does not work without it, for people."),
                }},
            },
            "sync_state": text("Of `not-in-sync`: `off` or `reconnect_required`."),
            "max_bytes": number("Of `body-too-large`."),
            "line": number("Of `malformed-json`."),
            "column": number("Of `malformed-json`."),
        },
        "examples": [{
            "type": ProblemType::NotFound.uri(), "title": ProblemType::NotFound.title(), "status": 404,
            "detail": "You have nothing of this id.", "request_id": "019588a4-5c00-7000-8000-000000000001",
        }],
    });
    let field = json!({
        "type": "object",
        "description": "A part of a request that is at fault, and where it is.",
        "required": ["detail"],
        "properties": {
            "detail": text("What is wrong with it."),
            "pointer": text("In the body: a JSON pointer as a URI fragment."),
            "parameter": text("In the path or the query: the parameter's name."),
            "header": text("In a header: its name."),
        },
        "examples": [{"pointer": "#/end_ts", "detail": "must be later than start_ts"}],
    });
    [("Problem".to_owned(), problem), ("FieldError".to_owned(), field)]
}
