//! The ports over a Google of our own, and over one that answers as no Google would.

#![expect(clippy::unwrap_used, reason = "a test ends at what it does not expect, in its helpers too")]

mod busy;
mod calendars;
mod channels;
mod command_line;
mod faults;
mod reading;
mod secrecy;
mod sign_in;
mod support;
mod writing;
