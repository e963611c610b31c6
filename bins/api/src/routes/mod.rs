//! The API's routes: extract, call a use case, show the answer.

mod admin;
mod availability;
mod cursor;
mod events;
mod failure;
mod insights;
mod named;
mod rebalancing;
mod settings;
mod slack;
mod tasks;

use actix_web::web::ServiceConfig;
use app::App;
pub(crate) use failure::store as store_problem;

use crate::extract::UseCases;
use crate::server::Endpoint;

/// Every route over `app`.
pub fn all(app: App) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    move |config| {
        UseCases::of_all(app.clone(), config);
        for endpoint in endpoints() {
            config.service(endpoint);
        }
    }
}

/// The endpoints, for whoever wants to know what there is.
pub fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = Vec::new();
    endpoints.extend(events::endpoints());
    endpoints.extend(tasks::endpoints());
    endpoints.extend(slack::endpoints());
    endpoints.extend(availability::endpoints());
    endpoints.extend(settings::endpoints());
    endpoints.extend(rebalancing::endpoints());
    endpoints.extend(insights::endpoints());
    endpoints.extend(admin::endpoints());
    endpoints
}
