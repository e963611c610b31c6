//! The use cases, as a request is to call them.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use app::App;

use crate::problem::Problem;

/// The use cases. Those of a request that takes effect once are its own, so no handler gets at any others.
pub struct UseCases(pub App);

impl FromRequest for UseCases {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let own = request.extensions().get::<App>().cloned();
        let found = own.or_else(|| request.app_data::<web::Data<App>>().map(|app| App::clone(app)));
        ready(found.map(Self).ok_or_else(|| Problem::internal("no use cases are wired")))
    }
}
