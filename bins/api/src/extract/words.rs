//! Turns what serde says into words for callers, who do not know our structs.

use serde_path_to_error::{Path, Segment};

/// Longer texts repeat what the caller sent; they need not read it all again.
const LONGEST: usize = 300;

/// `message` without positions, without names of Rust types, and short.
pub(super) fn plain(message: &str) -> String {
    let message = message.rfind(" at line ").map_or(message, |end| &message[..end]);
    let mut words = String::with_capacity(message.len());
    let mut rest = message;
    // Only the expectation is serde's own text; before it stands what the caller sent.
    if let Some(start) = message.rfind("expected ") {
        words.push_str(&message[..start]);
        rest = &message[start..];
    }
    words.push_str(&without_types(rest));
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

/// `expected struct NewTask with 2 elements` becomes `expected an object`.
fn without_types(expectation: &str) -> String {
    for (rust, plain) in [
        ("expected struct variant ", "expected an object"),
        ("expected tuple struct ", "expected a list"),
        ("expected struct ", "expected an object"),
        ("expected internally tagged enum ", "expected an object"),
        ("expected adjacently tagged enum ", "expected an object"),
        ("expected enum ", "expected one of its names"),
        ("expected unit struct ", "expected null"),
        ("expected a map", "expected an object"),
        ("expected a sequence", "expected a list"),
        ("expected u8", "expected a whole number in 0..=255"),
        ("expected u16", "expected a whole number in 0..=65535"),
        ("expected u32", "expected a whole number in 0..=4294967295"),
        ("expected f64", "expected a number"),
    ] {
        if expectation.starts_with(rust) {
            return plain.to_owned();
        }
    }
    expectation.to_owned()
}

/// The steps to what is wrong. A missing or unknown field is a step of its own.
pub(super) fn steps(path: &Path, message: &str) -> Vec<String> {
    let mut steps: Vec<String> = path
        .iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.clone()),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect();
    if let Some(field) = field_of(message)
        && steps.last().map(String::as_str) != Some(field)
    {
        steps.push(field.to_owned());
    }
    steps
}

fn field_of(message: &str) -> Option<&str> {
    let rest = ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start))?;
    // A field of the caller's making may hold a backtick; the last one before `, expected` closes it.
    let end = rest.find("`, expected").or_else(|| rest.find("`, there are no fields")).or(rest.rfind('`'))?;
    Some(&rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_positions_are_left_out() {
        assert_eq!(
            plain("invalid type: sequence, expected struct NewTask at line 1 column 0"),
            "invalid type: sequence, expected an object"
        );
        assert_eq!(
            plain("invalid type: string \"expected struct X\", expected u32 at line 3 column 4"),
            "invalid type: string \"expected struct X\", expected a whole number in 0..=4294967295"
        );
    }

    #[test]
    fn long_messages_are_cut_between_characters() {
        let long = plain(&"ü".repeat(1000));
        assert_eq!(long.chars().count(), LONGEST + 1);
    }

    #[test]
    fn the_field_a_message_is_about_is_found() {
        assert_eq!(field_of("missing field `title`"), Some("title"));
        assert_eq!(field_of("unknown field `a`b`, expected `title`"), Some("a`b"));
        assert_eq!(field_of("unknown field `x`, there are no fields"), Some("x"));
        assert_eq!(field_of("invalid type: null"), None);
    }
}
