//! Requests and answers as they are sent.

pub(crate) mod multipart;
mod refusal;
pub(crate) mod text;

pub(crate) use outbound::{Answer, Client, Lost};
pub(crate) use refusal::{Refusal, word};
