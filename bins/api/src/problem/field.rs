//! Which part of a request is wrong.

use std::borrow::Cow;
use std::fmt::Write;

use serde::Serialize;

/// One wrong part of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong with it.
    pub detail: Cow<'static, str>,
}

/// Where in a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the body: a JSON pointer as a URI fragment, `#/changes/0/start_ts`.
    Pointer(String),
    /// In the path or the query: the parameter's name.
    Parameter(String),
    /// In a header: its name.
    Header(String),
}

impl FieldError {
    /// Something in the body; `path` leads to it: `["changes", "0", "start_ts"]`.
    pub fn body<S: AsRef<str>>(
        path: impl IntoIterator<Item = S>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        let mut pointer = String::from("#");
        for step in path {
            pointer.push('/');
            push_step(&mut pointer, step.as_ref());
        }
        Self { place: Place::Pointer(pointer), detail: detail.into() }
    }

    /// A parameter of the path or the query.
    pub fn parameter(name: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { place: Place::Parameter(name.into()), detail: detail.into() }
    }

    /// A header.
    pub fn header(name: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { place: Place::Header(name.into()), detail: detail.into() }
    }
}

/// Escapes one step twice: for the pointer (RFC 6901), then for the fragment it is written in.
fn push_step(pointer: &mut String, step: &str) {
    for byte in step.replace('~', "~0").replace('/', "~1").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte) {
            pointer.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(pointer, "%{byte:02X}");
        }
    }
}
