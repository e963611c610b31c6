//! What a clause says of each thing in it: that it is due, that it is handed out, or nothing.

use std::ops::Range;

use super::Clause;
use crate::dates::written::Written;
use crate::words::among;
use crate::words::columns::Column;
use crate::words::items::{Item, Sort};
use crate::words::states::{self, State};

/// What is said of an item of a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Due,
    NotDue,
    Nothing,
}

impl Clause<'_> {
    /// States in a part of the clause, with where they begin.
    pub(super) fn states(&self, part: Range<usize>) -> Vec<(usize, State)> {
        let inside = |at: usize| self.notes.items.iter().any(|item| item.tokens.contains(&at));
        let mut list = Vec::new();
        let mut at = part.start;
        while at < part.end {
            match states::state(&self.notes.tokens[at..self.at.end]) {
                Some((state, length)) if !inside(at) && !self.notes.taken[at] => {
                    list.push((at, state));
                    at += length;
                }
                _ => at += 1,
            }
        }
        list
    }

    /// What is said of each item; of those that are joined, what is said of the last.
    pub(super) fn all_said(&self, items: &[&Item]) -> Vec<Said> {
        let mut said = vec![Said::Nothing; items.len()];
        for place in (0..items.len()).rev() {
            said[place] = self.said(items, place);
            if said[place] == Said::Nothing
                && place + 1 < items.len()
                && self.are_joined(items[place], items[place + 1])
            {
                said[place] = said[place + 1];
            }
        }
        said
    }

    pub(super) fn said(&self, items: &[&Item], place: usize) -> Said {
        let item = items[place];
        let next = items.get(place + 1).map_or(self.at.end, |next| next.tokens.start);
        let after = self.states(item.tokens.end..next);
        let begins = |at: usize| {
            among("begins begin start starts opens available discussion introduction", self.word(at))
        };
        if after.iter().any(|(_, state)| *state == State::Due) {
            // “due Oct 3, posted Sep 20”, but not “posted, solutions due”.
            return Said::Due;
        }
        let adjacent = |at: usize| at <= item.tokens.end + 2;
        let handed_out =
            |at: usize| among("out posted released assigned ausgegeben distributed", self.word(at));
        let refused = |(at, state): &&(usize, State)| {
            *state == State::NotDue
                && (item.sort == Sort::Work || (adjacent(*at) && !begins(*at)) || handed_out(*at))
        };
        if after.iter().any(|state| refused(&state)) {
            return Said::NotDue;
        }
        let first = items.first().map_or(0, |first| first.tokens.start);
        let before = self.states(self.at.start..item.tokens.start);
        match before.last() {
            Some((at, State::NotDue)) if at + 4 > item.tokens.start => Said::NotDue,
            Some((at, State::NotDue))
                if *at < first && item.sort == Sort::Work && self.dates().next().is_none() =>
            {
                Said::NotDue
            }
            // “HW1 due, HW2: trees”: that HW2 is due would say a colon.
            Some((at, State::Due))
                if *at < first || (at + 3 > item.tokens.start && self.notes.tokens[at + 1].is(':')) =>
            {
                Said::Due
            }
            _ => Said::Nothing,
        }
    }

    pub(super) fn are_joined(&self, one: &Item, other: &Item) -> bool {
        let between = one.tokens.end..other.tokens.start;
        between.len() <= 3
            && between.clone().all(|at| {
                let token = &self.notes.tokens[at];
                !self.notes.taken[at]
                    && (token.is(',')
                        || token.is('&')
                        || token.is('+')
                        || token.is('/')
                        || matches!(token.word(), "and" | "et" | "und"))
            })
    }

    /// How sure it is that work is due where nothing says so; `None` where it is not worth telling.
    pub(super) fn guess_due(
        &self,
        item: &Item,
        dates: &[&Written],
        own: bool,
        words: &[&str],
    ) -> Option<f32> {
        let extra = words.len().saturating_sub(item.tokens.len());
        let plain = extra <= 5;
        if let (Some(date), true) = (dates.first(), own) {
            let title_first = date.tokens.start >= item.tokens.end;
            return match self.setting.column {
                Column::Work if plain => Some(0.85),
                _ if title_first && plain && (!item.soft || self.is_tied(item, date)) => Some(0.85),
                _ if item.vague && !title_first => None,
                _ => Some(0.6),
            };
        }
        if self.setting.title_first && plain {
            return Some(0.85);
        }
        // “Lab 3” among the topics of a day is what is done on it.
        let work = self.setting.column == Column::Work;
        let one = item.numbered || !item.plural;
        (plain && one && !item.vague && (work || (item.numbered && !item.soft))).then_some(0.6)
    }

    /// Whether a date stands right behind an item: `Essay 1: Oct 9`, `Project proposal (Oct 9)`.
    pub(super) fn is_tied(&self, item: &Item, date: &Written) -> bool {
        !item.vague && self.notes.words(item.tokens.end..date.tokens.start).len() <= 1
    }
}
