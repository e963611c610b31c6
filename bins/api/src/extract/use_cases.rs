//! The use cases, as a request is to call them.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use app::App;

use crate::problem::Problem;

/// The use cases. Those of a request that takes effect once are its own, and no handler gets at any others.
pub struct UseCases(pub App);

/// The use cases of all requests. Private, so that there is no way around [`UseCases`].
struct OfAll(App);

impl UseCases {
    /// Has requests call `app`.
    pub fn of_all(app: App, config: &mut ServiceConfig) {
        config.app_data(web::Data::new(OfAll(app)));
    }

    /// Has this request call `app`, which is for it alone.
    pub(crate) fn of_one(app: App, request: &impl HttpMessage) {
        request.extensions_mut().insert(Self(app));
    }
}

impl FromRequest for UseCases {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let own = request.extensions().get::<Self>().map(|own| own.0.clone());
        let found = own.or_else(|| request.app_data::<web::Data<OfAll>>().map(|all| all.0.clone()));
        ready(found.map(Self).ok_or_else(|| Problem::internal("no use cases are wired")))
    }
}
