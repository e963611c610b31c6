//! A date that other lines or cells are under.

use time::{Month, Weekday};

use crate::dates::written::{Form, Until, Written};
use crate::notes::Notes;
use crate::words::among;

/// A date that other lines or cells are under, and how it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lead {
    pub(crate) at: At,
    pub(crate) text: String,
}

/// When it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum At {
    /// A day.
    Day(Written),
    /// One of several days, or a week that one of them is in.
    Days(Written, Option<Written>),
    /// A week of the term.
    Week(u32),
    /// A weekday of the week that a date is in.
    DayOfWeek(Written, Weekday),
    /// A weekday of a week of the term.
    DayOfTermWeek(u32, Weekday),
    /// A month, to which days follow.
    Month(Month, Option<i32>),
}

impl Lead {
    /// What a line says of when it is.
    pub(crate) fn of(notes: &Notes) -> Option<Self> {
        if let Some(first) = notes.dates.first() {
            let at = match notes.dates.as_slice() {
                [only] if is_week_before(notes, only) || is_week_of(notes, only) || only.until.is_some() => {
                    At::Days(only.clone(), None)
                }
                [only] => At::Day(only.clone()),
                // Dates that stand together are those of a week; others have things of their own between them.
                [_, second, ..] if second.tokens.start > first.tokens.end + 2 => At::Day(first.clone()),
                [_, .., last] => At::Days(first.clone(), Some(last.clone())),
                [] => return None,
            };
            return Some(Self { at, text: spelled(first) });
        }
        let week = notes.week.as_ref()?;
        // “By week 5” is prose; a week that leads stands at the head.
        (week.tokens.start <= 2)
            .then(|| Self { at: At::Week(week.number), text: format!("week {}", week.number) })
    }

    pub(crate) fn day(written: &Written) -> Self {
        Self { at: At::Day(written.clone()), text: spelled(written) }
    }

    /// It is a week, and its days may be named below it.
    pub(crate) const fn is_week(&self) -> bool {
        matches!(self.at, At::Week(_) | At::Days(..))
    }

    /// It is a weekday of a week that is named above.
    pub(crate) const fn is_of_week(&self) -> bool {
        matches!(self.at, At::DayOfWeek(..) | At::DayOfTermWeek(..))
    }

    /// The weekday of the week that this is.
    pub(crate) fn on(&self, weekday: Weekday) -> Option<Self> {
        let at = match &self.at {
            At::Days(written, _) | At::DayOfWeek(written, _) => At::DayOfWeek(written.clone(), weekday),
            At::Week(number) | At::DayOfTermWeek(number, _) => At::DayOfTermWeek(*number, weekday),
            At::Day(_) | At::Month(..) => return None,
        };
        Some(Self { at, text: format!("{weekday} of {}", self.text) })
    }
}

/// Whether a numbered week stands before a date: `Week 3 (Sept 7)`.
fn is_week_before(notes: &Notes, date: &Written) -> bool {
    notes.week.as_ref().is_some_and(|week| week.tokens.start < date.tokens.start)
}

/// Whether a date is said to begin a week: `Week of Sept 14`.
pub(super) fn is_week_of(notes: &Notes, date: &Written) -> bool {
    let near = date.tokens.start.saturating_sub(3)..date.tokens.start;
    notes.tokens[near].iter().any(|token| among("week woche semaine wk kw", token.word()))
}

/// A date as people would write it.
pub(crate) fn spelled(date: &Written) -> String {
    let form = |form: Form| match form {
        Form::Named(month, day) => format!("{day} {month}"),
        Form::Numbers(first, second, sign) => format!("{first}{sign}{second}"),
    };
    let year = date.year.map(|year| format!(" {year}")).unwrap_or_default();
    let until = match date.until {
        Some(Until::Day(day)) => format!("–{day}"),
        Some(Until::Other(other, _)) => format!("–{}", form(other)),
        None => String::new(),
    };
    format!("{}{until}{year}", form(date.form))
}
