//! `/api/v1/sync`: how far everything is in step, and getting it there.

use actix_web::HttpResponse;
use app::google::{NotInSync, Standing, SyncState, SyncStatus};
use planner_core::time::Moment;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::ObjectBuilder;
use uuid::Uuid;

use crate::auth::Identity;
use crate::extract::{Json, UseCases};
use crate::openapi::one_of;
use crate::problem::{Problem, ProblemType};
use crate::routes::failure::{Tell, problem};
use crate::value::Timestamp;

/// How far everything is in step.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncStatus)]
pub(super) struct StatusView {
    /// The most pressing state of all.
    #[schema(schema_with = states)]
    state: &'static str,
    /// What helps, for people.
    what_to_do: &'static str,
    /// The account, with what is written to its calendars; null where none is connected.
    #[schema(required)]
    account: Option<StandingView>,
    calendars: Vec<CalendarStandingView>,
}

/// How one thing stands that is synchronised.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncStanding)]
pub(super) struct StandingView {
    #[schema(schema_with = states)]
    state: &'static str,
    /// When it last went well.
    #[schema(required)]
    last_success_at: Option<Timestamp>,
    /// How many seconds ago that was.
    #[schema(required)]
    lag_seconds: Option<u64>,
    /// Tries that failed since.
    failures: u32,
    /// Why the last one failed.
    #[schema(required)]
    last_error: Option<String>,
    /// When it is next tried, if that is known.
    #[schema(required)]
    next_try_at: Option<Timestamp>,
    /// What helps, for people.
    what_to_do: &'static str,
}

/// How a calendar stands.
#[derive(Serialize, ToSchema)]
#[schema(as = CalendarSyncStanding)]
pub(super) struct CalendarStandingView {
    id: Uuid,
    google_id: String,
    title: String,
    standing: StandingView,
}

fn states() -> ObjectBuilder {
    one_of(SyncState::ALL.map(SyncState::as_str))
}

impl From<Standing> for StandingView {
    fn from(standing: Standing) -> Self {
        Self {
            state: standing.state.as_str(),
            last_success_at: standing.health.succeeded_at.map(|at| Timestamp(at.into())),
            lag_seconds: standing.lag.map(|lag| lag.as_secs()),
            failures: standing.health.failures,
            last_error: standing.health.error,
            next_try_at: standing.next_try.map(|at| Timestamp(at.into())),
            what_to_do: what_to_do(standing.state),
        }
    }
}

impl From<SyncStatus> for StatusView {
    fn from(status: SyncStatus) -> Self {
        let what_to_do = match (&status.account, status.is_configured) {
            (_, false) => "This server has no registration with Google. Whoever runs it can change that.",
            (None, true) => "Connect your account at Google.",
            (Some(_), true) => what_to_do(status.state),
        };
        let calendars = status.calendars.into_iter().map(|(calendar, standing)| CalendarStandingView {
            id: calendar.id,
            google_id: calendar.google_id,
            title: calendar.title,
            standing: standing.into(),
        });
        Self {
            state: status.state.as_str(),
            what_to_do,
            calendars: calendars.collect(),
            account: status.account.map(StandingView::from),
        }
    }
}

fn what_to_do(state: SyncState) -> &'static str {
    match state {
        SyncState::Ok => "Nothing: it is in step.",
        SyncState::Off => "It is not synchronised. Choose it among your calendars if you want it to be.",
        SyncState::Late => "Wait a moment: it has not been read for a while. You may ask for a sync.",
        SyncState::Doubtful => {
            "It came back empty, though there were events. Nothing was deleted; it is looked at once more before it is \
             believed."
        }
        SyncState::Failing => "Wait: it is tried again by itself. If it goes on, see what the error says.",
        SyncState::ReconnectRequired => {
            "Connect your account at Google again. Until then nothing is synchronised, and nothing is deleted."
        }
    }
}

pub(super) async fn read(me: Identity, UseCases(app): UseCases) -> Result<Json<StatusView>, Problem> {
    let status = app.sync_status(&me.user()).await.map_err(|failure| problem(failure, app.now()))?;
    Ok(Json(status.into()))
}

/// What was asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncAsked)]
pub(super) struct AskedView {
    /// How many calendars will be read.
    calendars: usize,
}

pub(super) async fn ask(me: Identity, UseCases(app): UseCases) -> Result<HttpResponse, Problem> {
    let calendars = app.ask_for_sync(&me.user()).await.map_err(|failure| problem(failure, app.now()))?;
    Ok(HttpResponse::Accepted().json(AskedView { calendars }))
}

impl Tell for NotInSync {
    fn tell(self, _: Moment) -> Problem {
        let detail = match self.0 {
            SyncState::ReconnectRequired => "Your account at Google has to be connected again first.",
            _ => "There is nothing to synchronise: connect an account at Google, and switch the sync on.",
        };
        Problem::new(ProblemType::NotInSync, detail).with("sync_state", self.0.as_str())
    }
}
