//! Strings with a bound, and without what no person types and no database keeps.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// One line of text: 1 to `MAX` characters, not blank, no control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Line<const MAX: usize>(String);

/// Text of any number of lines: at most `MAX` characters, no control characters but tabs and line ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

/// Why a string is not a [`Line`] or a [`Text`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing to read.
    #[error("must not be blank")]
    Blank,
    /// More characters than fit.
    #[error("must not be longer than {max} characters")]
    TooLong {
        /// How many fit.
        max: usize,
    },
    /// A control character, such as NUL.
    #[error("must not contain control characters (here U+{code:04X})")]
    Control {
        /// Which.
        code: u32,
    },
}

impl<const MAX: usize> Line<MAX> {
    /// What a JSON Schema says about the text, besides its length.
    pub const PATTERN: &str =
        r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$";

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    pub fn into_inner(self) -> String {
        self.0
    }
}

impl<const MAX: usize> Text<MAX> {
    /// What a JSON Schema says about the text, besides its length.
    pub const PATTERN: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    pub fn into_inner(self) -> String {
        self.0
    }
}

impl<const MAX: usize> PartialSchema for Line<MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(MAX))
            .pattern(Some(Self::PATTERN))
            .description(Some("One line of text that is not blank."))
            .into()
    }
}

impl<const MAX: usize> ToSchema for Line<MAX> {
    fn name() -> Cow<'static, str> {
        format!("Line{MAX}").into()
    }
}

impl<const MAX: usize> TryFrom<String> for Line<MAX> {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        bounded(&text, MAX)?;
        no_control(&text, |_| false)?;
        if text.trim().is_empty() {
            return Err(TextError::Blank);
        }
        Ok(Self(text))
    }
}

impl<const MAX: usize> TryFrom<String> for Text<MAX> {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        bounded(&text, MAX)?;
        no_control(&text, |c| matches!(c, '\t' | '\n' | '\r'))?;
        Ok(Self(text))
    }
}

fn bounded(text: &str, max: usize) -> Result<(), TextError> {
    if text.chars().nth(max).is_some() { Err(TextError::TooLong { max }) } else { Ok(()) }
}

fn no_control(text: &str, allowed: impl Fn(char) -> bool) -> Result<(), TextError> {
    match text.chars().find(|c| c.is_control() && !allowed(*c)) {
        Some(c) => Err(TextError::Control { code: u32::from(c) }),
        None => Ok(()),
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Line<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.try_into().map_err(de::Error::custom)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.try_into().map_err(de::Error::custom)
    }
}

impl<const MAX: usize> fmt::Display for Line<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Result<Line<5>, TextError> {
        text.to_owned().try_into()
    }

    fn text(text: &str) -> Result<Text<5>, TextError> {
        text.to_owned().try_into()
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(line("ünïcö").unwrap().as_str(), "ünïcö");
        assert_eq!(line("sixsix"), Err(TextError::TooLong { max: 5 }));
        assert_eq!(text("").unwrap().as_str(), "");
    }

    #[test]
    fn a_line_is_neither_blank_nor_two() {
        assert_eq!(line(""), Err(TextError::Blank));
        assert_eq!(line(" \u{a0}"), Err(TextError::Blank));
        assert_eq!(line("a\nb"), Err(TextError::Control { code: 10 }));
        assert!(text("a\n\tb").is_ok());
    }

    #[test]
    fn nul_is_refused_by_name() {
        assert_eq!(
            text("a\0b").unwrap_err().to_string(),
            "must not contain control characters (here U+0000)"
        );
        assert_eq!(line("\u{9f}"), Err(TextError::Control { code: 0x9f }));
    }
}
