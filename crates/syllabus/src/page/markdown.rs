//! Reads Markdown.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::builder::{Builder, Shape};
use super::grid::{Cell, Table, room};
use super::{Block, Page, html, text};

/// Reads the source as Markdown.
pub(crate) fn read(source: &str) -> Page {
    let (front, body) = text::front_matter(source);
    let mut reader = Reader {
        source,
        builder: Builder::default(),
        rows: Vec::new(),
        cell: None,
        html: None,
        depth: 0,
        room: room(),
    };
    let mut page = Page::default();
    if body > 0 {
        reader.builder.append(text::read(source, front).blocks);
        reader.builder.end_paragraph();
    }
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_TASKLISTS;
    for (event, range) in Parser::new_ext(&source[body..], options).into_offset_iter() {
        reader.read(event, body + range.start..body + range.end, &mut page);
    }
    reader.end_html(&mut page);
    page.blocks = reader.builder.finish();
    page
}

struct Reader<'a> {
    source: &'a str,
    builder: Builder,
    rows: Vec<Vec<Cell>>,
    /// The text around a cell that is being read.
    cell: Option<(Builder, bool)>,
    /// A stretch of HTML.
    html: Option<Range<usize>>,
    depth: usize,
    room: usize,
}

impl Reader<'_> {
    fn read(&mut self, event: Event<'_>, range: Range<usize>, page: &mut Page) {
        if matches!(event, Event::Html(_)) {
            self.html = Some(self.html.as_ref().map_or(range.start, |html| html.start)..range.end);
            return;
        }
        match event {
            Event::Start(tag) => {
                // A page's HTML goes on over what only looks like Markdown between its parts.
                if !matches!(tag, Tag::HtmlBlock) {
                    self.end_html(page);
                }
                self.start(&tag);
            }
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) => {
                self.end_html(page);
                let inner = self.source[range.clone()].find(&*text).unwrap_or(0);
                self.builder.push_text(&text, range.start + inner);
            }
            Event::SoftBreak => self.soft_break(range.start),
            Event::HardBreak | Event::Rule => self.builder.end_line(),
            Event::InlineHtml(tag) => self.inline(&tag.to_ascii_lowercase()),
            _ => {}
        }
    }

    fn inline(&mut self, tag: &str) {
        if tag.starts_with("<br") {
            self.builder.end_line();
        } else if ["<s>", "<del>", "<strike>"].contains(&tag) {
            self.builder.strike(true);
        } else if ["</s>", "</del>", "</strike>"].contains(&tag) {
            self.builder.strike(false);
        }
    }

    /// A line of the source may be a line of its own, or one that was wrapped.
    fn soft_break(&mut self, at: usize) {
        let after = self.source.get(at..).unwrap_or_default().trim_start();
        if text::is_wrapped(self.builder.line_text(), after) {
            self.builder.push(' ', at);
        } else {
            self.builder.end_line();
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph if self.depth == 0 => self.builder.end_paragraph(),
            Tag::Heading { level, .. } => {
                self.builder.end_paragraph();
                self.builder.shape(Shape::Heading(number(*level)));
            }
            Tag::List(_) | Tag::DefinitionList => {
                self.builder.end_line();
                self.depth += 1;
            }
            Tag::DefinitionListTitle => self.builder.shape(Shape::Label),
            Tag::DefinitionListDefinition => self.depth += 1,
            Tag::Strikethrough => self.builder.strike(true),
            Tag::Table(_) => {
                self.builder.end_paragraph();
                self.rows.clear();
            }
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            Tag::TableCell => {
                let heads = self.rows.len() == 1;
                let around = std::mem::take(&mut self.builder);
                self.cell = Some((around, heads));
            }
            _ => {}
        }
        self.builder.depth = self.depth;
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph if self.depth == 0 => self.builder.end_paragraph(),
            TagEnd::Paragraph | TagEnd::Item => self.builder.end_line(),
            TagEnd::Heading(_) | TagEnd::DefinitionListTitle => self.builder.shape(Shape::Line),
            TagEnd::List(_) | TagEnd::DefinitionList => {
                self.builder.end_line();
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    self.builder.end_paragraph();
                }
            }
            TagEnd::DefinitionListDefinition => {
                self.builder.end_line();
                self.depth = self.depth.saturating_sub(1);
            }
            TagEnd::Strikethrough => self.builder.strike(false),
            TagEnd::CodeBlock => self.builder.end_paragraph(),
            TagEnd::TableCell => {
                if let Some((around, heads)) = self.cell.take() {
                    let blocks = std::mem::replace(&mut self.builder, around).finish();
                    if let Some(row) = self.rows.last_mut() {
                        row.push(Cell { heads, columns: 1, rows: 1, blocks });
                    }
                }
            }
            TagEnd::Table => {
                let table = Table::new(Vec::new(), std::mem::take(&mut self.rows), &mut self.room);
                self.builder.append([Block::Table(table), Block::Gap]);
            }
            _ => {}
        }
        self.builder.depth = self.depth;
    }

    fn end_html(&mut self, page: &mut Page) {
        if let Some(html) = self.html.take() {
            let read = html::read(self.source, html);
            page.truncated |= read.truncated;
            self.builder.append(read.blocks);
        }
    }
}

const fn number(level: HeadingLevel) -> usize {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
