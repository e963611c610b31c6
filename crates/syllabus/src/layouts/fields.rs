//! Things that are written as fields with names: `title: Essay 1`, `due: 2026-10-02`.

use super::{Reader, Setting, clause};
use crate::dates::token::folded;
use crate::notes::Notes;
use crate::page::{Block, Line};
use crate::reading::Rule;
use crate::words::among;
use crate::words::columns::Column;

const NAMES: &str = "title name assignment exam event what topic item titre titel nom task assessment homework quiz \
    project";
const DATES: &str = "due date due_date duedate deadline when datum abgabe echeance due_at day wann quand";

/// The name of a field and where its value begins.
fn field(line: &Line) -> Option<(String, usize)> {
    let text = line.text.trim_start_matches(['{', '"', '\'', '-', ' ']);
    let lead = line.text.len() - text.len();
    let colon = text.find(':').filter(|colon| *colon <= 24)?;
    let name = folded(text[..colon].trim_end_matches(['"', '\'', ' ']));
    let is_name = !name.is_empty()
        && name.split_whitespace().count() <= 2
        && name.chars().all(|letter| letter.is_alphabetic() || " _-".contains(letter));
    is_name.then(|| (name.replace(' ', "_"), lead + colon + 1))
}

fn line(block: &Block) -> Option<&Line> {
    match block {
        Block::Line(_, line) => Some(line),
        _ => None,
    }
}

/// How many blocks are fields, and whether they are those of things with names and dates.
pub(super) fn count(blocks: &[Block]) -> (usize, bool) {
    let fields: Vec<String> = blocks
        .iter()
        .take(400)
        .map_while(|block| line(block).and_then(field))
        .map(|(name, _)| name)
        .collect();
    let names = fields.iter().filter(|name| among(NAMES, name)).count();
    let dates = fields.iter().filter(|name| among(DATES, name)).count();
    (fields.len(), names > 0 && dates > 0 && fields.len() > 1)
}

impl Reader {
    /// Reads fields; a name that comes again begins the next thing.
    pub(super) fn fields(&mut self, blocks: &[Block]) {
        let lines: Vec<&Line> = blocks.iter().filter_map(line).collect();
        let mut start = 0;
        while start < lines.len() {
            let mut seen: Vec<String> = Vec::new();
            let mut end = start;
            while let Some((name, _)) = lines.get(end).and_then(|line| field(line)) {
                if seen.contains(&name) {
                    break;
                }
                seen.push(name);
                end += 1;
            }
            self.thing(&lines[start..end.max(start + 1)]);
            start = end.max(start + 1);
        }
    }

    fn thing(&mut self, lines: &[&Line]) {
        let value = |known: &str| {
            let found = |line: &&&Line| field(line).is_some_and(|(name, _)| among(known, &name));
            lines.iter().find(found).copied()
        };
        let (Some(name), Some(date)) = (value(NAMES), value(DATES)) else { return };
        let (date_field, after) = field(date).unwrap_or_default();
        let from = field(name).map_or(0, |(_, from)| from);
        let title = name.text[from..].trim_matches([' ', '"', '\'', ',', '}']);
        let clock = value("time uhrzeit heure at").map(|line| Notes::of(&line.text, false));
        let clock = clock.as_ref().and_then(|notes| notes.clocks.first());
        let kind = value("type kind category").map_or("", |line| line.text.as_str());
        let full = format!("{title} {kind}");
        let named =
            if Notes::of(title, false).items.is_empty() && !kind.is_empty() { full.as_str() } else { title };
        let setting = Setting {
            lead: None,
            rule: Rule::Fields(date_field),
            column: Column::Due,
            title: Some(named),
            clock,
            in_table: true,
            title_first: true,
            share: 1.0,
        };
        let notes = Notes::of(&date.text[after..], true);
        clause::dated(date, &notes, &setting, &mut self.mentions);
    }
}
