//! The store against a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod bell;
mod explain;
mod google;
mod google_model;
mod isolation;
mod migrations;
mod pages;
mod proposals;
mod queue;
mod schema;
mod set_off;
mod supabase;
mod support;
mod sweep;
mod triggers;
mod units;
mod week;
mod worker;
