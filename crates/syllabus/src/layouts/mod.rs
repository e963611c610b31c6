//! Goes through the blocks of a page, and keeps what a line inherits from those above it.

mod calendar;
mod clause;
mod fields;
mod lead;
mod table;

use std::ops::Range;

use crate::dates::clock::Clock;
use crate::dates::week::leading_weekday;
use crate::limits::MOST_FOUND;
use crate::notes::Notes;
use crate::page::{Block, Line, Page};
use crate::reading::{Flag, Kind, Rule, Worth};
use crate::words::columns::{Column, column};
use crate::words::states;

pub(crate) use lead::{At, Lead};

/// Something to do that the page names with a date.
#[derive(Clone, Debug)]
pub(crate) struct Mention {
    pub(crate) title: String,
    /// The words that name it, for comparing it with others: `homework 2`.
    pub(crate) key: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) lead: Lead,
    pub(crate) clock: Option<Clock>,
    /// It is due before class, or takes place in it.
    pub(crate) in_class: bool,
    /// It has to be ready by its date, and no time is said.
    pub(crate) is_work: bool,
    pub(crate) worth: Option<Worth>,
    pub(crate) source: Range<usize>,
    pub(crate) text: String,
    pub(crate) rules: Vec<Rule>,
    pub(crate) flags: Vec<Flag>,
    /// What is left of the confidence after all that is not flagged.
    pub(crate) share: f32,
    /// Its date takes the place of another.
    pub(crate) moved: bool,
}

/// What a line is read with.
#[derive(Clone, Debug)]
pub(crate) struct Setting<'a> {
    /// The date above it or beside it.
    pub(crate) lead: Option<&'a Lead>,
    /// What read that date.
    pub(crate) rule: Rule,
    /// What kind of things stand here.
    pub(crate) column: Column,
    /// What the line belongs to, where it says no name itself.
    pub(crate) title: Option<&'a str>,
    /// The time beside it.
    pub(crate) clock: Option<&'a Clock>,
    /// It is a field of a table or of a calendar.
    pub(crate) in_table: bool,
    /// The name stands before the date.
    pub(crate) title_first: bool,
    /// The lead was taken over from far above.
    pub(crate) share: f32,
}

/// What was named on a page, with dates.
pub(crate) fn mentions(page: &Page) -> Vec<Mention> {
    let mut reader = Reader::new(&page.blocks);
    reader.read(&page.blocks);
    reader.mentions
}

/// A heading, and what it says of the lines below.
struct Heading {
    level: usize,
    text: String,
    lead: Option<Lead>,
    column: Column,
    item: bool,
}

pub(crate) struct Reader {
    pub(crate) mentions: Vec<Mention>,
    headings: Vec<Heading>,
    /// Dates and names of lines above, with the depth of the line.
    above: Vec<Above>,
    /// Lines that are nothing but a date are a habit of the page.
    dated_lines: bool,
}

struct Above {
    depth: usize,
    lead: Option<Lead>,
    /// The line is nothing but a date, so that lines beside it belong to it too.
    bare: bool,
    title: Option<String>,
    /// Paragraphs that have ended since.
    gaps: usize,
}

/// How much is mentioned before the rest is left aside.
pub(crate) const MOST_MENTIONS: usize = 4 * MOST_FOUND;

/// How many lines that are nothing but a date make a habit.
const HABIT: usize = 3;

/// How many paragraphs a line that is nothing but a date may lead.
const MOST_GAPS: usize = 6;

impl Reader {
    fn new(blocks: &[Block]) -> Self {
        let bare = blocks.iter().filter(|block| match block {
            Block::Line(_, line) | Block::Label(_, line) => Notes::of(&line.text, false).is_bare_lead(),
            _ => false,
        });
        Self {
            mentions: Vec::new(),
            headings: Vec::new(),
            above: Vec::new(),
            dated_lines: bare.take(HABIT).count() >= HABIT,
        }
    }

    fn read(&mut self, blocks: &[Block]) {
        // Up to where fields were looked at, and are no things.
        let (mut at, mut plain) = (0, 0);
        while let Some(block) = blocks.get(at) {
            if at >= plain {
                let (fields, are_things) = fields::count(&blocks[at..]);
                if are_things {
                    self.fields(&blocks[at..at + fields]);
                    at += fields;
                    continue;
                }
                plain = at + fields;
            }
            if self.mentions.len() > MOST_MENTIONS {
                return;
            }
            match block {
                Block::Heading(level, line) => self.heading(*level, line),
                Block::Line(depth, line) => self.line(*depth, line, false),
                Block::Label(depth, line) => self.line(*depth, line, true),
                Block::Table(table) => self.table(table),
                Block::Gap => self.gap(),
            }
            at += 1;
        }
    }

    fn gap(&mut self) {
        self.above.iter_mut().for_each(|above| above.gaps += 1);
        let habit = self.dated_lines;
        self.above.retain(|above| above.depth > 0 || (above.bare && habit && above.gaps < MOST_GAPS));
    }

    fn heading(&mut self, level: usize, line: &Line) {
        let notes = Notes::of(&line.text, false);
        let words = notes.words(0..notes.tokens.len());
        let item = notes.items.iter().any(|item| item.numbered || !item.plural);
        self.headings.retain(|heading| heading.level < level);
        self.above.clear();
        let mut lead = if states::is_vetoed(&words) { None } else { Lead::of(&notes) };
        if let (None, Some((weekday, _))) = (&lead, leading_weekday(&notes.tokens, &notes.taken)) {
            lead = self.lead(0).and_then(|lead| lead.on(weekday));
        }
        self.clauses(line, &notes, 0);
        let lead = lead.filter(|_| !item || notes.leads_with_date());
        self.headings.push(Heading {
            level,
            text: line.text.clone(),
            lead,
            column: tone(&line.text, &notes),
            item,
        });
    }

    fn line(&mut self, depth: usize, line: &Line, label: bool) {
        let notes = Notes::of(&line.text, false);
        // A line in a list ends what deeper lines, and its neighbours, were about.
        self.above.retain(|above| above.depth < depth || (above.depth == depth && above.bare && !label));
        self.clauses(line, &notes, depth);
        let words = notes.words(0..notes.tokens.len());
        let week_leads =
            notes.week.as_ref().is_some_and(|week| week.tokens.start == 0) && notes.items.is_empty();
        let mut bare = notes.is_bare_lead() || (week_leads && notes.tokens.len() < 16);
        let mut lead = Lead::of(&notes).filter(|_| bare || label || week_leads || notes.leads_with_date());
        if let (None, Some((weekday, end))) = (&lead, leading_weekday(&notes.tokens, &notes.taken)) {
            lead = self.lead(depth).and_then(|lead| lead.on(weekday));
            bare = lead.is_some()
                && notes.tokens[end..]
                    .iter()
                    .all(|token| token.word().is_empty() && token.number(9).is_none());
        }
        if states::is_vetoed(&words) && !bare {
            lead = None;
        }
        let title = notes.items.iter().any(|item| item.numbered || !item.plural).then(|| line.text.clone());
        if let Some(lead) = &lead {
            // A new date takes the place of the one before it; a day of a week that of another such day.
            let of_week = lead.is_of_week();
            self.above.retain(|above| {
                above.depth < depth || (of_week && above.lead.as_ref().is_some_and(Lead::is_week))
            });
        }
        if lead.is_some() || title.is_some() {
            self.above.push(Above { depth, lead, bare, title, gaps: 0 });
        }
    }

    /// The date that a line of this depth is under.
    fn lead(&self, depth: usize) -> Option<&Lead> {
        let above = self
            .above
            .iter()
            .rev()
            .filter(|above| above.depth < depth || above.bare)
            .find_map(|above| above.lead.as_ref());
        above.or_else(|| self.headings.iter().rev().find_map(|heading| heading.lead.as_ref()))
    }

    /// What a line of this depth is about.
    fn title(&self, depth: usize) -> Option<&str> {
        let above = self
            .above
            .iter()
            .rev()
            .find(|above| above.title.is_some() && (above.depth < depth || depth == 0));
        let heading =
            || self.headings.last().filter(|heading| heading.item).map(|heading| heading.text.as_str());
        above.and_then(|above| above.title.as_deref()).or_else(heading)
    }

    fn clauses(&mut self, line: &Line, notes: &Notes, depth: usize) {
        let lead = self.lead(depth).cloned();
        let title = self.title(depth).map(str::to_owned);
        let column = self
            .headings
            .iter()
            .rev()
            .map(|heading| heading.column)
            .find(|column| *column != Column::Unknown);
        let far = self.above.iter().rev().any(|above| above.lead.is_some() && above.gaps > 2);
        let setting = Setting {
            lead: lead.as_ref(),
            rule: Rule::UnderDate(lead.as_ref().map(|lead| lead.text.clone()).unwrap_or_default()),
            column: column.unwrap_or(Column::Unknown),
            title: title.as_deref(),
            clock: None,
            in_table: false,
            title_first: false,
            share: if far { 0.8 } else { 1.0 },
        };
        clause::read(line, notes, &setting, &mut self.mentions);
    }
}

/// What a heading says of the lines below it: that they are due, that they are exams.
fn tone(text: &str, notes: &Notes) -> Column {
    if notes.tokens.len() > 12 {
        return Column::Unknown;
    }
    match column(text) {
        found @ (Column::Due | Column::Out | Column::Exams | Column::Work) => found,
        _ => Column::Unknown,
    }
}
