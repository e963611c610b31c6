//! The HTTP server: what every request passes through, and how the server starts and stops.
//!
//! Routes are added by a function over actix's [`ServiceConfig`]; each is built with [`resource`].
//! The same [`app()`] runs behind a socket and inside tests.
//!
//! What is not HTTP at all never gets here: actix answers it with a bare 400 and hangs up.

mod health;
mod metrics;
mod once;
mod reference;
mod request;
mod resource;
mod run;
#[cfg(test)]
mod tests;
mod trace;

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, Error, HttpRequest};
use tokio_util::sync::CancellationToken;

pub use self::health::{NotReady, Readiness};
pub use self::resource::{Endpoint, resource};
pub use self::run::{bind, run, stop_on_signals};
use crate::auth::Verifier;
use crate::config::Secret;
use crate::extract::Limits;
use crate::metrics::Metrics;
use crate::problem::{Problem, ProblemType};

/// What every request needs, whatever its route.
#[derive(Clone)]
pub struct State {
    /// Who vouches for callers.
    pub verifier: Arc<Verifier>,
    /// Whether what we lean on is there.
    pub readiness: Arc<dyn Readiness>,
    /// Bounds on what is read.
    pub limits: Limits,
    /// Cancelled when the server begins to stop. Streams end on it, or stopping would wait for them;
    /// handlers get it as `web::Data<CancellationToken>`.
    pub stopping: CancellationToken,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Whoever asks for the metrics has to know it, where there is one.
    pub metrics_token: Option<Secret<String>>,
}

/// The whole application: `routes` between the middlewares and the answers for unknown paths.
pub fn app(
    state: State,
    routes: impl FnOnce(&mut ServiceConfig),
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(web::Data::from(state.verifier))
        .app_data(web::Data::from(state.readiness))
        .app_data(web::Data::new(state.stopping))
        .app_data(web::Data::from(state.metrics))
        .app_data(web::Data::new(metrics::MetricsToken(state.metrics_token)))
        .app_data(web::PayloadConfig::new(state.limits.max_body_bytes))
        .app_data(state.limits)
        .configure(own)
        .configure(routes)
        .default_service(web::to(unknown_path))
        .wrap(Compress::default())
        // The outermost: it must see whatever the others answer.
        .wrap(from_fn(request::accompany))
}

fn own(config: &mut ServiceConfig) {
    for endpoint in endpoints() {
        config.service(endpoint);
    }
}

/// The endpoints that belong to the server and not to its routes.
pub fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = vec![health::alive(), health::ready(), metrics::metrics()];
    endpoints.extend(reference::endpoints());
    endpoints
}

async fn unknown_path(request: HttpRequest) -> Problem {
    let path = request.path();
    // A path can be as long as a request line; the caller knows it.
    let shown: String = path.chars().take(100).collect();
    Problem::new(ProblemType::UnknownPath, format!("There is no resource at {shown}."))
}
