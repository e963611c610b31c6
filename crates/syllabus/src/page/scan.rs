//! Goes over the tags of an HTML page before it is parsed, so that parsing is quick and nothing loses its place.
//!
//! The parser of browsers does as much work for a tag as elements are open, and does not say where in the source a text
//! stands. So the page is copied with nothing but the tags that matter, none deeper than [`MOST_DEPTH`], and with a mark
//! before each stretch of text that leads back to its place.

use std::fmt::Write as _;
use std::ops::Range;

use crate::limits::{MOST_COMMENTS, MOST_DEPTH, MOST_TAGS};
use crate::words::among;

/// A page that is ready to be parsed.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// The page with marks.
    pub(crate) html: String,
    /// For each mark the place in the source of what follows it.
    pub(crate) places: Vec<usize>,
    /// Where comments stand, without what encloses them.
    pub(crate) comments: Vec<Range<usize>>,
    /// The end of the page was left aside.
    pub(crate) truncated: bool,
    /// The language that the page names.
    pub(crate) language: Option<String>,
}

/// Marks are two characters of planes that have no characters of their own.
const PLANES: [u32; 2] = [0xF_0000, 0x10_0000];
const DIGITS: usize = 0xFFF0;

/// The place of a digit of a mark, and the digit.
pub(crate) fn mark(character: char) -> Option<(usize, usize)> {
    let code = u32::from(character);
    let place = PLANES.iter().position(|plane| (*plane..*plane + 0xFFFE).contains(&code))?;
    Some((place, usize::try_from(code - PLANES[place]).unwrap_or(0)))
}

/// The number of a mark.
pub(crate) const fn number(high: usize, low: usize) -> usize {
    high * DIGITS + low
}

/// What becomes of a tag.
enum Tag {
    /// It opens a box that may hold boxes of its own kind.
    Box(&'static str),
    /// It stays, and closes others of its kind.
    Keep(&'static str),
    /// It goes, and so does what is in it.
    Drop,
    /// It goes.
    Inline,
}

fn tag(name: &str) -> Tag {
    const BOXES: &str = "div ul ol dl table blockquote span del pre nav";
    const KEPT: &str = "p li dt dd tr td th thead tbody tfoot caption br hr h1 h2 h3 h4 h5 h6 title";
    if let Some(name) = BOXES.split_ascii_whitespace().find(|known| *known == name) {
        return Tag::Box(name);
    }
    if let Some(name) = KEPT.split_ascii_whitespace().find(|known| *known == name) {
        return Tag::Keep(name);
    }
    match name {
        "s" | "strike" => Tag::Box("del"),
        "section" | "article" | "main" | "header" | "footer" | "aside" | "center" | "form" | "fieldset"
        | "details" | "figure" | "address" | "dir" | "menu" => Tag::Box("div"),
        "summary" | "figcaption" | "legend" | "option" => Tag::Keep("p"),
        "script" | "style" | "template" | "svg" | "textarea" | "iframe" | "object" | "noframes" | "xmp"
        | "select" | "math" | "noembed" => Tag::Drop,
        _ => Tag::Inline,
    }
}

/// Goes over a part of a page.
pub(crate) fn scan(source: &str, part: Range<usize>) -> Scan {
    let mut scanner =
        Scanner { source, at: part.start, end: part.end, open: 0, over: 0, tags: 0, scan: Scan::default() };
    scanner.scan.html.reserve(part.len() + part.len() / 4);
    scanner.run();
    scanner.scan
}

struct Scanner<'a> {
    source: &'a str,
    at: usize,
    end: usize,
    /// Boxes that are open.
    open: usize,
    /// Boxes that were too deep, and are not there.
    over: usize,
    tags: usize,
    scan: Scan,
}

impl Scanner<'_> {
    fn run(&mut self) {
        while self.at < self.end {
            let rest = &self.source[self.at..self.end];
            let Some(offset) = rest.find('<') else {
                return self.text(self.end);
            };
            self.text(self.at + offset);
            if self.tags >= MOST_TAGS {
                self.scan.truncated = true;
                return;
            }
            self.markup();
        }
    }

    /// Copies text up to `end`, with marks where it begins and behind what stands for a single character.
    fn text(&mut self, end: usize) {
        let mut from = self.at;
        self.at = end;
        let text = &self.source[from..end];
        if text.trim_matches([' ', '\n', '\r', '\t']).is_empty() {
            self.scan.html.push_str(text);
            return;
        }
        while from < end {
            let rest = &self.source[from..end];
            let stop = rest.find(';').map_or(end, |offset| from + offset + 1);
            self.mark(from);
            for character in self.source[from..stop].chars() {
                // What looks like a mark is none of ours.
                self.scan.html.push(if mark(character).is_some() { '\u{fffd}' } else { character });
            }
            from = stop;
        }
    }

    fn mark(&mut self, place: usize) {
        let number = self.scan.places.len();
        self.scan.places.push(place);
        for (plane, digit) in PLANES.into_iter().zip([number / DIGITS, number % DIGITS]) {
            let code = u32::try_from(digit).unwrap_or(0) + plane;
            self.scan.html.push(char::from_u32(code).unwrap_or('\u{fffd}'));
        }
    }

    /// Reads what begins with `<`.
    fn markup(&mut self) {
        let rest = &self.source[self.at..self.end];
        if rest.starts_with("<!--") {
            return self.comment();
        }
        let second = rest.as_bytes().get(1).copied().unwrap_or(b' ');
        if second == b'!' || second == b'?' {
            self.at = rest.find('>').map_or(self.end, |offset| self.at + offset + 1);
        } else if second == b'/' || second.is_ascii_alphabetic() {
            self.tags += 1;
            self.element(second == b'/');
        } else {
            self.mark(self.at);
            self.scan.html.push_str("&lt;");
            self.at += 1;
        }
    }

    fn comment(&mut self) {
        let start = self.at + 4;
        let rest = &self.source[start.min(self.end)..self.end];
        let (length, after) =
            rest.find("-->").map_or((rest.len(), rest.len()), |offset| (offset, offset + 3));
        let is_word_junk = rest.starts_with("[if");
        if !is_word_junk && self.scan.comments.len() < MOST_COMMENTS {
            self.scan.comments.push(start..start + length);
        }
        self.at = (start + after).min(self.end);
    }

    fn element(&mut self, closes: bool) {
        let name_start = self.at + 1 + usize::from(closes);
        let bytes = self.source.as_bytes();
        let mut name_end = name_start;
        while name_end < self.end
            && (bytes[name_end].is_ascii_alphanumeric() || b":-".contains(&bytes[name_end]))
        {
            name_end += 1;
        }
        let name = self.source[name_start..name_end].to_ascii_lowercase();
        let (attributes, after) = self.attributes(name_end);
        self.at = after;
        match (tag(&name), closes) {
            (Tag::Box(name), false) if self.open >= MOST_DEPTH => {
                self.over += 1;
                self.scan.html.push_str(if name == "span" || name == "del" { "" } else { " " });
            }
            (Tag::Box(name), false) => {
                self.open += 1;
                self.open_tag(name, &attributes);
            }
            (Tag::Box(_), true) if self.over > 0 => self.over -= 1,
            (Tag::Box(name), true) => {
                self.open = self.open.saturating_sub(1);
                self.close_tag(name);
            }
            (Tag::Keep(name), false) => self.open_tag(name, &attributes),
            (Tag::Keep(name), true) => self.close_tag(name),
            (Tag::Drop, false) if !attributes.closed => self.skip(&name),
            (Tag::Drop, _) => {}
            (Tag::Inline, closes) => self.inline(&name, closes, &attributes),
        }
    }

    fn inline(&mut self, name: &str, closes: bool, attributes: &Attributes) {
        if name == "html" && self.scan.language.is_none() {
            self.scan.language.clone_from(&attributes.language);
        }
        // Two links or labels side by side are two words.
        if closes && name != "sup" && self.source[self.at..self.end].starts_with("<a") {
            self.scan.html.push(' ');
        }
    }

    fn open_tag(&mut self, name: &str, attributes: &Attributes) {
        let html = &mut self.scan.html;
        html.push('<');
        html.push_str(name);
        for (key, value) in [("colspan", attributes.columns), ("rowspan", attributes.rows)] {
            if let Some(value) = value {
                let _ = write!(html, " {key}={value}");
            }
        }
        if attributes.hidden {
            html.push_str(" hidden");
        }
        if attributes.struck {
            html.push_str(" class=s");
        }
        html.push('>');
    }

    fn close_tag(&mut self, name: &str) {
        self.scan.html.push_str("</");
        self.scan.html.push_str(name);
        self.scan.html.push('>');
    }

    /// Goes behind the end of an element whose content is no text of the page.
    fn skip(&mut self, name: &str) {
        let end = format!("</{name}");
        let rest = &self.source.as_bytes()[self.at..self.end];
        let found = rest.windows(end.len()).position(|window| window.eq_ignore_ascii_case(end.as_bytes()));
        let Some(found) = found else {
            self.at = self.end;
            return;
        };
        let close = self.at + found;
        self.at = self.source[close..self.end].find('>').map_or(self.end, |offset| close + offset + 1);
    }

    /// What is of interest in the attributes that begin at `from`, and where the tag ends.
    fn attributes(&self, from: usize) -> (Attributes, usize) {
        let bytes = self.source.as_bytes();
        let (mut at, mut quote, mut attributes) = (from, None, Attributes::default());
        while at < self.end {
            match (quote, bytes[at]) {
                (None, b'>') => break,
                (None, b'"' | b'\'') => {
                    // Only behind an equals sign does a quote enclose a value.
                    let before = self.source[from..at].trim_end();
                    quote = before.ends_with('=').then_some(bytes[at]);
                }
                (Some(open), close) if open == close => quote = None,
                _ => {}
            }
            at += 1;
        }
        let text = &self.source[from..at.min(self.end)];
        attributes.read(text);
        (attributes, (at + 1).min(self.end))
    }
}

#[derive(Default)]
struct Attributes {
    columns: Option<usize>,
    rows: Option<usize>,
    hidden: bool,
    struck: bool,
    closed: bool,
    language: Option<String>,
}

impl Attributes {
    fn read(&mut self, text: &str) {
        self.closed = text.ends_with('/');
        if text.len() > 4096 || text.trim().is_empty() {
            return;
        }
        let lower = text.to_ascii_lowercase();
        self.columns = value(&lower, "colspan").and_then(|value| value.parse().ok());
        self.rows = value(&lower, "rowspan").and_then(|value| value.parse().ok());
        self.language = value(&lower, "lang").map(str::to_owned);
        let style: String = value(&lower, "style")
            .unwrap_or_default()
            .chars()
            .filter(|style| !style.is_whitespace())
            .collect();
        self.struck = style.contains("line-through");
        let bare = lower.split([' ', '\t', '\n', '\r', '/']).any(|word| word == "hidden");
        let classes = value(&lower, "class").unwrap_or_default();
        let mut classes = classes.split_whitespace();
        self.hidden = style.contains("display:none")
            || style.contains("visibility:hidden")
            || (bare && value(&lower, "class").is_none_or(|classes| !classes.contains("hidden")))
            || lower.contains("hidden=\"hidden\"")
            || classes.any(|class| among("hidden d-none is-hidden hide", class));
    }
}

/// The value of an attribute in a tag's text, all of which is in lower case.
fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find(name)?;
        from = at + name.len();
        let starts = at == 0
            || text.as_bytes()[at - 1].is_ascii_whitespace()
            || b"\"'".contains(&text.as_bytes()[at - 1]);
        let Some(rest) = text[from..].trim_start().strip_prefix('=').filter(|_| starts) else { continue };
        let rest = rest.trim_start();
        return Some(match rest.as_bytes().first() {
            Some(quote @ (b'"' | b'\'')) => {
                let inner = &rest[1..];
                &inner[..inner.find(char::from(*quote)).unwrap_or(inner.len())]
            }
            _ => &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())],
        });
    }
}
