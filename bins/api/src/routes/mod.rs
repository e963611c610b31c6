//! The API's routes: extract, call a use case, show the answer.

mod admin;
mod availability;
mod cursor;
mod events;
mod failure;
mod google;
mod insights;
mod named;
mod rebalancing;
mod settings;
mod slack;
mod tasks;
pub(crate) mod tools;

use actix_web::web::{self, ServiceConfig};
use app::App;
pub(crate) use failure::store as store_problem;

use crate::extract::UseCases;
use crate::server::Endpoint;

/// Every route over `app`. `redirect_uris` are where people may be sent back to from signing in at Google.
pub fn all(app: App, redirect_uris: Vec<String>) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    let redirect_uris = web::Data::new(google::RedirectUris(redirect_uris));
    move |config| {
        UseCases::of_all(app.clone(), config);
        config.app_data(redirect_uris.clone());
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
    endpoints.extend(google::endpoints());
    endpoints.extend(tools::endpoints());
    endpoints.extend(crate::mcp::endpoints());
    endpoints.extend(insights::endpoints());
    endpoints.extend(admin::endpoints());
    endpoints
}
