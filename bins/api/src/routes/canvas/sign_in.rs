//! `/api/v1/auth/canvas`: connecting an account by signing in.

use actix_web::web;
use app::Failure;
use app::canvas::ConnectFailure;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::account::AccountView;
use crate::auth::Identity;
use crate::extract::{Json, Query, UseCases};
use crate::problem::{FieldError, Problem, ProblemType};
use crate::routes::failure::problem;
use crate::value::{Line, Timestamp};

/// Where people may be sent back to from signing in, to the letter.
pub(in crate::routes) struct RedirectUris(pub(in crate::routes) Vec<String>);

/// How to begin a sign-in.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInQuery {
    /// The name of the host, such as `canvas.example.edu`: one of those that the server may ask.
    #[param(max_length = 255)]
    host: String,
    /// Where Canvas sends the user back to: one of the addresses that the server is configured with, to the letter.
    #[param(max_length = 2048)]
    redirect_uri: String,
}

/// A sign-in that was begun.
#[derive(Serialize, ToSchema)]
#[schema(as = CanvasSignInBegun)]
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
    // Without Canvas there is none that would do, and that is the thing to be told.
    if app.signs_in_to_canvas() && !allowed.0.contains(&query.redirect_uri) {
        let detail = "is not among the addresses that this server is configured with";
        return Err(of_parameter("redirect_uri", detail));
    }
    let begun = app.begin_canvas_sign_in(&me.user(), &query.host, &query.redirect_uri).await;
    let begun = begun.map_err(|failure| match failure {
        Failure::Invalid(errors) => {
            of_parameter("host", errors.first().map_or("is not usable", |error| error.detail.as_str()))
        }
        failure => problem::<_>(failure, app.now()),
    })?;
    Ok(Json(BegunView { url: begun.url, expires_at: Timestamp(begun.expires_at.into()) }))
}

fn of_parameter(name: &'static str, detail: &str) -> Problem {
    Problem::new(ProblemType::InvalidParameter, format!("{name} {detail}."))
        .error(FieldError::parameter(name, detail.to_owned()))
}

/// What the user came back with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CanvasSignInEnd, examples(json!({
    "code": "AbCdEf", "state": "9f86d081884c7d659a2feaa0c55ad015", "redirect_uri": "https://app.example.com/canvas",
})))]
pub(super) struct EndBody {
    code: Line<2048>,
    state: Line<256>,
    redirect_uri: Line<2048>,
}

pub(super) async fn end(
    me: Identity,
    UseCases(app): UseCases,
    Json(body): Json<EndBody>,
) -> Result<Json<AccountView>, Problem> {
    let (state, code): (SecretString, SecretString) =
        (body.state.into_inner().into(), body.code.into_inner().into());
    let connected = app.end_canvas_sign_in(&me.user(), &state, &code, body.redirect_uri.as_str()).await;
    connected.map(|record| Json(record.into())).map_err(|failure: ConnectFailure| problem(failure, app.now()))
}
