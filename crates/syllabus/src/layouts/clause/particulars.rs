//! The time of an item, and what it is worth.

use std::ops::Range;

use super::Clause;
use crate::dates::clock::Clock;
use crate::reading::Worth;
use crate::words::items::Item;

impl Clause<'_> {
    /// The tokens from an item to the next one that has a date of its own.
    pub(super) fn territory(&self, item: &Item) -> Range<usize> {
        let date = |from: usize, to: usize| self.dates().any(|date| (from..to).contains(&date.tokens.start));
        let later = self.items().into_iter().filter(|other| other.tokens.start >= item.tokens.end);
        let mut ends = later.map(|other| other.tokens.start).filter(|start| date(item.tokens.end, *start));
        item.tokens.start..ends.next().unwrap_or(self.at.end)
    }

    /// The time of an item.
    pub(super) fn clock_of(&self, item: &Item) -> Option<&Clock> {
        let territory = self.territory(item);
        let whole = territory.end == self.at.end;
        let own = self.notes.clocks.iter().find(|clock| territory.contains(&clock.tokens.start));
        let first = self.items().first().is_some_and(|first| *first == item);
        own.or_else(|| if whole && first { self.clock(self.at.start) } else { None })
    }

    /// The time in the clause from a token on, or the only one of the line.
    pub(super) fn clock(&self, from: usize) -> Option<&Clock> {
        let inside = self
            .notes
            .clocks
            .iter()
            .find(|clock| clock.tokens.start >= from && self.at.contains(&clock.tokens.start));
        let alone = self.notes.items.iter().all(|item| self.at.contains(&item.tokens.start));
        inside.or(if let ([only], true) = (self.notes.clocks.as_slice(), alone) { Some(only) } else { None })
    }

    pub(super) fn is_in_class(words: &[&str]) -> bool {
        words.windows(2).any(|pair| matches!((pair[0], pair[1]), ("in" | "before" | "during", "class")))
            || words
                .windows(3)
                .any(|three| matches!((three[0], three[1], three[2]), ("beginning" | "start", "of", "class")))
    }

    /// What the clause says that it is worth.
    pub(super) fn worth(&self) -> Option<Worth> {
        let tokens = &self.notes.tokens;
        self.at.clone().find_map(|at| {
            let number = tokens[at].number(4).filter(|_| !self.notes.taken[at])?;
            let number = f32::from(u16::try_from(number).ok()?);
            let unit = tokens.get(at + 1).filter(|_| at + 1 < self.at.end)?;
            match unit.word() {
                "" if unit.is('%') && number <= 100.0 => Some(Worth::Percent(number)),
                "percent" | "prozent" if number <= 100.0 => Some(Worth::Percent(number)),
                "points" | "point" | "pts" | "pt" | "punkte" | "marks" => Some(Worth::Points(number)),
                _ => None,
            }
        })
    }
}
