//! `If-Match`: a change of what the caller has seen, and of nothing newer (RFC 9110, section 13.1.1).

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, IF_MATCH};
use actix_web::{FromRequest, HttpRequest};

use crate::problem::{FieldError, Problem, ProblemType};

/// Which versions the caller means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// The caller does not say.
    Unsaid,
    /// `*`: whichever there is.
    Any,
    /// One of those with these entity tags, each as it is written, with its quotes.
    Tags(Vec<String>),
}

impl IfMatch {
    /// Whether the version with this entity tag is meant. Weak tags are never.
    pub fn means(&self, tag: &str) -> bool {
        match self {
            Self::Unsaid | Self::Any => true,
            Self::Tags(tags) => tags.iter().any(|other| other == tag),
        }
    }

    /// The same, where the caller has to say.
    ///
    /// # Errors
    /// A problem where they do not.
    pub fn said(self) -> Result<Self, Problem> {
        match self {
            Self::Unsaid => Err(Problem::new(
                ProblemType::PreconditionRequired,
                "This replaces all of it, also what you have not seen. Send `If-Match` with the `ETag` of what you \
                 have, or with `*`.",
            )),
            said => Ok(said),
        }
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.headers()).ok_or_else(|| {
            Problem::new(ProblemType::InvalidParameter, "The header `If-Match` is not usable.")
                .error(FieldError::header("If-Match", "must be * or a list of entity tags, each in quotes"))
        }))
    }
}

fn read(headers: &HeaderMap) -> Option<IfMatch> {
    let mut tags = Vec::new();
    let mut is_said = false;
    for value in headers.get_all(IF_MATCH) {
        let text = value.to_str().ok()?.trim();
        if text == "*" && !is_said {
            // Nothing may stand beside it.
            return (headers.get_all(IF_MATCH).count() == 1).then_some(IfMatch::Any);
        }
        is_said = true;
        read_list(text, &mut tags)?;
    }
    Some(if is_said { IfMatch::Tags(tags) } else { IfMatch::Unsaid })
}

/// `"a", W/"b"`; a tag may have commas in it.
fn read_list(text: &str, tags: &mut Vec<String>) -> Option<()> {
    let mut rest = text;
    loop {
        let quoted = rest.strip_prefix("W/").unwrap_or(rest);
        let end = quoted.strip_prefix('"')?.find('"')? + 2;
        let tag = &rest[..rest.len() - quoted.len() + end];
        let is_opaque = quoted[1..end - 1].bytes().all(|byte| byte.is_ascii_graphic());
        tags.push(is_opaque.then(|| tag.to_owned())?);
        rest = quoted[end..].trim_start();
        if rest.is_empty() {
            return Some(());
        }
        rest = rest.strip_prefix(',')?.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn of(values: &[&'static str]) -> Option<IfMatch> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IF_MATCH, HeaderValue::from_static(value));
        }
        read(&headers)
    }

    fn tags(tags: &[&str]) -> IfMatch {
        IfMatch::Tags(tags.iter().map(|tag| (*tag).to_owned()).collect())
    }

    #[test]
    fn tags_are_read_as_they_are_written() {
        assert_eq!(of(&[]), Some(IfMatch::Unsaid));
        assert_eq!(of(&["*"]), Some(IfMatch::Any));
        assert_eq!(of(&["\"1\""]).unwrap(), tags(&["\"1\""]));
        assert_eq!(of(&["\"1\", W/\"2\",\"a,b\""]).unwrap(), tags(&["\"1\"", "W/\"2\"", "\"a,b\""]));
        assert_eq!(of(&["\"1\"", "\"2\""]).unwrap(), tags(&["\"1\"", "\"2\""]));
        assert_eq!(of(&["\"\""]).unwrap(), tags(&["\"\""]));
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused() {
        for values in [
            &[""][..],
            &["1"],
            &["\"1"],
            &["\"1\" \"2\""],
            &["\"1\","],
            &["*, \"1\""],
            &["*", "*"],
            &["w/\"1\""],
            &["\"a b\""],
        ] {
            assert_eq!(of(values), None, "{values:?}");
        }
    }

    #[test]
    fn a_version_is_meant_by_its_strong_tag_alone() {
        let some = of(&["\"1\", W/\"2\""]).unwrap();
        assert!(some.means("\"1\"") && !some.means("\"2\"") && !some.means("\"3\""));
        assert!(IfMatch::Any.means("\"3\"") && IfMatch::Unsaid.means("\"3\""));
    }
}
