//! A small writer of XML: elements close, text is escaped, and what XML can't hold is replaced.

use std::fmt::{self, Display, Write};

/// Names and values.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a dyn Display)];

/// XML in the making.
pub(super) struct Xml {
    out: String,
}

impl Xml {
    pub(super) const fn new() -> Self {
        Self { out: String::new() }
    }

    /// An element with nothing inside.
    pub(super) fn empty(&mut self, name: &str, attributes: Attributes<'_>) {
        self.start(name, attributes);
        self.out.push_str("/>");
    }

    /// An element with a text inside.
    pub(super) fn text(&mut self, name: &str, attributes: Attributes<'_>, text: &str) {
        self.start(name, attributes);
        self.out.push('>');
        // Writing to a string can't fail.
        let _ = write!(Escaped(&mut self.out), "{text}");
        let _ = write!(self.out, "</{name}>");
    }

    /// The start of an element; [`Xml::close`] ends it.
    pub(super) fn open(&mut self, name: &str, attributes: Attributes<'_>) {
        self.start(name, attributes);
        self.out.push('>');
    }

    /// The end of an element.
    pub(super) fn close(&mut self, name: &str) {
        let _ = write!(self.out, "\n</{name}>");
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    fn start(&mut self, name: &str, attributes: Attributes<'_>) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        let _ = write!(self.out, "<{name}");
        for (attribute, value) in attributes {
            let _ = write!(self.out, " {attribute}=\"");
            let _ = write!(Escaped(&mut self.out), "{value}");
            self.out.push('"');
        }
    }
}

/// A number of pixels, to a tenth.
#[derive(Clone, Copy)]
pub(super) struct Px(pub(super) f64);

impl Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Adding nothing turns a negative zero into zero.
        let tenths = (self.0 * 10.0).round() / 10.0 + 0.0;
        write!(f, "{tenths}")
    }
}

/// Escapes for both text and attributes.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c if is_allowed(c) => self.0.push(c),
                _ => self.0.push(char::REPLACEMENT_CHARACTER),
            }
        }
        Ok(())
    }
}

/// Whether XML 1.0 can hold the character, and does not advise against it.
const fn is_allowed(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{A0}'..='\u{FFFD}' | '\u{10000}'..=char::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_xml_is_escaped() {
        let mut xml = Xml::new();
        xml.text("a", &[("b", &"\"<'>&")], "]]> <b>&amp;\u{0}\u{B}\n\u{FFFF}\u{7F}");
        assert_eq!(
            xml.finish(),
            "<a b=\"&quot;&lt;&#39;&gt;&amp;\">]]&gt; &lt;b&gt;&amp;amp;\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}</a>"
        );
    }

    #[test]
    fn pixels_are_written_to_a_tenth() {
        assert_eq!([1.0, 0.25, -0.04, 120.96].map(|px| Px(px).to_string()), ["1", "0.3", "0", "121"]);
    }
}
