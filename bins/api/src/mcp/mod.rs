//! `/mcp`: the tools over the Model Context Protocol, by streamable HTTP without sessions, in both of its eras.
//!
//! Every request carries a bearer token as everywhere else; where it does not, the answer names the resource's metadata (RFC
//! 9728), from which clients learn who hands tokens out. Who comes from a web page of somebody else's is turned away.

mod bridge;
mod door;
mod metadata;
mod serve;

pub(crate) use bridge::Bridge;
pub(crate) use door::PATH;
pub(crate) use metadata::challenge;

use crate::server::{Endpoint, resource};

/// The protocol describes itself: `/mcp` is no operation of the API's description.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = vec![resource(PATH).post(door::serve)];
    endpoints.extend(metadata::endpoints());
    endpoints
}
