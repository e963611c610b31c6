//! The API's routes: extract, call a use case, show the answer.

mod admin;
mod availability;
mod canvas;
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

/// Where people may be sent back to from signing in elsewhere, to the letter.
#[derive(Clone, Debug, Default)]
pub struct Back {
    /// From Google.
    pub google: Vec<String>,
    /// From Canvas.
    pub canvas: Vec<String>,
}

/// Every route over `app`.
pub fn all(app: App, back: Back) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    let redirect_uris = web::Data::new(google::RedirectUris(back.google));
    let from_canvas = web::Data::new(canvas::RedirectUris(back.canvas));
    move |config| {
        UseCases::of_all(app.clone(), config);
        config.app_data(redirect_uris.clone());
        config.app_data(from_canvas.clone());
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
    endpoints.extend(canvas::endpoints());
    endpoints.extend(insights::endpoints());
    endpoints.extend(admin::endpoints());
    endpoints
}
