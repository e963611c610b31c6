//! The reader from outside.

#![expect(clippy::unwrap_used, reason = "a test ends at what it does not expect, in its helpers too")]

mod any_input;
mod pages;
mod properties;
mod refused;
mod sentences;
