//! Is the process alive, and is it ready for work?

use std::time::Duration;

use actix_web::web;
use async_trait::async_trait;
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use utoipa::openapi::schema::ObjectBuilder;

use super::resource::{Endpoint, resource};
use crate::extract::Json;
use crate::openapi::{one_of, operation};
use crate::problem::{Problem, ProblemType};

/// Tells whether what the server leans on is there, such as its database.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Asks now, briefly.
    async fn check(&self) -> Result<(), NotReady>;
}

/// What is missing.
#[derive(Debug, thiserror::Error)]
#[error("{part} is not ready")]
pub struct NotReady {
    /// In a word the public may read: `database`.
    pub part: &'static str,
    /// The cause, for the log.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Longer, and whoever asks has given up.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Serialize, ToSchema)]
struct Health {
    #[schema(schema_with = statuses)]
    status: &'static str,
}

fn statuses() -> ObjectBuilder {
    one_of(["ok", "ready"])
}

pub(super) fn alive() -> Endpoint {
    let told = operation("readHealth", "Whether the process lives").answers::<Health>(200, "It does.");
    resource("/healthz").public().get(|| async { Json(Health { status: "ok" }) }).told(told)
}

pub(super) fn ready() -> Endpoint {
    let told = operation("readReadiness", "Whether the server is ready for work")
        .answers::<Health>(200, "It is.")
        .refuses([ProblemType::NotReady]);
    resource("/readyz").public().get(answer).told(told)
}

async fn answer(
    readiness: web::Data<dyn Readiness>,
    stopping: web::Data<CancellationToken>,
) -> Result<Json<Health>, Problem> {
    if stopping.is_cancelled() {
        return Err(not_ready("The server is stopping."));
    }
    match tokio::time::timeout(PATIENCE, readiness.check()).await {
        Ok(Ok(())) => Ok(Json(Health { status: "ready" })),
        Ok(Err(missing)) => {
            tracing::warn!(cause = missing.source.as_deref(), "not ready: {missing}");
            Err(not_ready(format!("The {} is not ready.", missing.part)))
        }
        Err(_) => {
            tracing::warn!("not ready: no answer within {PATIENCE:?}");
            Err(not_ready("What the server needs does not answer."))
        }
    }
}

fn not_ready(detail: impl Into<std::borrow::Cow<'static, str>>) -> Problem {
    Problem::new(ProblemType::NotReady, detail).retry_after(Duration::from_secs(1))
}
