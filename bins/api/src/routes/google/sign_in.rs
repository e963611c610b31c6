//! `/api/v1/auth/google`: connecting an account, and giving it up.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use app::google::{ConnectFailure, ConnectRefusal};
use app::ports::google::{AccountRecord, AccountState, Feature};
use planner_core::time::Moment;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::auth::Identity;
use crate::extract::{Json, Query, UseCases};
use crate::openapi::one_of;
use crate::problem::{FieldError, Problem, ProblemType};
use crate::routes::failure::{Tell, problem};
use crate::value::{Line, Timestamp};

/// Where people may be sent back to from signing in, to the letter.
pub(in crate::routes) struct RedirectUris(pub(in crate::routes) Vec<String>);

/// How to begin a sign-in.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInQuery {
    /// Where Google sends the user back to: one of the addresses that the server is configured with, to the letter.
    #[param(max_length = 2048)]
    redirect_uri: String,
    /// Whether study blocks are to be kept in a calendar of their own, which asks for one consent more.
    #[param(default = false, nullable = false)]
    own_calendar: Option<bool>,
}

/// A sign-in that was begun.
#[derive(Serialize, ToSchema)]
#[schema(as = SignInBegun)]
pub(super) struct BegunView {
    /// Where to send the user.
    #[schema(format = "uri")]
    url: String,
    /// Until when they may come back.
    expires_at: Timestamp,
}

pub(super) async fn begin(
    me: Identity,
    UseCases(app): UseCases,
    allowed: web::Data<RedirectUris>,
    Query(query): Query<SignInQuery>,
) -> Result<Json<BegunView>, Problem> {
    let wants_own = query.own_calendar.unwrap_or(false);
    // Without Google there is none that would do, and that is the thing to be told.
    if app.has_google() && !allowed.0.contains(&query.redirect_uri) {
        let detail = "is not among the addresses that this server is configured with";
        return Err(Problem::new(ProblemType::InvalidParameter, format!("redirect_uri {detail}."))
            .error(FieldError::parameter("redirect_uri", detail)));
    }
    let begun = app
        .begin_google_sign_in(&me.user(), &query.redirect_uri, wants_own)
        .await
        .map_err(|failure| problem(failure, app.now()))?;
    Ok(Json(BegunView { url: begun.url, expires_at: Timestamp(begun.expires_at.into()) }))
}

/// What the user came back with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignInEnd, examples(json!({
    "code": "4/0AbCdEf", "state": "9f86d081884c7d659a2feaa0c55ad015", "redirect_uri": "https://app.example.com/google",
})))]
pub(super) struct TokenBody {
    code: Line<2048>,
    state: Line<256>,
    redirect_uri: Line<2048>,
}

/// The account, without its secrets.
#[derive(Serialize, ToSchema)]
#[schema(as = GoogleAccount)]
pub(super) struct AccountView {
    #[schema(schema_with = account_states)]
    state: &'static str,
    scopes: Vec<String>,
    connected_at: Timestamp,
    /// When its calendars were last listed.
    #[schema(required)]
    listed_at: Option<Timestamp>,
}

fn account_states() -> utoipa::openapi::schema::ObjectBuilder {
    one_of([AccountState::Connected, AccountState::ReconnectRequired].map(AccountState::as_str))
}

impl From<AccountRecord> for AccountView {
    fn from(record: AccountRecord) -> Self {
        Self {
            state: record.state.as_str(),
            scopes: record.scopes.into_iter().collect(),
            connected_at: Timestamp(record.connected_at.into()),
            listed_at: record.listed_at.map(|at| Timestamp(at.into())),
        }
    }
}

pub(super) async fn end(
    me: Identity,
    UseCases(app): UseCases,
    Json(body): Json<TokenBody>,
) -> Result<Json<AccountView>, Problem> {
    let (state, code): (SecretString, SecretString) =
        (body.state.into_inner().into(), body.code.into_inner().into());
    let connected = app.connect_google(&me.user(), &state, &code, body.redirect_uri.as_str()).await;
    connected.map(|record| Json(record.into())).map_err(|failure| problem(failure, app.now()))
}

pub(super) async fn disconnect(me: Identity, UseCases(app): UseCases) -> Result<HttpResponse, Problem> {
    match app.disconnect_google(&me.user()).await {
        Ok(()) => Ok(HttpResponse::NoContent().finish()),
        Err(ConnectFailure::NotFound) => Err(super::calendars::nothing_connected()),
        Err(failure) => Err(problem(failure, app.now())),
    }
}

impl Tell for ConnectRefusal {
    fn tell(self, _: Moment) -> Problem {
        match self {
            Self::NotConfigured => Problem::new(
                ProblemType::GoogleNotConfigured,
                "This server has no registration with Google. Ask whoever runs it.",
            ),
            Self::UnknownState => Problem::new(
                ProblemType::UnknownSignIn,
                "You have not begun this sign-in, or it is over. Begin it again.",
            ),
            Self::OtherRedirect => {
                let detail = "is not the one that the sign-in was begun with";
                Problem::new(ProblemType::InvalidBody, "The sign-in is over. Begin it again.")
                    .error(FieldError::body(["redirect_uri"], detail))
            }
            Self::BadCode => Problem::new(
                ProblemType::GoogleCodeRefused,
                "Google does not take this code: codes are good for one try and a few minutes. Begin the sign-in again.",
            ),
            Self::NoRefreshToken => Problem::new(
                ProblemType::ConsentDoesNotLast,
                "Google gave no refresh token, so access would be over in an hour. Remove CanvasCal from the apps with \
                 access to your account (myaccount.google.com/connections), then begin the sign-in again.",
            ),
            Self::Missing(features) => Problem::new(
                ProblemType::ConsentIncomplete,
                "Not everything was consented to, so nothing was connected. Begin the sign-in again, and leave every box \
                 ticked.",
            )
            .with("missing", features.into_iter().map(missing).collect::<Vec<_>>()),
            Self::Misconfigured => Problem::new(
                ProblemType::GoogleRefusesServer,
                "Google does not accept this server's registration. Tell whoever runs it.",
            ),
            Self::Unavailable => Problem::new(
                ProblemType::GoogleUnavailable,
                "Google does not answer now. Begin the sign-in again in a while.",
            )
            .retry_after(Duration::from_secs(30)),
        }
    }
}

fn missing(feature: Feature) -> serde_json::Value {
    let name = match feature {
        Feature::Events => "events",
        Feature::CalendarList => "calendar_list",
        Feature::BusyTimes => "busy_times",
        Feature::OwnCalendar => "own_calendar",
    };
    json!({"feature": name, "scope": feature.scope(), "lost": feature.spelled()})
}
