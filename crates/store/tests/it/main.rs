//! The store against a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod explain;
mod isolation;
mod migrations;
mod pages;
mod proposals;
mod schema;
mod supabase;
mod support;
mod sweep;
mod triggers;
mod units;
mod week;
