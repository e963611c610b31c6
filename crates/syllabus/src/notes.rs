//! What a line has in it: dates, times, things to do.

use std::ops::Range;

use crate::dates::clock::{Clock, clocks};
use crate::dates::token::{Token, tokens};
use crate::dates::week::{Week, week};
use crate::dates::written::{Form, Until, Written, written};
use crate::words::among;
use crate::words::items::{Item, items};
use crate::words::states::is_moved;

/// How many dates, and how many things to do, of one line are read.
const MOST_OF_A_LINE: usize = 100;

/// What a line has in it.
#[derive(Clone, Debug)]
pub(crate) struct Notes {
    pub(crate) tokens: Vec<Token>,
    /// Tokens of dates and times, which are nothing else.
    pub(crate) taken: Vec<bool>,
    pub(crate) dates: Vec<Written>,
    pub(crate) clocks: Vec<Clock>,
    pub(crate) week: Option<Week>,
    pub(crate) items: Vec<Item>,
}

impl Notes {
    /// What is in a text; in a column of dates, what looks like a date is one.
    pub(crate) fn of(text: &str, in_column: bool) -> Self {
        let tokens = tokens(text);
        let mut dates = written(&tokens, in_column);
        dates.retain(|date| !date.bare);
        let words: Vec<&str> = tokens.iter().map(Token::word).filter(|word| !word.is_empty()).collect();
        if is_moved(&words) {
            dates = dates.into_iter().flat_map(ends).collect();
        }
        dates.truncate(MOST_OF_A_LINE);
        let mut taken = vec![false; tokens.len()];
        for date in &dates {
            taken[date.tokens.clone()].fill(true);
        }
        let clocks = clocks(&tokens, &taken);
        let week = week(&tokens);
        for clock in &clocks {
            taken[clock.tokens.clone()].fill(true);
        }
        let mut items = items(text, &tokens, &taken);
        items.truncate(MOST_OF_A_LINE);
        Self { tokens, taken, dates, clocks, week, items }
    }

    /// The words of a part of the line.
    pub(crate) fn words(&self, part: Range<usize>) -> Vec<&str> {
        self.tokens[part].iter().map(Token::word).filter(|word| !word.is_empty()).collect()
    }

    /// The bytes of the line that tokens take.
    pub(crate) fn bytes(&self, part: &Range<usize>) -> Range<usize> {
        let start = self.tokens.get(part.start).map_or(0, |token| token.at.start);
        let end = part
            .end
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last))
            .map_or(start, |token| token.at.end);
        start..end.max(start)
    }

    /// Whether the line is nothing but a date or a week, and perhaps the number of a class.
    pub(crate) fn is_bare_lead(&self) -> bool {
        (!self.dates.is_empty() || self.week.is_some())
            && self.items.is_empty()
            && self.clocks.is_empty()
            && self.other_words() == 0
    }

    /// Words that belong to no date.
    pub(crate) fn other_words(&self) -> usize {
        const COUNTED: &str = "class lecture session day meeting seance sitzung vorlesung termin cours week woche semaine of vl lec \
    date due no the and to kw lesson from";
        let weekday = |word: &str| crate::words::calendar::weekday(word).is_some();
        let week = self.week.as_ref().map_or(0..0, |week| week.tokens.clone());
        let counts = |(place, token): &(usize, &Token)| {
            !self.taken[*place]
                && !week.contains(place)
                && !token.word().is_empty()
                && !among(COUNTED, token.word())
                && !weekday(token.word())
        };
        self.tokens.iter().enumerate().filter(counts).count()
    }

    /// Whether a date stands at the head of the line: behind signs, a week or the number of a class.
    pub(crate) fn leads_with_date(&self) -> bool {
        let Some(first) = self.dates.first() else { return false };
        let before = &self.tokens[..first.tokens.start];
        let words = before.iter().filter(|token| !token.word().is_empty()).count();
        let counted = before.iter().all(|token| {
            token.word().is_empty() || among("week class lecture session day woche semaine of lec date seance wk due deadline abgabe a remettre rendre le the den du by bis am on one two three four five six seven eight nine ten", token.word())
        });
        counted && words <= 3
    }
}

/// `From October 23 to October 30` are two days where something is moved, and no stretch.
fn ends(date: Written) -> Vec<Written> {
    let (form, year) = match (date.until, date.form) {
        (Some(Until::Other(form, year)), _) => (form, year),
        (Some(Until::Day(day)), Form::Named(month, _)) => (Form::Named(month, day), None),
        _ => return vec![date],
    };
    let last = Written { form, year: year.or(date.year), until: None, weekday: None, ..date.clone() };
    vec![Written { until: None, ..date }, last]
}
