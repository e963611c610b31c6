//! Makes lines and blocks of text as it comes.

use super::{Block, Line};
use crate::limits::MOST_LINE_BYTES;

/// Collects the text of a part of a page.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    blocks: Vec<Block>,
    line: Line,
    /// A blank is owed before the next character, and this is where it stands in the source.
    blank: Option<usize>,
    /// Where the present strike began.
    strike: Option<usize>,
    /// The next byte of the source that would go on without a new piece.
    next: Option<usize>,
    shape: Shape,
    pub(crate) depth: usize,
    pub(crate) hidden: bool,
}

/// What becomes of the present line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    #[default]
    Line,
    Heading(usize),
    Label,
}

impl Builder {
    /// Collects text that is hidden, or is not.
    pub(crate) fn new(hidden: bool) -> Self {
        Self { hidden, ..Self::default() }
    }

    /// Adds a character that stands at `source`.
    pub(crate) fn push(&mut self, character: char, source: usize) {
        if character.is_whitespace() || is_blank(character) {
            self.blank.get_or_insert(source);
            return;
        }
        if is_invisible(character) || self.line.text.len() >= MOST_LINE_BYTES {
            return;
        }
        if let Some(blank) = self.blank.take()
            && !self.line.text.is_empty()
        {
            self.put(' ', blank);
        }
        self.put(character, source);
    }

    /// Adds characters that stand in the source as they are.
    pub(crate) fn push_text(&mut self, text: &str, source: usize) {
        text.char_indices().for_each(|(at, character)| self.push(character, source + at));
    }

    fn put(&mut self, character: char, source: usize) {
        if self.next != Some(source) {
            self.line.pieces.push((self.line.text.len(), source));
        }
        self.line.text.push(character);
        self.next = Some(source + character.len_utf8());
    }

    /// Whether text is struck through from here on.
    pub(crate) fn strike(&mut self, struck: bool) {
        match (self.strike, struck) {
            (None, true) => self.strike = Some(self.line.text.len()),
            (Some(start), false) => {
                self.end_strike(start);
                self.strike = None;
            }
            _ => {}
        }
    }

    fn end_strike(&mut self, start: usize) {
        let end = self.line.text.len();
        if start < end {
            // The blank before struck text is owed until its first character.
            let start = start + usize::from(self.line.text[start..].starts_with(' '));
            self.line.struck.push(start..end);
        }
    }

    /// Whether text is hidden from here on.
    pub(crate) fn hide(&mut self, hidden: bool) {
        if hidden != self.hidden {
            self.end_line();
            self.hidden = hidden;
        }
    }

    /// What lines are from here on.
    pub(crate) fn shape(&mut self, shape: Shape) {
        self.end_line();
        self.shape = shape;
    }

    /// The text of the line so far.
    pub(crate) fn line_text(&self) -> &str {
        &self.line.text
    }

    /// Ends the line.
    pub(crate) fn end_line(&mut self) {
        if let Some(start) = self.strike {
            self.end_strike(start);
            self.strike = Some(0);
        }
        (self.blank, self.next) = (None, None);
        let mut line = std::mem::take(&mut self.line);
        if line.text.is_empty() {
            return;
        }
        line.hidden = self.hidden;
        self.blocks.push(match self.shape {
            Shape::Line => Block::Line(self.depth, line),
            Shape::Heading(level) => Block::Heading(level, line),
            Shape::Label => Block::Label(self.depth, line),
        });
    }

    /// Ends the paragraph.
    pub(crate) fn end_paragraph(&mut self) {
        self.end_line();
        if !matches!(self.blocks.last(), None | Some(Block::Gap)) {
            self.blocks.push(Block::Gap);
        }
    }

    /// Adds what was made elsewhere.
    pub(crate) fn append(&mut self, blocks: impl IntoIterator<Item = Block>) {
        self.end_line();
        self.blocks.extend(blocks);
    }

    /// All blocks.
    pub(crate) fn finish(mut self) -> Vec<Block> {
        self.end_line();
        self.blocks
    }
}

/// Blanks that are no white space to Rust.
const fn is_blank(character: char) -> bool {
    matches!(character, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// Characters that are not seen, such as places where a word may be broken.
const fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{200e}' | '\u{200f}' | '\u{fe0f}')
}
