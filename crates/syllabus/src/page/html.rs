//! Reads web pages.

use std::ops::Range;

use scraper::{Html, Node};

use super::builder::{Builder, Shape};
use super::grid::{Cell, Table, room};
use super::scan::{self, Scan};
use super::{Block, Line, Page};

/// Reads a part of the source as a web page.
pub(crate) fn read(source: &str, part: Range<usize>) -> Page {
    let scan = scan::scan(source, part);
    let mut room = room();
    let mut blocks = blocks(&scan, false, &mut room);
    for comment in &scan.comments {
        blocks.push(Block::Gap);
        blocks.extend(hidden(source, comment.clone(), &mut room));
    }
    Page { blocks, truncated: scan.truncated, language: scan.language }
}

/// What is written in a comment.
fn hidden(source: &str, comment: Range<usize>, room: &mut usize) -> Vec<Block> {
    let mut scan = scan::scan(source, comment);
    let head = scan.html.trim_start_matches(|character: char| character.is_whitespace());
    let wrap = ["<tr", "<td", "<th", "<tbody"].iter().any(|tag| head.starts_with(tag));
    if wrap {
        let row = if head.starts_with("<td") || head.starts_with("<th>") { "<tr>" } else { "" };
        scan.html = format!("<table>{row}{}", scan.html);
    }
    blocks(&scan, true, room)
}

fn blocks(scan: &Scan, hidden: bool, room: &mut usize) -> Vec<Block> {
    let html = Html::parse_document(&scan.html);
    let mut walker = Walker {
        scan,
        builder: Builder::new(hidden),
        all_hidden: hidden,
        hides: 0,
        strikes: 0,
        verbatim: 0,
        outer: Vec::new(),
        high: 0,
        place: 0,
        room,
    };
    let mut node = html.tree.root();
    // The tree is walked without recursion, however deep it is.
    'walk: loop {
        walker.open(node.value());
        if let Some(child) = node.first_child() {
            node = child;
            continue;
        }
        loop {
            walker.close(node.value());
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            match node.parent() {
                Some(parent) => node = parent,
                None => break 'walk,
            }
        }
    }
    walker.finish()
}

/// A table that is being read, and the text around it.
#[derive(Default)]
struct Open {
    around: Builder,
    caption: Vec<Line>,
    rows: Vec<Vec<Cell>>,
    cell: Option<Cell>,
}

struct Walker<'a> {
    scan: &'a Scan,
    builder: Builder,
    all_hidden: bool,
    hides: usize,
    strikes: usize,
    verbatim: usize,
    outer: Vec<Open>,
    /// The first digit of a mark whose second is to come.
    high: usize,
    /// The place in the source of the next character.
    place: usize,
    room: &'a mut usize,
}

impl Walker<'_> {
    fn open(&mut self, node: &Node) {
        match node {
            Node::Text(text) => self.text(text),
            Node::Element(element) => {
                if element.attr("hidden").is_some() {
                    self.hides += 1;
                    self.builder.hide(true);
                }
                if element.attr("class").is_some() || element.name() == "del" {
                    self.strikes += 1;
                    self.builder.strike(true);
                }
                self.open_element(element.name(), || {
                    let span = |name| element.attr(name).and_then(|value| value.parse().ok()).unwrap_or(1);
                    (span("colspan"), span("rowspan"))
                });
            }
            _ => {}
        }
    }

    fn open_element(&mut self, name: &str, spans: impl Fn() -> (usize, usize)) {
        match name {
            "br" | "hr" | "li" => self.builder.end_line(),
            "p" | "div" | "blockquote" | "nav" | "title" => self.builder.end_paragraph(),
            "pre" => {
                self.builder.end_paragraph();
                self.verbatim += 1;
            }
            "dt" => self.builder.shape(Shape::Label),
            "ul" | "ol" | "dl" | "dd" => {
                self.builder.end_line();
                self.builder.depth += 1;
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.builder.end_paragraph();
                self.builder.shape(Shape::Heading(level(name)));
            }
            "table" => {
                self.builder.end_line();
                let around = std::mem::take(&mut self.builder);
                self.builder.hidden = around.hidden;
                self.outer.push(Open { around, ..Open::default() });
            }
            "tr" => {
                if let Some(open) = self.outer.last_mut() {
                    open.rows.push(Vec::new());
                }
            }
            "td" | "th" => {
                let (columns, rows) = spans();
                self.fresh();
                if let Some(open) = self.outer.last_mut() {
                    open.cell = Some(Cell { heads: name == "th", columns, rows, blocks: Vec::new() });
                }
            }
            "caption" => self.fresh(),
            _ => {}
        }
    }

    /// Begins a part of a table; what stands between the parts belongs nowhere.
    fn fresh(&mut self) {
        let hidden = self.builder.hidden;
        self.builder = Builder::new(hidden);
        self.builder.strike(self.strikes > 0);
    }

    fn close(&mut self, node: &Node) {
        let Node::Element(element) = node else { return };
        self.close_element(element.name());
        if element.attr("class").is_some() || element.name() == "del" {
            self.strikes = self.strikes.saturating_sub(1);
            self.builder.strike(self.strikes > 0);
        }
        if element.attr("hidden").is_some() {
            self.hides = self.hides.saturating_sub(1);
            self.builder.hide(self.all_hidden || self.hides > 0);
        }
    }

    fn close_element(&mut self, name: &str) {
        match name {
            "p" | "div" | "blockquote" | "nav" => self.builder.end_paragraph(),
            "pre" => {
                self.builder.end_paragraph();
                self.verbatim = self.verbatim.saturating_sub(1);
            }
            "li" => self.builder.end_line(),
            "dd" => {
                self.builder.end_line();
                self.builder.depth = self.builder.depth.saturating_sub(1);
            }
            "ul" | "ol" | "dl" => {
                self.builder.end_line();
                self.builder.depth = self.builder.depth.saturating_sub(1);
                if self.builder.depth == 0 {
                    self.builder.end_paragraph();
                }
            }
            "dt" | "title" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.builder.shape(Shape::Line),
            "td" | "th" => {
                let blocks = std::mem::take(&mut self.builder).finish();
                if let Some(open) = self.outer.last_mut()
                    && let Some(mut cell) = open.cell.take()
                {
                    cell.blocks = blocks;
                    match open.rows.last_mut() {
                        Some(row) => row.push(cell),
                        None => open.rows.push(vec![cell]),
                    }
                }
                self.fresh();
            }
            "caption" => {
                let blocks = std::mem::take(&mut self.builder).finish();
                if let Some(open) = self.outer.last_mut() {
                    open.caption.extend(blocks.into_iter().filter_map(|block| match block {
                        Block::Heading(_, line) | Block::Line(_, line) | Block::Label(_, line) => Some(line),
                        _ => None,
                    }));
                }
                self.fresh();
            }
            "table" => self.close_table(),
            _ => {}
        }
    }

    fn close_table(&mut self) {
        let Some(open) = self.outer.pop() else { return };
        let hidden = self.builder.hidden;
        self.builder = open.around;
        self.builder.hidden = hidden;
        let table = Table::new(open.caption, open.rows, self.room);
        if table.is_layout() {
            for row in table.rows {
                for cell in row {
                    self.builder.append(cell.blocks);
                    self.builder.append([Block::Gap]);
                }
            }
        } else {
            self.builder.append([Block::Table(table), Block::Gap]);
        }
    }

    fn text(&mut self, text: &str) {
        for character in text.chars() {
            if let Some((place, digit)) = scan::mark(character) {
                if place == 0 {
                    self.high = digit;
                } else {
                    let number = scan::number(self.high, digit);
                    self.place = self.scan.places.get(number).copied().unwrap_or(self.place);
                }
                continue;
            }
            if character == '\n' && self.verbatim > 0 {
                self.builder.end_line();
            }
            self.builder.push(character, self.place);
            self.place += character.len_utf8();
        }
    }

    fn finish(mut self) -> Vec<Block> {
        while !self.outer.is_empty() {
            self.close_table();
        }
        self.builder.finish()
    }
}

fn level(name: &str) -> usize {
    name.as_bytes().get(1).map_or(1, |digit| usize::from(digit.saturating_sub(b'0')))
}
