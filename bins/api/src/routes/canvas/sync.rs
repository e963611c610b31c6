//! `/api/v1/sync/canvas`: how far the account is read, and having it read.

use actix_web::HttpResponse;
use actix_web::http::header;
use app::canvas::{CanvasOff, CanvasStanding, CanvasState};
use planner_core::time::Moment;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::ObjectBuilder;

use crate::auth::Identity;
use crate::extract::{Json, UseCases};
use crate::openapi::one_of;
use crate::problem::{Problem, ProblemType};
use crate::routes::failure::{Tell, problem};
use crate::value::Timestamp;

/// How far the account is read.
#[derive(Serialize, ToSchema)]
#[schema(as = CanvasSync)]
pub(super) struct StandingView {
    #[schema(schema_with = states)]
    state: &'static str,
    /// What helps, for people.
    what_to_do: &'static str,
    /// Which sync this tells of, counted from 1; 0 before the first.
    run: i64,
    /// When it began.
    #[schema(required)]
    started_at: Option<Timestamp>,
    /// When it was over; null while it is not.
    #[schema(required)]
    finished_at: Option<Timestamp>,
    /// How many courses it reads, once that is known.
    #[schema(required)]
    courses: Option<u32>,
    /// How many of them were read.
    courses_done: usize,
    /// How many things to do it has seen.
    items_seen: u32,
    /// When one last went well.
    #[schema(required)]
    last_success_at: Option<Timestamp>,
    /// Tries that failed since.
    failures: u32,
    /// Why the last one failed.
    #[schema(required)]
    last_error: Option<String>,
    /// When the account is next read.
    #[schema(required)]
    next_sync_at: Option<Timestamp>,
}

fn states() -> ObjectBuilder {
    one_of(CanvasState::ALL.map(CanvasState::as_str))
}

impl StandingView {
    fn new(standing: CanvasStanding, now: Moment) -> Self {
        let state = standing.state(now);
        let time = |moment: Option<Moment>| moment.map(|at| Timestamp(at.into()));
        let next_sync_at = time(standing.next_sync);
        let (run, health) = standing.account.map(|account| (account.run, account.health)).unwrap_or_default();
        Self {
            state: state.as_str(),
            what_to_do: what_to_do(state),
            run: run.number,
            started_at: time(run.started_at),
            finished_at: time(run.finished_at),
            courses: run.courses,
            courses_done: run.done.len(),
            items_seen: run.items,
            last_success_at: time(health.succeeded_at),
            failures: health.failures,
            last_error: health.error,
            next_sync_at,
        }
    }
}

fn what_to_do(state: CanvasState) -> &'static str {
    match state {
        CanvasState::Off => "Connect your account at Canvas.",
        CanvasState::Ok => "Nothing: it was read.",
        CanvasState::Waiting => "Wait a moment: it will be read.",
        CanvasState::Reading => "Wait a moment: it is being read.",
        CanvasState::Failing => "Wait: it is tried again by itself. If it goes on, see what the error says.",
        CanvasState::ReconnectRequired => {
            "Connect your account at Canvas again. Until then nothing is read, and nothing changes."
        }
    }
}

pub(super) async fn read(me: Identity, UseCases(app): UseCases) -> Result<Json<StandingView>, Problem> {
    let standing = app.canvas_standing(&me.user()).await.map_err(|failure| problem(failure, app.now()))?;
    Ok(Json(StandingView::new(standing, app.now())))
}

pub(super) async fn ask(me: Identity, UseCases(app): UseCases) -> Result<HttpResponse, Problem> {
    let standing =
        app.ask_for_canvas_sync(&me.user()).await.map_err(|failure| problem(failure, app.now()))?;
    let view = StandingView::new(standing, app.now());
    Ok(HttpResponse::Accepted().insert_header((header::LOCATION, "/api/v1/sync/canvas")).json(view))
}

impl Tell for CanvasOff {
    fn tell(self, _: Moment) -> Problem {
        let (detail, state) = match self {
            Self::NotConnected => {
                ("There is nothing to read: connect an account at Canvas.", CanvasState::Off)
            }
            Self::ReconnectRequired => {
                ("Your account at Canvas has to be connected again first.", CanvasState::ReconnectRequired)
            }
        };
        Problem::new(ProblemType::NotInSync, detail).with("sync_state", state.as_str())
    }
}
