//! Texts that somebody else wrote: lists of them, and titles fit for one line.

use icalendar::parser::ParseString;

use crate::limits::{MOST_CATEGORIES, MOST_CHARS};

/// The texts of a comma-separated list, unescaped, each on one line; empty ones are left out.
pub(crate) fn list(escaped: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let (mut start, mut is_escaped) = (0, false);
    for (index, byte) in escaped.bytes().enumerate() {
        if byte == b',' && !is_escaped {
            texts.push(&escaped[start..index]);
            start = index + 1;
        }
        is_escaped = byte == b'\\' && !is_escaped;
    }
    texts.push(&escaped[start..]);
    let texts = texts.into_iter().map(|text| one_line(ParseString::from(text).unescape_text().as_str()));
    texts.filter(|text| !text.is_empty()).take(MOST_CATEGORIES).collect()
}

/// The text on one line, without what would move the cursor of whoever prints it.
pub(crate) fn one_line(text: &str) -> String {
    let visible = text.chars().filter(|c| !turns_around(*c)).take(2 * MOST_CHARS);
    let visible: String = visible.map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(MOST_CHARS).collect()
}

/// Characters that make the text around them run the other way.
fn turns_around(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_parted_at_commas_that_are_not_escaped() {
        assert_eq!(
            list(r"Work,Room A\, 2nd floor, ,back\\,end\;"),
            ["Work", "Room A, 2nd floor", r"back\", "end;"]
        );
        assert!(list("").is_empty());
    }

    #[test]
    fn a_title_is_one_line_without_control_characters() {
        assert_eq!(one_line(" two\nlines\t \u{1b}[31mred\u{202e} "), "two lines [31mred");
    }
}
