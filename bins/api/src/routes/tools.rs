//! `/api/v1/tools`: what agents may do, told and done over plain HTTP.

use std::sync::LazyLock;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderValue, USER_AGENT, WWW_AUTHENTICATE};
use app::App;
use app::tools::{self, CallError, Caller, Tool};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::failure::store;
use crate::auth::{Identity, WRITE_SCOPE};
use crate::extract::{Json, UseCases};
use crate::openapi::operation;
use crate::problem::{Problem, ProblemType};
use crate::server::{Endpoint, resource};

/// A tool and where it is.
struct Served {
    tool: Tool,
    path: String,
    operation: String,
}

static SERVED: LazyLock<Vec<Served>> = LazyLock::new(|| {
    let served = |tool: Tool| Served {
        path: format!("/api/v1/tools/{}", tool.name),
        operation: format!("tool_{}", tool.name),
        tool,
    };
    tools::all().into_iter().map(served).collect()
});

pub(super) fn endpoints() -> Vec<Endpoint> {
    let told = operation("listTools", "What agents may do")
        .about("The tools, each with strict JSON schemas of what goes in and comes out, for models that call them by themselves.")
        .answers::<ToolsView>(200, "Every tool, always in the same order.");
    let mut endpoints = vec![resource("/api/v1/tools").get(list).told(told)];
    endpoints.extend(SERVED.iter().map(endpoint));
    endpoints
}

fn endpoint(served: &'static Served) -> Endpoint {
    let tool = &served.tool;
    let told = operation(&served.operation, tool.title)
        .about(tool.description)
        .takes_as(&tool.input_schema)
        .answers_as(200, "What came of it.", &["application/json"], &tool.output_schema)
        .refuses([ProblemType::ToolRefused]);
    let told = if tools::writes(tool.name) { told.refuses([ProblemType::InsufficientScope]) } else { told };
    let call = move |me: Identity,
                     UseCases(app): UseCases,
                     request: HttpRequest,
                     Json(arguments): Json<Value>| async move {
        call(&app, &me, &request, tool.name, arguments).await.map(Json)
    };
    resource(&served.path).post(call).told(told)
}

/// Every tool.
#[derive(Serialize, ToSchema)]
#[schema(as = Tools)]
struct ToolsView {
    #[schema(value_type = Vec<Object>, max_items = 100)]
    tools: Vec<Tool>,
}

async fn list(_: Identity) -> Json<ToolsView> {
    Json(ToolsView { tools: tools::all() })
}

async fn call(
    app: &App,
    me: &Identity,
    request: &HttpRequest,
    name: &str,
    arguments: Value,
) -> Result<Value, Problem> {
    let outcome = app.call_tool(&caller(me, request, None), name, arguments).await;
    outcome.map_err(|error| match error {
        CallError::Unknown => Problem::new(ProblemType::NotFound, "There is no such tool."),
        CallError::Arguments(what) => Problem::new(ProblemType::InvalidBody, what),
        CallError::ReadOnly => insufficient_scope(),
        CallError::Refused(refusal) => Problem::new(ProblemType::ToolRefused, refusal.message)
            .with("code", refusal.code)
            .with("next", refusal.next),
        CallError::Store(error) => store(error),
        CallError::Contradiction(what) => Problem::internal(what),
    })
}

/// On whose behalf a request calls tools. What the agent calls itself counts, else what its program does.
pub(crate) fn caller(me: &Identity, request: &HttpRequest, agent: Option<String>) -> Caller {
    let program = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
    let agent = agent.or_else(|| program.map(str::to_owned)).unwrap_or_else(|| "unknown".to_owned());
    Caller { user: me.user(), agent, may_write: me.may_write }
}

/// The token only allows looking (RFC 6750, section 3.1).
pub(crate) fn insufficient_scope() -> Problem {
    let challenge =
        format!("Bearer realm=\"canvascal\", error=\"insufficient_scope\", scope=\"{WRITE_SCOPE}\"");
    let challenge = HeaderValue::from_str(&challenge).unwrap_or(HeaderValue::from_static("Bearer"));
    Problem::new(
        ProblemType::InsufficientScope,
        "The token only allows looking. The user has to do this themselves, or give you leave to.",
    )
    .header(WWW_AUTHENTICATE, challenge)
}
