//! A page in the form in which it is read: blocks of lines, whatever they were written in.

pub(crate) mod builder;
pub(crate) mod grid;
pub(crate) mod html;
pub(crate) mod markdown;
pub(crate) mod scan;
pub(crate) mod text;

use std::ops::Range;

use grid::Table;

/// A page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) blocks: Vec<Block>,
    /// Its end was left aside.
    pub(crate) truncated: bool,
    /// The language that it says of itself, as written.
    pub(crate) language: Option<String>,
}

/// A part of a page.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    /// A heading, of the first level or a lower one.
    Heading(usize, Line),
    /// A line, as deep as the lists that it lies in.
    Line(usize, Line),
    /// What stands before the lines that follow one deeper: the term of a definition.
    Label(usize, Line),
    /// A table.
    Table(Table),
    /// The end of a paragraph.
    Gap,
}

/// A line of text that knows where in the source it stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pub(crate) text: String,
    /// Bytes of the text and those of the source that they come from, in ascending order of the first.
    pieces: Vec<(usize, usize)>,
    /// Bytes of the text that are struck through.
    pub(crate) struck: Vec<Range<usize>>,
    /// It is not shown.
    pub(crate) hidden: bool,
}

impl Line {
    /// A name that stands elsewhere.
    pub(crate) fn named(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    /// The place of a byte of the text in the source.
    fn place(&self, at: usize) -> usize {
        let next = self.pieces.partition_point(|(text, _)| *text <= at);
        let (text, source) = self.pieces.get(next.saturating_sub(1)).copied().unwrap_or((0, 0));
        source + at.saturating_sub(text)
    }

    /// The bytes of the source that a part of the text comes from.
    pub(crate) fn source(&self, part: &Range<usize>) -> Range<usize> {
        let (start, last) = (self.place(part.start), self.place(part.end.saturating_sub(1)));
        start.min(last)..last.max(start) + 1
    }

    /// Whether most of a part is struck through.
    pub(crate) fn is_struck(&self, part: &Range<usize>) -> bool {
        self.struck.iter().any(|struck| struck.start <= part.start && part.end <= struck.end + 1)
    }
}

impl Page {
    /// Every line of the page in the order of reading, those of tables included.
    pub(crate) fn lines(&self) -> Vec<&Line> {
        let mut lines = Vec::new();
        collect(&self.blocks, &mut lines);
        lines
    }
}

fn collect<'a>(blocks: &'a [Block], lines: &mut Vec<&'a Line>) {
    for block in blocks {
        match block {
            Block::Heading(_, line) | Block::Line(_, line) | Block::Label(_, line) => lines.push(line),
            Block::Table(table) => {
                lines.extend(&table.caption);
                for cell in table.rows.iter().flatten() {
                    collect(&cell.blocks, lines);
                }
            }
            Block::Gap => {}
        }
    }
}
