//! The caller, as handlers see them.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap, WWW_AUTHENTICATE};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, ResponseError, web};
use app::identity::{User, UserId};
use futures_util::future::LocalBoxFuture;
use uuid::{Uuid, uuid};

use super::rejection::{Fault, Rejection};
use super::verifier::Verifier;
use crate::mcp;
use crate::problem::{Problem, ProblemType};

/// The namespace of user ids. Changing it would orphan everybody's data.
pub const USER_NAMESPACE: Uuid = uuid!("dda79bc8-3cf2-436b-b1c3-34de433967a4");

/// The id under which a user of this issuer is kept here. No look-up needed.
pub fn user_id(issuer: &str, external_id: &str) -> Uuid {
    Uuid::new_v5(&USER_NAMESPACE, format!("{issuer}|{external_id}").as_bytes())
}

/// A caller whose token was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Their id here.
    pub user_id: Uuid,
    /// Their id with the issuer (`sub`).
    pub external_id: String,
    /// The session the token belongs to (`sid`).
    pub session_id: String,
    /// Who vouches for them (`iss`).
    pub issuer: String,
    /// Whether they may see what concerns everybody.
    pub admin: bool,
    /// Who is acting in their name, if somebody is (`act`).
    pub impersonator: Option<String>,
    /// Whether an agent may change anything with the token: it is the user's own session, or they allowed that (`scope`).
    pub may_write: bool,
}

/// A caller who is an admin; others are told 403.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admin(pub Identity);

impl Identity {
    /// The caller as the use cases know them.
    pub fn user(&self) -> User {
        User { id: UserId(self.user_id), external_id: self.external_id.clone() }
    }
}

impl FromRequest for Identity {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            // The resource has asked already, unless it is public.
            let known = request.extensions().get::<Self>().cloned();
            match known {
                Some(identity) => Ok(identity),
                None => identify(&request).await,
            }
        })
    }
}

impl FromRequest for Admin {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let identity = Identity::from_request(request, payload);
        Box::pin(async move {
            let identity = identity.await?;
            if identity.admin {
                Ok(Self(identity))
            } else {
                Err(Problem::new(ProblemType::Forbidden, "Only an admin may do this."))
            }
        })
    }
}

/// Middleware of every resource that is not public: asks who it is before anything else is read, so
/// a stranger learns nothing from how a request is refused.
pub(crate) async fn authenticate(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match identify(request.request()).await {
        Ok(identity) => {
            request.extensions_mut().insert(identity);
            next.call(request).await
        }
        Err(problem) => {
            let mut answer = problem.error_response();
            if request.path() == mcp::PATH
                && let Some(told) = answer.headers().get(WWW_AUTHENTICATE)
                && let Some(more) = mcp::challenge(told, request.request())
            {
                answer.headers_mut().insert(WWW_AUTHENTICATE, more);
            }
            Ok(request.into_response(answer))
        }
    }
}

async fn identify(request: &HttpRequest) -> Result<Identity, Problem> {
    let verifier = request
        .app_data::<web::Data<Verifier>>()
        .map(|verifier| Arc::clone(verifier))
        .ok_or_else(|| Problem::internal("no verifier is configured"))?;
    let verdict = match bearer(request.headers()) {
        Ok(token) => verifier.verify(token).await,
        Err(rejection) => Err(rejection),
    };
    match verdict {
        Ok(identity) => {
            note(&identity);
            Ok(identity)
        }
        Err(rejection) => {
            tracing::debug!(reason = %rejection, "turned a caller away");
            Err(rejection.into())
        }
    }
}

fn note(identity: &Identity) {
    tracing::Span::current().record("user_id", tracing::field::display(identity.user_id));
    if let Some(impersonator) = &identity.impersonator {
        tracing::info!(impersonator, user_id = %identity.user_id, "somebody acts in the user's name");
    }
}

/// The token in the one place we look. Cookies are left alone: they come without being sent on purpose.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<&str, Rejection> {
    let mut values = headers.get_all(AUTHORIZATION);
    let value = values.next().ok_or(Rejection::Missing)?;
    if values.next().is_some() {
        return Err(Fault::Malformed.into());
    }
    let value = value.to_str().map_err(|_| Fault::Malformed)?;
    let (scheme, token) = value.split_once(' ').ok_or(Rejection::Missing)?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(Rejection::Missing);
    }
    Ok(token)
}
