//! Which dates of a clause are those of an item.

use super::super::lead::At;
use super::Clause;
use crate::dates::written::Written;
use crate::words::among;
use crate::words::items::Item;
use crate::words::states::{self, State};

impl Clause<'_> {
    /// The dates of an item, and whether they stand in its clause.
    pub(super) fn dates_of(&self, items: &[&Item], place: usize) -> (Vec<&Written>, bool) {
        let item = items[place];
        let next = items.get(place + 1).map_or(self.at.end, |next| next.tokens.start);
        // “9/14 HW1 due, 9/21 HW2 due”: the second date leads what follows it.
        let leads_next = |date: &Written| {
            let parted = self
                .notes
                .tokens
                .get(date.tokens.start.wrapping_sub(1))
                .is_some_and(|token| token.is(',') || token.is(')') || token.word() == "and");
            let led = self.dates().next().is_some_and(|first| first.tokens.start < items[0].tokens.start);
            led && parted && place + 1 < items.len() && date.tokens.end + 1 >= next
        };
        let after: Vec<&Written> = self
            .dates()
            .filter(|date| {
                (item.tokens.end..next).contains(&date.tokens.start)
                    && !self.is_side(date)
                    && !leads_next(date)
            })
            .collect();
        if !after.is_empty() {
            return (self.chosen(item, after), true);
        }
        if place + 1 < items.len() && self.are_joined(item, items[place + 1]) {
            let (dates, own) = self.dates_of(items, place + 1);
            if own {
                return (dates, own);
            }
        }
        let before: Vec<&Written> =
            self.dates().filter(|date| date.tokens.end <= item.tokens.start && !self.is_side(date)).collect();
        let last = before.last().map(|date| date.tokens.start);
        let mut last: Vec<&Written> =
            before.into_iter().filter(|date| Some(date.tokens.start) == last).collect();
        if last.len() > 1 && !item.plural {
            last.truncate(1);
        }
        // The date at the head of the line is its lead, with the week that it may stand for.
        let heads = self.own_lead
            && last.first().is_some_and(|date| date.tokens.start <= self.notes.dates[0].tokens.start);
        if heads {
            let whole = matches!(self.lead.map(|lead| &lead.at), Some(At::Days(..)));
            if whole {
                return (Vec::new(), false);
            }
        }
        let own = !last.is_empty();
        (last, own)
    }

    /// Of several dates behind an item those that are its own.
    pub(super) fn chosen<'d>(&self, item: &Item, dates: Vec<&'d Written>) -> Vec<&'d Written> {
        let words = self.notes.words(self.at.clone());
        let struck = dates.iter().any(|date| self.line.is_struck(&self.notes.bytes(&date.tokens)));
        if dates.len() == 1 || item.plural || struck || states::is_moved(&words) {
            return dates;
        }
        let due = |date: &&&Written| {
            let before = self.states(item.tokens.end..date.tokens.start);
            before.last().is_some_and(|(_, state)| *state == State::Due)
        };
        let handed_out = |date: &&&Written| {
            let before = self.states(item.tokens.start..date.tokens.start);
            before.last().is_some_and(|(_, state)| *state == State::NotDue)
        };
        let best =
            dates.iter().find(due).or_else(|| dates.iter().find(|date| !handed_out(date))).or(dates.first());
        best.copied().into_iter().collect()
    }

    /// Whether a date is only told beside: until when a material goes, since when something is there.
    pub(super) fn is_side(&self, date: &Written) -> bool {
        if date.until.is_some()
            && date.tokens.start > 0
            && among("available open opens", self.word(date.tokens.start - 1))
        {
            return false;
        }
        let before = date.tokens.start.checked_sub(1);
        let mut at = before;
        while let Some(place) =
            at.filter(|place| among("the class lecture of week material on", self.word(*place)))
        {
            at = place.checked_sub(1);
        }
        let word = at.map_or("", |at| self.word(at));
        let covers = ["covers", "covering", "cover", "material", "includes"]
            .iter()
            .any(|word| self.notes.words(self.at.start..date.tokens.start).contains(word));
        among(
            "since starting beginning begins starts after posted assigned released out available opens updated before ausgabe published ab seit",
            word,
        ) || (covers && among("through from until to between", word))
    }

    /// Whether another date takes the place of this one.
    pub(super) fn is_old(&self, date: &Written, all: &[&Written], moved: bool) -> bool {
        let before = date.tokens.start.checked_sub(1).map_or("", |at| self.word(at));
        if among("was originally statt formerly previously not vom of", before) && moved && all.len() > 1 {
            // “Instead of Nov 13”, but not “of Nov 13”.
            return before != "of" || date.tokens.start > 1 && self.word(date.tokens.start - 2) == "instead";
        }
        let place = all.iter().position(|other| std::ptr::eq(*other, date)).unwrap_or(0);
        let together = all.len() > 1 && all[0].tokens == all[all.len() - 1].tokens;
        let from = together
            || all.iter().any(|date| {
                date.tokens
                    .start
                    .checked_sub(1)
                    .is_some_and(|at| matches!(self.word(at), "from" | "vom" | "du"))
            });
        let to = all.last().is_some_and(|last| {
            last.tokens
                .start
                .checked_sub(1)
                .is_some_and(|at| among("to until till auf au now jetzt", self.word(at)))
        });
        moved && all.len() > 1 && (from || to) && place + 1 < all.len()
    }
}
