//! `/api/v1/admin/jobs`: the work in the background.

use actix_web::HttpResponse;
use app::jobs::{RetryFailure, RetryRefusal};
use app::ports::{JobRecord, JobStatus, Position};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::auth::Admin;
use crate::extract::{Json, Path, Query, UseCases};
use crate::problem::{Problem, ProblemType};
use crate::routes::cursor::{self, ListView};
use crate::routes::failure::{Tell, problem, store};
use crate::routes::named;
use crate::value::Timestamp;

/// A job as it is shown. What it holds is not: it may be about anybody.
#[derive(Serialize, ToSchema)]
#[schema(as = Job)]
pub(super) struct JobView {
    id: Uuid,
    kind: String,
    #[schema(required)]
    job_key: Option<String>,
    #[schema(required)]
    user_id: Option<Uuid>,
    #[schema(schema_with = named::job_statuses)]
    status: &'static str,
    run_at: Timestamp,
    #[schema(required)]
    again_at: Option<Timestamp>,
    attempts: u32,
    #[schema(required)]
    leased_until: Option<Timestamp>,
    #[schema(required)]
    last_error: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<JobRecord> for JobView {
    fn from(record: JobRecord) -> Self {
        Self {
            id: record.id,
            kind: record.kind,
            job_key: record.key,
            user_id: record.user.map(|user| user.0),
            status: record.status.as_str(),
            run_at: Timestamp(record.run_at),
            again_at: record.again_at.map(Timestamp),
            attempts: record.attempts,
            leased_until: record.leased_until.map(Timestamp),
            last_error: record.last_error,
            created_at: Timestamp(record.created_at),
            updated_at: Timestamp(record.updated_at),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct JobQuery {
    #[serde(default, deserialize_with = "named::optional_job_status")]
    #[param(schema_with = named::job_statuses)]
    status: Option<JobStatus>,
    #[param(minimum = 1, maximum = 200, default = 50, nullable = false)]
    limit: Option<u16>,
    #[param(schema_with = cursor::schema)]
    cursor: Option<String>,
}

pub(super) async fn list(
    _: Admin,
    UseCases(app): UseCases,
    Query(query): Query<JobQuery>,
) -> Result<Json<ListView<JobView>>, Problem> {
    let page = cursor::page(query.limit, query.cursor.as_deref())?;
    let (jobs, more) = app.list_jobs(query.status, page).await.map_err(store)?;
    Ok(Json(ListView::new(jobs, more, |job| Position { at: job.created_at, id: job.id })))
}

pub(super) async fn retry(
    Admin(me): Admin,
    UseCases(app): UseCases,
    Path(id): Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    app.retry_job(&me.user(), id).await.map_err(|failure: RetryFailure| problem(failure, app.now()))?;
    Ok(HttpResponse::NoContent().finish())
}

impl Tell for RetryRefusal {
    fn tell(self, _: planner_core::time::Moment) -> Problem {
        let detail = match self {
            Self::NotDead { status } => {
                format!("The job is {}, not DEAD, so it needs no other try.", status.as_str())
            }
            Self::Replaced => "Another job of its key is in the queue, which does the same work.".to_owned(),
        };
        Problem::new(ProblemType::Conflict, detail)
    }
}
