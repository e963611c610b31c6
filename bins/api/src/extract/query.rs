//! Parameters in the query.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;

use super::params::{self, Pairs};
use crate::problem::{Problem, ProblemType};

/// What the query holds. As with bodies, types should deny unknown fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let pairs = web::Query::<Pairs>::from_query(request.query_string()).map_err(|error| {
            tracing::debug!("a query could not be read: {error}");
            Problem::new(ProblemType::InvalidParameter, "The query is not of the form `name=value&…`.")
        });
        ready(pairs.and_then(|pairs| params::parse(pairs.into_inner())).map(Self))
    }
}
