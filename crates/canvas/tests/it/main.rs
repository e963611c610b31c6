//! The port over a Canvas that fails when it is told to.

#![expect(clippy::unwrap_used, reason = "a test ends at what it does not expect, in its helpers too")]

mod faults;
mod hosts;
mod reading;
mod support;
