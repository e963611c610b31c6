//! The whole system: the real routes on a real port over a real PostgreSQL, with a clock that the test controls.

#![expect(clippy::unwrap_used, reason = "a test ends at what it does not expect, in its helpers too")]

mod acceptance;
mod audit;
mod automatic;
mod busy;
mod canvas_story;
mod cli;
mod cli_calendars;
mod cli_google;
mod cli_mcp;
mod demo;
mod google_story;
mod guard;
mod harness;
mod once;
mod openapi;
mod outage;
mod processes;
mod readme;
mod replay;
mod routes;
mod scale;
mod sweep;
mod sync;
mod tidy;
mod tools;
mod undo_exact;
mod versions;
mod work;
