//! Reads plain text.

use std::ops::Range;

use super::builder::{Builder, Shape};
use super::grid::{Cell, Table, room};
use super::{Block, Page};

/// Reads a part of the source as plain text.
pub(crate) fn read(source: &str, part: Range<usize>) -> Page {
    let lines: Vec<Raw<'_>> = raw_lines(source, part).collect();
    let mut builder = Builder::default();
    let mut cells = room();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let rows = table_rows(&lines[at..]);
        if rows > 1 {
            builder.end_paragraph();
            builder.append([Block::Table(table(&lines[at..at + rows], &mut cells)), Block::Gap]);
            at += rows;
            continue;
        }
        let underlined = lines.get(at + 1).is_some_and(|next| is_underline(next.text));
        if line.text.is_empty() || is_underline(line.text) {
            builder.end_paragraph();
        } else if underlined || is_heading(line.text) {
            builder.end_paragraph();
            builder.shape(Shape::Heading(if underlined { 2 } else { 3 }));
            add(&mut builder, line.text.trim_start_matches('#'), line);
            builder.shape(Shape::Line);
        } else {
            let goes_on = !line.bullet && is_wrapped(builder.line_text(), line.text);
            if goes_on {
                builder.push(' ', line.start);
            } else {
                builder.end_line();
                builder.depth = line.depth();
            }
            add(&mut builder, line.text, line);
        }
        at += 1;
    }
    Page { blocks: builder.finish(), ..Page::default() }
}

/// Where the front matter of a page is, and where the page begins behind it.
pub(crate) fn front_matter(source: &str) -> (Range<usize>, usize) {
    let Some(rest) = source.strip_prefix("---\n").or_else(|| source.strip_prefix("---\r\n")) else {
        return (0..0, 0);
    };
    let start = source.len() - rest.len();
    rest.find("\n---").map_or((0..0, 0), |offset| {
        let end = start + offset;
        (start..end, source[end + 4..].find('\n').map_or(source.len(), |line| end + 4 + line + 1))
    })
}

/// Whether a line is long, and what follows goes on with its sentence.
pub(crate) fn is_wrapped(line: &str, after: &str) -> bool {
    let is_long = line.len() >= 50;
    let last = line.trim_end().chars().next_back().unwrap_or('.');
    let opens = |next: char| next.is_lowercase() || next == '(';
    let connects =
        [" on", " by", " and", " the", " due", " at", " or", " am", " bis", " le", " et", " und", ","];
    let starts_small = after.chars().next().is_some_and(opens);
    is_long
        && !".:;!?".contains(last)
        && (starts_small || connects.iter().any(|word| line.trim_end().ends_with(word)))
}

/// A line of the source without indentation and bullet.
struct Raw<'a> {
    text: &'a str,
    start: usize,
    indent: usize,
    bullet: bool,
}

impl Raw<'_> {
    fn depth(&self) -> usize {
        self.indent.div_ceil(2) + usize::from(self.bullet)
    }
}

fn raw_lines(source: &str, part: Range<usize>) -> impl Iterator<Item = Raw<'_>> {
    let mut next = part.start;
    source[part].split_inclusive('\n').map(move |line| {
        let start = next;
        next += line.len();
        let mut text = line.trim_end();
        // Answers to an e-mail quote it.
        while let Some(rest) = text.strip_prefix('>') {
            text = rest.strip_prefix(' ').unwrap_or(rest);
        }
        let indented = text.trim_start();
        let indent: usize =
            text[..text.len() - indented.len()].chars().map(|blank| if blank == '\t' { 4 } else { 1 }).sum();
        let bare = indented.trim_start_matches(['*', '-', '•', '–', '·', '◦', '▪', '+', '●', '○']);
        let is_bullet =
            bare.len() < indented.len() && bare.starts_with([' ', '\t']) && !is_underline(indented);
        let text = if is_bullet { bare.trim_start() } else { indented };
        let lead = line.trim_end().len() - text.len();
        Raw { text, start: start + lead, indent, bullet: is_bullet }
    })
}

/// Adds a line; wide gaps in it part its columns.
fn add(builder: &mut Builder, text: &str, line: &Raw<'_>) {
    let lead = line.text.len() - text.len();
    let mut blanks = 0;
    for (at, character) in text.char_indices() {
        if character == ' ' || character == '\t' {
            blanks += if character == '\t' { 3 } else { 1 };
        } else {
            if blanks >= 3 && at > 0 && !builder.line_text().ends_with('|') {
                builder.push(' ', line.start + lead + at - 1);
                builder.push('|', line.start + lead + at - 1);
                builder.push(' ', line.start + lead + at - 1);
            }
            blanks = 0;
        }
        builder.push(character, line.start + lead + at);
    }
}

fn is_underline(line: &str) -> bool {
    line.len() >= 3
        && line
            .chars()
            .all(|character| matches!(character, '=' | '-' | '~' | '_' | '*' | '+' | '|' | ' ' | ':'))
        && line.contains(['=', '-', '~', '_', '*'])
}

/// Whether a line stands above others by itself: `## Week 5`, `EXAMS`, `Important dates:`.
fn is_heading(line: &str) -> bool {
    let shouts =
        line.chars().any(char::is_alphabetic) && !line.chars().any(char::is_lowercase) && line.len() < 60;
    let digits = line.chars().any(|character| character.is_ascii_digit());
    line.starts_with('#')
        || (shouts && !digits && line.len() > 3)
        || (line.ends_with(':') && line.len() < 60 && !digits)
}

/// How many of these lines are rows of one table.
fn table_rows(lines: &[Raw<'_>]) -> usize {
    let Some(parting) = ['\t', '|'].into_iter().find(|parting| lines[0].text.contains(*parting)) else {
        return 0;
    };
    let is_row = |line: &&Raw<'_>| {
        line.text.contains(parting) || (parting == '|' && is_underline(line.text) && line.text.len() > 4)
    };
    lines.iter().take_while(is_row).count()
}

fn table(lines: &[Raw<'_>], room: &mut usize) -> Table {
    let parting = if lines[0].text.contains('\t') { '\t' } else { '|' };
    let rule = lines.iter().position(|line| is_underline(line.text));
    let mut rows = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if is_underline(line.text) {
            continue;
        }
        let heads = rule == Some(1) && number == 0;
        let inner = line.text.strip_prefix('|').unwrap_or(line.text);
        let mut start = line.start + line.text.len() - inner.len();
        let inner = inner.strip_suffix('|').unwrap_or(inner);
        let mut row = Vec::new();
        for field in inner.split(parting) {
            let mut builder = Builder::default();
            builder.push_text(field, start);
            row.push(Cell { heads, columns: 1, rows: 1, blocks: builder.finish() });
            start += field.len() + 1;
        }
        rows.push(row);
    }
    Table::new(Vec::new(), rows, room)
}
