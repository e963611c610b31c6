//! Sign-in and access.

mod oauth;

pub(crate) use oauth::denial;
pub(crate) use outbound::{Access, Tokens};
