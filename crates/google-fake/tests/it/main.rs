//! The fake as programs see it: over HTTP, and nothing but HTTP for what programs do.

#![expect(clippy::unwrap_used, reason = "a test ends at what it does not expect, in its helpers too")]

mod batches;
mod busy;
mod calendars;
mod channels;
mod client;
mod control;
mod deltas;
mod events;
mod faults;
mod oauth;
mod properties;
mod scopes;
mod series;
