//! Requests and answers as they are sent.

mod client;
pub(crate) mod multipart;
mod refusal;
pub(crate) mod text;

use bytes::Bytes;
pub(crate) use client::{Client, Lost, connector};
pub(crate) use refusal::{Refusal, word};

/// An answer, read to its end.
pub(crate) type Answer = http::Response<Bytes>;
