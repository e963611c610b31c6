//! Reads tables: which columns have dates, and what stands beside them.

use super::lead::At;
use super::{Lead, Reader, Setting, clause};
use crate::dates::clock::Clock;
use crate::dates::week::only_weekday;
use crate::dates::written::{Form, Written};
use crate::notes::Notes;
use crate::page::grid::{Cell, Table};
use crate::page::{Block, Line};
use crate::reading::Rule;
use crate::words::among;
use crate::words::calendar::{month, weekday};
use crate::words::columns::{Column, column};
use crate::words::states::{self, State};
use time::Month;

/// A table with what its columns are.
pub(super) struct Plan {
    /// Rows of headings.
    pub(super) heads: usize,
    pub(super) columns: Vec<Column>,
    pub(super) headings: Vec<String>,
    /// Columns that are dates, whatever they are called.
    dated: Vec<bool>,
    /// Dates above the columns.
    above: Vec<Option<Lead>>,
}

impl Reader {
    pub(super) fn table(&mut self, table: &Table) {
        for line in &table.caption {
            self.line(0, line, false);
        }
        let plan = Plan::of(table);
        if plan.weekdays() >= 2 {
            return self.calendar(table, &plan);
        }
        let mut month: Option<Lead> = self.month_above(table);
        let mut week: Option<Lead> = None;
        let mut carried: Option<Lead> = None;
        let mut last_day = 0;
        for row in plan.heads..table.rows.len() {
            if let Some(cell) = section(table, row) {
                let notes = Notes::of(&cell.text(), false);
                if let Some(found) = month_of(&notes) {
                    (month, last_day) = (Some(found), 0);
                } else {
                    let lead = Lead::of(&notes);
                    week = lead.clone().filter(Lead::is_week).or(week);
                    carried = lead.filter(|_| notes.is_bare_lead());
                    self.cell(cell, carried.as_ref().or(week.as_ref()), &plan, None, None);
                }
                continue;
            }
            if is_heading_again(table, row, &plan) {
                continue;
            }
            let lead = plan.lead(table, row, month.as_ref(), last_day, week.as_ref());
            match lead.as_ref().map(|lead| &lead.at) {
                Some(At::Month(..)) => {
                    last_day = 0;
                    month = lead;
                    continue;
                }
                // Days that follow are of the month of the last date.
                Some(At::Day(Written { form: Form::Named(name, day), year, .. })) => {
                    month = Some(Lead { at: At::Month(*name, *year), text: name.to_string() });
                    last_day = *day;
                }
                _ => {}
            }
            self.row(table, row, &plan, lead.as_ref(), carried.as_ref());
            carried = lead.or(carried);
        }
    }

    /// The month that a table is of.
    pub(super) fn month_above(&self, table: &Table) -> Option<Lead> {
        let caption = table.caption.iter().map(|line| line.text.as_str());
        let headings = self.headings.iter().rev().map(|heading| heading.text.as_str());
        caption.chain(headings).find_map(|text| month_of(&Notes::of(text, false)))
    }

    fn row(&mut self, table: &Table, row: usize, plan: &Plan, lead: Option<&Lead>, carried: Option<&Lead>) {
        let clock_of = |column| {
            plan.cell(table, row, column)
                .and_then(|cell| Notes::of(&cell.text(), false).clocks.first().cloned())
        };
        let clock = clock_of(Column::Time).or_else(|| clock_of(Column::Date));
        if self.due_row(table, row, plan, clock.as_ref()) {
            return;
        }
        let first_date = plan.dated.iter().position(|dated| *dated);
        let continues = lead.is_none() && plan.leads_left() && carried.is_some();
        for at in 0..plan.columns.len() {
            let skipped = plan.dated[at]
                || matches!(plan.columns[at], Column::Day | Column::Week | Column::Time | Column::Worth);
            let Some(cell) = table.cell(row, at).filter(|_| table.begins(row, at)) else { continue };
            if skipped && !(plan.columns[at] != Column::Time && has_item(cell)) {
                continue;
            }
            let lead = plan.above.get(at).and_then(Option::as_ref).or(lead);
            let share = if continues { 0.65 } else { 1.0 };
            let lead = if continues { carried } else { lead };
            // `Assignments (due Sunday 11:59 pm)`: the heading tells the day of each week.
            let heading = Notes::of(&plan.headings[at], false);
            let day =
                only_weekday(&heading.tokens, &heading.taken).filter(|_| plan.columns[at] == Column::Due);
            let of_week = day.and_then(|day| lead.filter(|lead| lead.is_week())?.on(day));
            let clock = if of_week.is_some() { heading.clocks.first() } else { clock.as_ref() };
            let lead = of_week.as_ref().or(lead);
            let place = Place {
                at,
                title_first: first_date.is_some_and(|date| at < date) || plan.columns[at] == Column::Title,
                share,
            };
            self.cell(cell, lead, plan, Some(&place), clock);
        }
    }

    /// Reads a row that says when something is due, or from when to when it is; whether it is one.
    fn due_row(&mut self, table: &Table, row: usize, plan: &Plan, clock: Option<&Clock>) -> bool {
        let dated = |wanted: Column| {
            (0..plan.columns.len()).find(|at| plan.dated[*at] && plan.columns[*at] == wanted)
        };
        let Some(due) = dated(Column::Due).or_else(|| dated(Column::End)) else { return false };
        let title = plan.title(table, row);
        let (Some(cell), Some(title)) = (table.cell(row, due), title) else { return false };
        if cell.lines().all(|(_, line)| Notes::of(&line.text, true).dates.is_empty()) {
            return false;
        }
        let starts = dated(Column::Start).filter(|_| plan.columns[due] == Column::End);
        for (_, line) in cell.lines() {
            let mut notes = Notes::of(&line.text, true);
            if let Some(start) = starts.and_then(|at| table.cell(row, at))
                && let Some(first) = Notes::of(&start.text(), true).dates.first()
                && !is_work(&title)
            {
                notes.dates.insert(0, first.clone());
            }
            let heading = plan.headings[due].clone();
            let setting = Setting {
                lead: None,
                rule: Rule::TableRow(heading),
                column: Column::Due,
                title: Some(&title),
                clock,
                in_table: true,
                title_first: true,
                share: 1.0,
            };
            clause::dated(line, &notes, &setting, &mut self.mentions);
        }
        true
    }

    /// Reads a cell, whose lines may have dates of their own.
    fn cell(
        &mut self,
        cell: &Cell,
        lead: Option<&Lead>,
        plan: &Plan,
        place: Option<&Place>,
        clock: Option<&Clock>,
    ) {
        let (mut inner, mut inner_depth): (Option<Lead>, usize) = (None, 0);
        let column = place.map_or(Column::Unknown, |place| plan.columns[place.at]);
        let heading = place.map(|place| plan.headings[place.at].clone()).unwrap_or_default();
        let mut title: Option<String> = None;
        let lines: Vec<(usize, &Line)> = cell.lines().collect();
        for (number, (depth, line)) in lines.iter().copied().enumerate() {
            let notes = Notes::of(&line.text, false);
            let due_below = lines.get(number + 1).is_some_and(|(_, next)| tells_when(next));
            if depth < inner_depth {
                inner = None;
            }
            let under = inner.as_ref().or(lead);
            let rule = match column {
                Column::Due => Rule::DueColumn(heading.clone()),
                _ if place
                    .as_ref()
                    .is_some_and(|place| plan.above.get(place.at).is_some_and(Option::is_some)) =>
                {
                    Rule::TableColumn(under.map(|lead| lead.text.clone()).unwrap_or_default())
                }
                _ => Rule::TableRow(plan.date_heading()),
            };
            let setting = Setting {
                lead: under,
                rule,
                column: if due_below { Column::Out } else { column },
                title: title.as_deref(),
                clock,
                in_table: true,
                title_first: place.is_some_and(|place| place.title_first),
                share: place.map_or(1.0, |place| place.share),
            };
            clause::read(line, &notes, &setting, &mut self.mentions);
            if notes.is_bare_lead() {
                (inner, inner_depth) = (Lead::of(&notes), depth);
            }
            if let Some(item) = notes.items.first() {
                title = Some(line.text[notes.bytes(&item.tokens)].to_owned());
            }
        }
    }

    /// Reads a cell of a calendar.
    pub(super) fn day_cell(
        &mut self,
        lines: &[(usize, &Line)],
        lead: &Lead,
        rule: &Rule,
        clock: Option<&Clock>,
    ) {
        for (_, line) in lines {
            let notes = Notes::of(&line.text, false);
            let setting = Setting {
                lead: Some(lead),
                rule: rule.clone(),
                column: Column::Unknown,
                title: None,
                clock,
                in_table: true,
                title_first: false,
                share: 1.0,
            };
            clause::read(line, &notes, &setting, &mut self.mentions);
        }
    }
}

/// Where a cell stands in its row.
struct Place {
    at: usize,
    title_first: bool,
    share: f32,
}

impl Plan {
    fn of(table: &Table) -> Self {
        let width = table.width();
        let heads = heads(table);
        let headings: Vec<String> = (0..width)
            .map(|at| {
                let texts = (0..heads)
                    .filter(|row| *row == 0 || table.begins(*row, at))
                    .filter_map(|row| table.cell(row, at));
                let texts: Vec<String> = texts.map(Cell::text).collect();
                texts.join(" ").trim().to_owned()
            })
            .collect();
        let above: Vec<Option<Lead>> = headings
            .iter()
            .enumerate()
            .map(|(at, heading)| {
                if at == 0 {
                    None
                } else {
                    Lead::of(&Notes::of(heading, true)).filter(|lead| matches!(lead.at, At::Day(_)))
                }
            })
            .collect();
        let above = if above.iter().flatten().count() * 2 >= width.saturating_sub(1) && heads > 0 {
            above
        } else {
            vec![None; width]
        };
        let mut columns: Vec<Column> = headings.iter().map(|heading| column(heading)).collect();
        let dated = (0..width).map(|at| is_dated(table, heads, at, columns[at])).collect::<Vec<_>>();
        for at in 0..width {
            if dated[at] && columns[at] == Column::Unknown && says_due(table, heads, at) {
                columns[at] = Column::Due;
            }
        }
        // Where no column is called a date, the first that has dates is one.
        let named = (0..width).any(|at| dated[at] && columns[at] == Column::Date);
        for at in 0..width {
            if dated[at]
                && !named
                && matches!(
                    columns[at],
                    Column::Unknown
                        | Column::Other
                        | Column::Title
                        | Column::Day
                        | Column::Week
                        | Column::Work
                        | Column::Exams
                )
            {
                columns[at] = Column::Date;
                break;
            }
        }
        Self { heads, columns, headings, dated, above }
    }

    /// How many columns are weekdays.
    pub(super) fn weekdays(&self) -> usize {
        self.columns.iter().filter(|column| matches!(column, Column::Weekday(_))).count()
    }

    fn date_heading(&self) -> String {
        let at = self.columns.iter().position(|column| *column == Column::Date);
        at.map(|at| self.headings[at].clone()).unwrap_or_default()
    }

    fn cell<'t>(&self, table: &'t Table, row: usize, wanted: Column) -> Option<&'t Cell> {
        let at = self.columns.iter().position(|column| *column == wanted)?;
        table.cell(row, at)
    }

    /// The date stands left of what it dates.
    fn leads_left(&self) -> bool {
        self.dated.iter().position(|dated| *dated) == Some(0)
            || matches!(self.columns.first(), Some(Column::Week | Column::Date | Column::Day))
    }

    /// What a row is about.
    fn title(&self, table: &Table, row: usize) -> Option<String> {
        let text = |at: usize| {
            table.cell(row, at).map(Cell::text).filter(|text| text.chars().any(char::is_alphabetic))
        };
        let free = |at: &usize| {
            !self.dated[*at]
                && !matches!(
                    self.columns[*at],
                    Column::Time | Column::Worth | Column::Day | Column::Week | Column::Other
                )
        };
        let all = || (0..self.columns.len()).filter(free);
        let of = |wanted: Column| all().filter(move |at| self.columns[*at] == wanted).find_map(text);
        // `HW` above and `3` below: the heading names what the field counts.
        let counted =
            all().filter(|at| matches!(self.columns[*at], Column::Work | Column::Exams)).find_map(|at| {
                let notes = Notes::of(&table.cell(row, at)?.text(), false);
                let number = notes
                    .tokens
                    .first()
                    .and_then(|token| token.number(2))
                    .filter(|_| notes.tokens.len() == 1)?;
                let heading = &self.headings[at];
                (!Notes::of(heading, false).items.is_empty()).then(|| format!("{heading} {number}"))
            });
        if counted.is_some() {
            return counted;
        }
        let mut title = of(Column::Title)
            .or_else(|| of(Column::Work))
            .or_else(|| of(Column::Exams))
            .or_else(|| all().find_map(text))?;
        // `Assignment | Topic`, with the number alone in the first.
        if Notes::of(&title, false).items.is_empty()
            && let Some(heading) = all()
                .find(|at| text(*at).as_deref() == Some(title.as_str()))
                .map(|at| self.headings[at].as_str())
            && self.columns.contains(&Column::Work)
            && !Notes::of(heading, false).items.is_empty()
        {
            title = format!("{heading} {title}");
        }
        Some(title)
    }

    /// When a row is.
    fn lead(
        &self,
        table: &Table,
        row: usize,
        above: Option<&Lead>,
        last_day: u8,
        week: Option<&Lead>,
    ) -> Option<Lead> {
        let at = |wanted: Column| (0..self.columns.len()).filter(move |at| self.columns[*at] == wanted);
        let text = |at: usize| table.cell(row, at).map(Cell::text).unwrap_or_default();
        let fields: Vec<String> = at(Column::Day).chain(at(Column::Date)).map(text).collect();
        let joined = fields.join(" ");
        let notes = Notes::of(&joined, true);
        if let Some(lead) = Lead::of(&notes).filter(|lead| !matches!(lead.at, At::Week(_))) {
            return Some(lead);
        }
        // Month and day may stand in columns of their own, in either order.
        let reversed = fields.iter().rev().cloned().collect::<Vec<_>>().join(" ");
        if let Some(lead) = Lead::of(&Notes::of(&reversed, true)).filter(|lead| matches!(lead.at, At::Day(_)))
        {
            return Some(lead);
        }
        if let Some(month) = month_of(&notes) {
            return Some(month);
        }
        if let (Some(Lead { at: At::Month(month, year), .. }), Some(day)) = (above, bare_day(&notes)) {
            // A day that is less than the one above is of the next month.
            let turns = day < last_day;
            let month = if turns { month.next() } else { *month };
            let year = year.map(|year| year + i32::from(turns && month == Month::January));
            let written = Written {
                form: Form::Named(month, day),
                year,
                until: None,
                weekday: day_word(&notes),
                tokens: 0..0,
                bare: false,
            };
            return Some(Lead::day(&written));
        }
        let weeks: String = at(Column::Week).map(text).collect::<Vec<_>>().join(" ");
        let week = week_of(&weeks).or_else(|| week.cloned());
        match day_word(&notes) {
            Some(day) => week.as_ref().and_then(|week| week.on(day)),
            None => week,
        }
    }
}

/// The week that a field names, by its number or its first day.
fn week_of(text: &str) -> Option<Lead> {
    let notes = Notes::of(text, true);
    match Lead::of(&notes) {
        Some(Lead { at: At::Day(written), text }) => Some(Lead { at: At::Days(written, None), text }),
        Some(lead) => Some(lead),
        None => {
            let number = notes
                .tokens
                .first()
                .and_then(|token| token.number(2))
                .filter(|number| (1..=30).contains(number))?;
            Some(Lead { at: At::Week(number), text: format!("week {number}") })
        }
    }
}

/// How many rows at the top are headings.
fn heads(table: &Table) -> usize {
    let is_head = |row: usize, strict: bool| {
        let cells: Vec<&Cell> = (0..table.width())
            .filter(|at| table.begins(row, *at))
            .filter_map(|at| table.cell(row, at))
            .filter(|cell| !cell.is_empty())
            .collect();
        if cells.is_empty() || (cells.len() < 2 && table.width() > 1) {
            return false;
        }
        let marked = cells.iter().filter(|cell| cell.heads).count();
        let dates = cells.iter().filter(|cell| !Notes::of(&cell.text(), true).dates.is_empty()).count();
        if marked == cells.len() {
            return true;
        }
        let known = cells
            .iter()
            .filter(|cell| cell.text().len() <= 40 && column(&cell.text()) != Column::Unknown)
            .count();
        !strict
            && dates == 0
            && known * 2 >= cells.len()
            && known > 0
            && cells.iter().all(|cell| cell.text().len() <= 60)
    };
    let mut heads = 0;
    // A row of a single cell may stand above the headings.
    let top = usize::from(table.rows.len() > 2 && section(table, 0).is_some() && is_head(1, false));
    while heads + top < table.rows.len().min(4) && is_head(heads + top, heads > 0) {
        heads += 1;
    }
    if heads == 0 { 0 } else { heads + top }
}

/// Whether most of what a column has is dates.
fn is_dated(table: &Table, heads: usize, at: usize, column: Column) -> bool {
    let (mut dates, mut others) = (0, 0);
    for row in heads..table.rows.len() {
        let Some(cell) = table.cell(row, at).filter(|cell| !cell.is_empty() && table.begins(row, at)) else {
            continue;
        };
        let notes = Notes::of(&cell.text(), column == Column::Date || column == Column::Due);
        let is_date = notes.leads_with_date() && notes.items.is_empty() && notes.other_words() <= 6;
        dates += usize::from(is_date);
        // A bare day is a date below a month.
        let day = column == Column::Date && (bare_day(&notes).is_some() || month_of(&notes).is_some());
        others += usize::from(!is_date && !day);
    }
    column == Column::Date && others <= dates + 2 || dates > 0 && dates >= others
}

/// Whether the dates of a column are said to be due.
fn says_due(table: &Table, heads: usize, at: usize) -> bool {
    let cells =
        (heads..table.rows.len()).filter_map(|row| table.cell(row, at)).filter(|cell| !cell.is_empty());
    let due = |cell: &&Cell| {
        let notes = Notes::of(&cell.text(), true);
        (0..notes.tokens.len()).any(|at| matches!(states::state(&notes.tokens[at..]), Some((State::Due, _))))
    };
    let (mut all, mut says) = (0, 0);
    for cell in cells {
        all += 1;
        says += usize::from(due(&cell));
    }
    says * 2 > all
}

/// The only cell of a row that spans the table.
fn section(table: &Table, row: usize) -> Option<&Cell> {
    let begins: Vec<usize> = (0..table.width()).filter(|at| table.begins(row, *at)).collect();
    let full: Vec<&Cell> =
        begins.iter().filter_map(|at| table.cell(row, *at)).filter(|cell| !cell.is_empty()).collect();
    match full.as_slice() {
        [only] if only.columns > 1 && only.columns + 1 >= table.width() => Some(only),
        [only] if begins.len() == 1 && table.width() > 1 && table.grid[row].len() <= only.columns.max(1) => {
            Some(only)
        }
        _ => None,
    }
}

/// Whether a line says when what stands above it is due.
fn tells_when(line: &Line) -> bool {
    let notes = Notes::of(&line.text, false);
    notes.items.is_empty()
        && !notes.dates.is_empty()
        && matches!(states::state(&notes.tokens), Some((State::Due, _)))
}

fn is_heading_again(table: &Table, row: usize, plan: &Plan) -> bool {
    plan.heads > 0
        && (0..table.width())
            .all(|at| table.cell(row, at).map(Cell::text).unwrap_or_default().trim() == plan.headings[at])
}

fn has_item(cell: &Cell) -> bool {
    !Notes::of(&cell.text(), true).items.is_empty()
}

fn is_work(title: &str) -> bool {
    let notes = Notes::of(title, false);
    notes.items.first().is_none_or(|item| item.sort == crate::words::items::Sort::Work)
}

/// The month that a text names, alone or with a year.
pub(super) fn month_of(notes: &Notes) -> Option<Lead> {
    if !notes.dates.is_empty() || notes.tokens.len() > 6 {
        return None;
    }
    let at = notes.tokens.iter().position(|token| month(token.word()).is_some())?;
    let month: Month = month(notes.tokens[at].word())?;
    let words = notes.tokens.iter().filter(|token| !token.word().is_empty()).count();
    let year =
        notes.tokens.iter().find_map(|token| token.number(4).filter(|year| (1990..2100).contains(year)));
    let year = year.and_then(|year| i32::try_from(year).ok());
    // “May be late” is no month, and neither is “March on Washington”.
    let alone = words == 1 || words <= 3 && year.is_some();
    alone.then(|| Lead { at: At::Month(month, year), text: month.to_string() })
}

/// A day of a month that stands alone, perhaps with its weekday.
pub(super) fn bare_day(notes: &Notes) -> Option<u8> {
    let mut numbers = notes.tokens.iter().filter_map(|token| token.number(2));
    let day = numbers.next().filter(|day| (1..=31).contains(day))?;
    let words = notes
        .tokens
        .iter()
        .filter(|token| {
            !token.word().is_empty() && weekday(token.word()).is_none() && !among("th st nd rd", token.word())
        })
        .count();
    (numbers.next().is_none() && words == 0).then(|| u8::try_from(day).unwrap_or(1))
}

/// The weekday that a field names.
fn day_word(notes: &Notes) -> Option<time::Weekday> {
    let mut days = notes.tokens.iter().filter_map(|token| weekday(token.word()));
    let (day, _) = days.next()?;
    days.next().is_none().then_some(day)
}

/// The lines of blocks.
pub(super) fn lines(blocks: &[Block]) -> Vec<(usize, &Line)> {
    let mut lines = Vec::new();
    for block in blocks {
        match block {
            Block::Heading(_, line) => lines.push((0, line)),
            Block::Line(depth, line) | Block::Label(depth, line) => lines.push((*depth, line)),
            Block::Table(_) | Block::Gap => {}
        }
    }
    lines
}
