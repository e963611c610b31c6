//! Reads calendars that are drawn as tables: months of days, and weeks with a column for each weekday.

use time::{Month, Weekday};

use super::lead::At;
use super::table::{Plan, lines, month_of};
use super::{Lead, Reader};
use crate::dates::written::{Form, Written};
use crate::notes::Notes;
use crate::page::Line;
use crate::page::grid::Table;
use crate::reading::Rule;
use crate::words::columns::Column;

/// Where in the year a calendar has come to.
struct Sheet {
    month: Option<(Month, Option<i32>)>,
    /// The day before.
    last: u8,
    named: String,
}

impl Reader {
    pub(super) fn calendar(&mut self, table: &Table, plan: &Plan) {
        let above = self.month_above(table).map(|lead| lead.at);
        let month = match above {
            Some(At::Month(month, year)) => Some((month, year)),
            _ => None,
        };
        let mut sheet =
            Sheet { month, last: 0, named: month.map(|(month, _)| month.to_string()).unwrap_or_default() };
        let mut days: Vec<Option<Lead>> = vec![None; plan.columns.len()];
        let mut week: Option<Lead> = None;
        for row in plan.heads..table.rows.len() {
            let found = week_of(table, row, plan);
            let numbered =
                self.week(table, row, plan, &mut sheet, &mut days, found.as_ref().or(week.as_ref()));
            week = found.or(week).filter(|_| !numbered);
        }
    }

    /// Reads a row; whether its cells have days of their own.
    fn week(
        &mut self,
        table: &Table,
        row: usize,
        plan: &Plan,
        sheet: &mut Sheet,
        days: &mut [Option<Lead>],
        week: Option<&Lead>,
    ) -> bool {
        let mut numbered = false;
        for (at, day) in days.iter_mut().enumerate() {
            let Column::Weekday(weekday) = plan.columns[at] else { continue };
            let Some(cell) = table.cell(row, at).filter(|_| table.begins(row, at)) else { continue };
            let lines = lines(&cell.blocks);
            let Some((_, first)) = lines.first() else { continue };
            if let Some(month) = month_of(&Notes::of(&first.text, false)) {
                sheet.turn_to(&month);
            }
            let own = sheet.day(first, weekday, row <= plan.heads + 1);
            let (lead, rule) = if let Some(own) = own {
                numbered = true;
                *day = Some(own.clone());
                (Some(own), Rule::MonthGrid(sheet.named.clone()))
            } else if let Some(week) = week {
                (week.on(weekday), Rule::WeekdayOfWeek(week.text.clone()))
            } else {
                // The days may stand in a row of their own, above what is on them.
                (day.clone(), Rule::MonthGrid(sheet.named.clone()))
            };
            if let Some(lead) = lead {
                let clock = Notes::of(&plan.headings[at], false).clocks.first().cloned();
                self.day_cell(&lines, &lead, &rule, clock.as_ref());
            }
        }
        numbered
    }
}

/// The week that a row is of, by a column that has no weekday.
fn week_of(table: &Table, row: usize, plan: &Plan) -> Option<Lead> {
    let at = plan.columns.iter().position(|column| !matches!(column, Column::Weekday(_)))?;
    let text = table.cell(row, at)?.text();
    let notes = Notes::of(&text, true);
    match Lead::of(&notes) {
        Some(Lead { at: At::Day(written), text }) => Some(Lead { at: At::Days(written, None), text }),
        Some(lead) => Some(lead),
        None => {
            let number = notes
                .tokens
                .first()
                .and_then(|token| token.number(2))
                .filter(|number| (1..=30).contains(number))?;
            (notes.tokens.len() <= 3).then(|| Lead { at: At::Week(number), text: format!("week {number}") })
        }
    }
}

impl Sheet {
    fn turn_to(&mut self, lead: &Lead) {
        if let At::Month(month, year) = lead.at {
            (self.month, self.last) = (Some((month, year.or(self.month.and_then(|(_, year)| year)))), 0);
            self.named = month.to_string();
        }
    }

    /// The day that a cell begins with.
    fn day(&mut self, line: &Line, weekday: Weekday, at_top: bool) -> Option<Lead> {
        let notes = Notes::of(&line.text, true);
        if notes.leads_with_date()
            && let Some(date) = notes.dates.first()
        {
            if let Form::Named(month, day) = date.form {
                let year = date.year.or(self.month.and_then(|(_, year)| year));
                (self.month, self.last) = (Some((month, year)), day);
            }
            let written = Written { weekday: Some(weekday), ..date.clone() };
            return Some(Lead::day(&written));
        }
        let first = notes.tokens.first()?;
        let day = u8::try_from(first.number(2).filter(|day| (1..=31).contains(day))?).ok()?;
        // `5 pages`, `9:30` and `1. Topic` begin with a number as well.
        let next = notes.tokens.get(1);
        let parted = next.is_none_or(|next| {
            next.apart
                || next.is(':') && notes.tokens.get(2).is_none_or(|token| token.apart)
                || next.is('.')
                || next.is('|')
                || next.is(')')
        });
        let (month, year) = self.month?;
        if !parted || notes.clocks.iter().any(|clock| clock.tokens.start == 0) {
            return None;
        }
        let is_before = at_top && self.last == 0 && day > 20;
        if is_before {
            return Some(on(previous(month, year), day, weekday));
        }
        if day < self.last && self.last > 20 {
            let (month, year) = next_month(month, year);
            self.month = Some((month, year));
        }
        self.last = day;
        Some(on(self.month?, day, weekday))
    }
}

/// A day of a month that is drawn as a calendar.
fn on((month, year): (Month, Option<i32>), day: u8, weekday: Weekday) -> Lead {
    Lead::day(&Written {
        form: Form::Named(month, day),
        year,
        until: None,
        weekday: Some(weekday),
        tokens: 0..0,
        bare: false,
    })
}

fn previous(month: Month, year: Option<i32>) -> (Month, Option<i32>) {
    (month.previous(), year.map(|year| year - i32::from(month == Month::January)))
}

fn next_month(month: Month, year: Option<i32>) -> (Month, Option<i32>) {
    (month.next(), year.map(|year| year + i32::from(month == Month::December)))
}
