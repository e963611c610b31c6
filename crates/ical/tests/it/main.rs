//! Calendars as programs write them, and rules that hold for any.

#![expect(clippy::unwrap_used, reason = "a test ends at what it does not expect, in its helpers too")]

mod calendars;
mod files;
mod properties;
mod series;
mod told;
