//! `/api/v1/canvas/account`: the account, and connecting it with a token.

use std::time::Duration;

use actix_web::HttpResponse;
use app::canvas::{ConnectFailure, ConnectRefusal};
use app::ports::canvas::{AccountRecord, TokenKind};
use app::ports::google::AccountState;
use planner_core::time::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::ObjectBuilder;

use crate::auth::Identity;
use crate::extract::{Json, UseCases};
use crate::openapi::one_of;
use crate::problem::{FieldError, Problem, ProblemType};
use crate::routes::failure::{Tell, problem};
use crate::value::{Line, Timestamp};

/// The account, without its token.
#[derive(Serialize, ToSchema)]
#[schema(as = CanvasAccount)]
pub(super) struct AccountView {
    host: String,
    #[schema(schema_with = states)]
    state: &'static str,
    /// Whether its owner made a token by hand, or signed in.
    #[schema(schema_with = kinds)]
    token_kind: &'static str,
    /// What its owner is called there.
    name: String,
    #[schema(required)]
    time_zone: Option<String>,
    connected_at: Timestamp,
}

fn states() -> ObjectBuilder {
    one_of([AccountState::Connected, AccountState::ReconnectRequired].map(AccountState::as_str))
}

fn kinds() -> ObjectBuilder {
    one_of([TokenKind::Personal, TokenKind::Consent].map(TokenKind::as_str))
}

impl From<AccountRecord> for AccountView {
    fn from(record: AccountRecord) -> Self {
        Self {
            host: record.host.as_str().to_owned(),
            state: record.state.as_str(),
            token_kind: record.kind.as_str(),
            name: record.name,
            time_zone: record.time_zone,
            connected_at: Timestamp(record.connected_at.into()),
        }
    }
}

/// The account, and how one is connected.
#[derive(Serialize, ToSchema)]
#[schema(as = CanvasConnection)]
pub(super) struct ConnectionView {
    /// Whether this server reaches any Canvas.
    is_configured: bool,
    /// Whether people sign in, and do not make tokens by hand.
    has_sign_in: bool,
    /// Null where none is connected.
    #[schema(required)]
    account: Option<AccountView>,
}

/// Where the account is, and what proves that it may be read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CanvasToken, examples(json!({"host": "canvas.example.edu", "token": "7~AbCdEf"})))]
pub(super) struct TokenBody {
    /// The name of the host, such as `canvas.example.edu`.
    host: Line<255>,
    /// Made in Canvas under Account, Settings, New access token.
    token: Line<512>,
}

pub(super) async fn read(me: Identity, UseCases(app): UseCases) -> Result<Json<ConnectionView>, Problem> {
    let standing = app.canvas_standing(&me.user()).await.map_err(|failure| problem(failure, app.now()))?;
    Ok(Json(ConnectionView {
        is_configured: app.has_canvas(),
        has_sign_in: app.signs_in_to_canvas(),
        account: standing.account.map(AccountView::from),
    }))
}

pub(super) async fn connect(
    me: Identity,
    UseCases(app): UseCases,
    Json(body): Json<TokenBody>,
) -> Result<Json<AccountView>, Problem> {
    let token = body.token.into_inner().into();
    let connected = app.connect_canvas(&me.user(), body.host.as_str(), token).await;
    connected.map(|record| Json(record.into())).map_err(|failure| problem(failure, app.now()))
}

pub(super) async fn disconnect(me: Identity, UseCases(app): UseCases) -> Result<HttpResponse, Problem> {
    match app.disconnect_canvas(&me.user()).await {
        Ok(()) => Ok(HttpResponse::NoContent().finish()),
        Err(ConnectFailure::NotFound) => Err(nothing_connected()),
        Err(failure) => Err(problem(failure, app.now())),
    }
}

/// There is no account that something could be done with.
fn nothing_connected() -> Problem {
    Problem::new(ProblemType::NotFound, "You have connected no account at Canvas.")
}

impl Tell for ConnectRefusal {
    fn tell(self, _: Moment) -> Problem {
        match self {
            Self::NotConfigured => Problem::new(
                ProblemType::CanvasNotConfigured,
                "This server reaches no Canvas. Ask whoever runs it.",
            ),
            Self::NoSignIn => Problem::new(
                ProblemType::CanvasNotConfigured,
                "This server has no developer key. Make a token in Canvas, and connect with that.",
            ),
            Self::NoTokens => Problem::new(
                ProblemType::CanvasNotConfigured,
                "This server takes no tokens that were made by hand. Sign in instead.",
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
                ProblemType::CanvasCodeRefused,
                "Canvas does not take this code: codes are good for one try and a few minutes. Begin the sign-in again.",
            ),
            Self::BadToken => Problem::new(
                ProblemType::CanvasTokenRefused,
                "Canvas does not take this token. Look whether all of it was copied, or make a new one.",
            ),
            Self::Misconfigured => Problem::new(
                ProblemType::CanvasRefusesServer,
                "Canvas does not accept this server's developer key. Tell whoever runs it.",
            ),
            Self::NoCanvas => Problem::new(
                ProblemType::CanvasRefusesServer,
                "What answers there is no Canvas. Look at the name of the host.",
            ),
            Self::Unavailable => Problem::new(
                ProblemType::CanvasUnavailable,
                "Canvas does not answer now, or there is none of this name. Try again in a while.",
            )
            .retry_after(Duration::from_secs(30)),
        }
    }
}
