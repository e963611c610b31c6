//! The shell of CanvasCal: everything between the outside world and the use cases.
//!
//! Configuration is read once, requests are authenticated, judged and traced here, and whatever
//! goes wrong leaves as a [`problem::Problem`]. Nothing in this crate decides what a plan is.

pub mod auth;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod demo;
pub mod extract;
mod mcp;
pub mod metrics;
pub mod openapi;
pub mod problem;
pub mod routes;
pub mod server;
pub mod telemetry;
pub mod value;
pub mod wiring;

#[cfg(test)]
mod testing;
