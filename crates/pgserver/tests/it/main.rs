//! The server as its callers see it, killed and mistreated in every way we could think of.

mod crashes;
mod life;
mod refusals;
#[expect(clippy::unwrap_used, reason = "a test ends at what it does not expect, in its helpers too")]
mod support;
