//! Parts a line into clauses.

use std::ops::Range;

use crate::notes::Notes;
use crate::page::Line;
use crate::words::among;

/// The tokens of each clause.
pub(super) fn clauses(line: &Line, notes: &Notes) -> Vec<Range<usize>> {
    let mut list: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for at in 0..=notes.tokens.len() {
        if at == notes.tokens.len() || parts(line, notes, at) {
            if start < at {
                list.push(start..at);
            }
            start = at + 1;
        }
    }
    merged(notes, list)
}

/// Whether a clause ends at a token.
pub(super) fn parts(line: &Line, notes: &Notes, at: usize) -> bool {
    let token = &notes.tokens[at];
    let next = notes.tokens.get(at + 1);
    let capital = |next: &crate::dates::token::Token| {
        line.text[next.at.start..].chars().next().is_some_and(|first| !first.is_lowercase())
    };
    if notes.taken[at] {
        // The dot of “p.m.” may end a sentence as well.
        let ends = notes.clocks.iter().any(|clock| clock.tokens.end == at + 1);
        return token.is('.')
            && ends
            && next.is_some_and(|next| next.apart && !next.word().is_empty() && capital(next));
    }
    if notes.items.iter().any(|item| item.tokens.contains(&at)) {
        return false;
    }
    if [';', '|', '•', '!', '?', '→', '⇒'].iter().any(|sign| token.is(*sign)) {
        return true;
    }
    if token.is('/') {
        return token.apart && next.is_some_and(|next| next.apart);
    }
    let quote = next.is_some_and(|next| !next.apart && (next.is('"') || next.is('”') || next.is('\'')));
    let next = if quote { notes.tokens.get(at + 2) } else { next };
    let Some(next) = next.filter(|next| token.is('.') && next.apart) else { return false };
    let before = at.checked_sub(1).map(|before| &notes.tokens[before]);
    let short = before.is_some_and(|before| {
        among("ch vs no nr dr mr ms st p pp sec prof approx incl ca etc bzw ex kap chap chaps vol fig sect probs ed", before.word())
            || (before.word().len() == 1 && before.apart)
    });
    !short && capital(next)
}

/// Joins a name with the date that follows it in a clause of its own: `Paper 1. Due Sept 25.`
pub(super) fn merged(notes: &Notes, list: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let has_date = |clause: &Range<usize>| notes.dates.iter().any(|date| clause.contains(&date.tokens.start));
    let has_item = |clause: &Range<usize>| notes.items.iter().any(|item| clause.contains(&item.tokens.start));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for clause in list {
        if let Some(last) = joined.last_mut()
            && has_item(last)
            && !has_date(last)
            && !has_item(&clause)
            && (has_date(&clause) && notes.words(clause.clone()).len() <= 8
                || notes.words(clause.clone()).is_empty())
            && !notes.leads_with_date()
        {
            last.end = clause.end;
        } else {
            joined.push(clause);
        }
    }
    joined
}
