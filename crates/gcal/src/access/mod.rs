//! Sign-in and access.

mod oauth;
mod tokens;

pub(crate) use oauth::denial;
pub(crate) use tokens::{Access, Tokens};
