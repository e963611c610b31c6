//! Weeks as they are written.

use std::ops::Range;

use time::Weekday;

use super::token::{Kind, Token};
use crate::words::among;
use crate::words::calendar::{Sure, weekday};

/// A week that is numbered, such as `Week 5`, `Woche 5`, `5th week`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Week {
    pub(crate) number: u32,
    pub(crate) tokens: Range<usize>,
}

/// The first numbered week of a line.
pub(crate) fn week(tokens: &[Token]) -> Option<Week> {
    (0..tokens.len()).find_map(|at| {
        if !among("week wk woche semaine weeks wks", tokens[at].word()) {
            return None;
        }
        let mut next = at + 1;
        while tokens
            .get(next)
            .is_some_and(|token| token.is('#') || token.is('.') || token.is(':') || token.word() == "no")
        {
            next += 1;
        }
        let number = tokens.get(next).and_then(|token| token.number(2).or_else(|| spelled(token.word())));
        if let Some(number) = number.filter(|number| *number <= 30) {
            return Some(Week { number, tokens: at..next + 1 });
        }
        // `5th week`, `3. Woche`.
        let before = (at.saturating_sub(2)..at).find(|place| tokens[*place].number(2).is_some())?;
        let number = tokens[before].number(2).filter(|number| (1..=30).contains(number))?;
        let ordinal = tokens.get(before + 1)?;
        let joins = before + 2 == at
            && !ordinal.apart
            && (ordinal.is('.') || among("th st nd rd e eme", ordinal.word()));
        joins.then_some(Week { number, tokens: before..at + 1 })
    })
}

fn spelled(word: &str) -> Option<u32> {
    const NUMBERS: &str = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen \
    sixteen";
    NUMBERS
        .split_ascii_whitespace()
        .position(|known| known == word)
        .and_then(|number| u32::try_from(number).ok())
}

/// The weekday that a line or a clause begins with, and the token behind it; `taken` tells which tokens are dates.
pub(crate) fn leading_weekday(tokens: &[Token], taken: &[bool]) -> Option<(Weekday, usize)> {
    let at = tokens.iter().position(|token| !matches!(token.kind, Kind::Sign('(' | '-' | '*' | '[')))?;
    if taken.get(at).copied().unwrap_or(false) {
        return None;
    }
    let (day, sure) = weekday(tokens[at].word())?;
    let next = tokens.get(at + 1);
    let parted = next.is_none_or(|token| {
        token.is(':') || token.is('.') || token.is(')') || token.is('-') || token.is(',') || token.is('|')
    });
    (parted
        || sure == Sure::Always && next.is_none_or(|token| !among("and through evenings at", token.word())))
    .then_some((day, at + 1))
}

/// The weekday that is named anywhere among tokens, where only one is.
pub(crate) fn only_weekday(tokens: &[Token], taken: &[bool]) -> Option<Weekday> {
    let mut days = tokens.iter().zip(taken).filter(|(_, taken)| !**taken).filter_map(|(token, _)| {
        // Plurals are habits, and no days.
        let habit = token.word().ends_with("days") || token.word().ends_with("tags");
        weekday(token.word()).filter(|(_, sure)| *sure == Sure::Always && !habit).map(|(day, _)| day)
    });
    let first = days.next()?;
    days.all(|day| day == first).then_some(first)
}
